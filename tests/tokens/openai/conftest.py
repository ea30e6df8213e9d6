"""What the tests of OpenAI's rules share: a body to its tokens, and the pieces that bodies are made of.

Every sum is of texts, whose tokens stand in `test_texts.py`, and of constants, which counting.yaml states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens import TokenRules, Vocabularies, read_body, read_tools
from tokenquote.tokens.tools.tool_blocks import tool_block

HEAD = "# Tools\n\n## functions\n\nnamespace functions {\n\n"
TAIL = "\n\n} // namespace functions"


@pytest.fixture(scope="session")
def count(catalog: Catalog, vocabularies: Vocabularies) -> Callable[..., int]:
    """`count("gpt-4o", messages=[…])`, and `api="openai.responses"` for another than openai.chat."""

    def count_body(model: str, *, api: str = "openai.chat", **body: Any) -> int:
        counted_as = catalog.find_counting(model, api)
        rules = TokenRules(counted_as.counting, vocabularies, shape=counted_as.shape)
        return rules.request(read_body(api, body)).tokens

    return count_body


@pytest.fixture(scope="session")
def declared() -> Callable[..., str]:
    """Definitions as the model is shown them, without what stands around all of them."""

    def declare(tools: Sequence[Any], style: str = "typescript") -> str:
        text = tool_block(read_tools(tools).functions, style).text
        assert text.startswith(HEAD)
        assert text.endswith(TAIL)
        return text[len(HEAD) : -len(TAIL)]

    return declare
