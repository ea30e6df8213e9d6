"""Whatever JSON a body is, reading and counting it ends in a count or in a BodyError that says where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.tokens import BodyError, TokenRules, Vocabularies, read_body
from tokenquote.tokens.bodies import FORMATS, SHAPES

EVERY_FORMAT = [*FORMATS, *(f"somehost.{shape}" for shape in SHAPES)]
MODELS = (
    "gpt-4o",
    "gpt-4-0613",
    "claude-opus-4-1",
    "gemini-2.5-flash",
    "deepseek-chat",
    "mistral-large-2512",
    "qwen3-max",
    "gpt-oss-120b",
)
"""One of each way of counting: constants, calibration, the model's own chat template."""


def _words(text: str) -> list[str]:
    return text.split()


# Names of members that the readers look at, so that bodies get past the first look.
MEMBERS = _words(
    """
    messages role content type text name tool_calls function arguments id tool_call_id call_id input
    output instructions tools parameters properties required items enum anyOf allOf $ref $defs default
    title description minimum tool_choice response_format json_schema schema format contents parts
    functionCall function_response args response inlineData data mimeType mediaResolution level
    generationConfig responseSchema systemInstruction system toolUse toolResult toolUseId toolConfig
    toolSpec inputSchema json image document source bytes s3Location uri reasoningContent reasoningText
    guardContent thinking redacted_thinking tool_use tool_result tool_use_id image_url url detail
    input_audio file file_data message chat_history tool_results outputs call documents preamble prompt
    suffix inputText texts taskType query instances anthropic_version reasoning reasoning_content
    reasoning_details summary images functions function_call parameter_definitions functionDeclarations
    custom grammar definition encrypted_content store additionalModelRequestFields outputConfig
    textFormat structure jsonSchema output_config output_format converse allowed_tools
    allowedFunctionNames mode
    """
)
WORDS = _words(
    """
    user assistant system developer tool model USER CHATBOT function text input_text output_text refusal
    image input_image image_url input_audio input_file document tool_use tool_result thinking
    redacted_thinking function_call function_call_output custom_tool_call reasoning message json_schema
    json_object object string integer array null auto none any required #/$defs/a #
    https://example.com/a.png user_input model_output MEDIA_RESOLUTION_LOW item_reference web_search
    """
)

keys = st.sampled_from(MEMBERS) | st.text(max_size=8)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=30,
)


Counted = Callable[[str, Any, str], None]


@pytest.fixture(scope="module")
def counted(catalog: Catalog, vocabularies: Vocabularies) -> Counted:
    """Read and count; a refusal names a place in the body and is one plain sentence."""

    def read_and_count(body_format: str, body: Any, model: str) -> None:
        refusal: BodyError | None = None
        try:
            request = read_body(body_format, body)
            counted_as = catalog.find_counting(model, body_format)
            rules = TokenRules(counted_as.counting, vocabularies, shape=counted_as.shape)
            count = rules.request(request).count
            assert 0 <= count.low <= count.tokens <= count.high
        except BodyError as error:
            refusal = error
        assert refusal is None or (refusal.location and 0 < len(refusal.detail) < 1500)

    return read_and_count


@given(
    st.sampled_from(EVERY_FORMAT), st.sampled_from(MODELS), st.dictionaries(keys, values, max_size=5) | values
)
@settings(max_examples=400)
def test_any_json_is_counted_or_refused(counted: Counted, body_format: str, model: str, body: Any) -> None:
    counted(body_format, body, model)


messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "system", "tool", "model"]) | values},
        optional={
            "content": st.lists(st.dictionaries(keys, values, max_size=4), max_size=3) | values,
            "parts": st.lists(st.dictionaries(keys, values, max_size=4), max_size=3) | values,
            "tool_calls": st.lists(st.dictionaries(keys, values, max_size=4), max_size=3) | values,
            "type": st.sampled_from(WORDS) | values,
        },
    ),
    min_size=1,
    max_size=3,
)


@given(
    body_format=st.sampled_from(EVERY_FORMAT),
    model=st.sampled_from(MODELS),
    spoken=messages,
    tools=st.lists(
        st.fixed_dictionaries(
            {"name": st.text(max_size=5)}, optional={"parameters": values, "input_schema": values}
        ),
        max_size=2,
    ),
    further=st.dictionaries(keys, values, max_size=4),
)
@settings(max_examples=120)
def test_nearly_right_bodies_are_counted_or_refused(
    counted: Counted, body_format: str, model: str, spoken: Any, tools: Any, further: Any
) -> None:
    """One list of messages under every name that it may have; calls, parts and settings at random."""
    names = ("messages", "contents", "input", "chat_history", "prompt", "texts", "documents")
    body = {**dict.fromkeys(names, spoken), "message": "Hello", "query": "Hello", "tools": tools, **further}
    counted(body_format, body, model)
    rest = {key: value for key, value in body.items() if key not in names}
    for name in names:  # a body of one format has not the marks of another
        counted(body_format, {**rest, name: spoken}, model)


@pytest.mark.parametrize("levels", [149, 151, 100_000])
@pytest.mark.parametrize("body_format", EVERY_FORMAT)
def test_no_depth_is_too_much(counted: Counted, body_format: str, levels: int) -> None:
    """Lists and objects in turn, under the members that are read."""
    bottomless: Any = "x"
    for level in range(levels):
        bottomless = [bottomless] if level % 2 else {"properties": bottomless}
    for key in ("messages", "contents", "input", "tools", "prompt", "texts", "unheard_of"):
        counted(body_format, {"messages": [{"role": "user", "content": "x"}], key: bottomless}, "gpt-4o")


@pytest.mark.parametrize("body", [None, True, 5, 0.5, "x", [], [[]]])
@pytest.mark.parametrize("body_format", ["openai.chat", "anthropic.messages", "cohere.embed"])
def test_a_body_is_an_object(body_format: str, body: Any) -> None:
    with pytest.raises(BodyError, match="a request body is an object") as caught:
        read_body(body_format, body)
    assert caught.value.location == ("body",)
