"""What the vocabulary tests share: texts that have broken encoders."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest

SCRIPTS = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x300, 0x36F),
    (0x370, 0x52F),
    (0x590, 0x6FF),
    (0x900, 0x97F),
    (0xE00, 0xE7F),
    (0x1100, 0x11FF),
    (0x2000, 0x206F),
    (0x3040, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xFE00, 0xFE0F),
    (0x1F300, 0x1FAFF),
)


@pytest.fixture(scope="session")
def adversarial_texts() -> list[str]:
    """Unicode, emoji, CJK, code, base64, control characters, names of special tokens, repeats.

    Random characters come from scripts that every Unicode version since 6 has: for newer ones two libraries
    may differ by the version that they were built with.
    """
    rng = random.Random(20261124)
    texts = [
        "",
        " ",
        "\n",
        "\r\n\r\n x",
        "\t\t  \n  \n\nword",
        "Hello, world! it's I'LL we'd",
        "３４５ 12345 1234567890 1,000.5e-10",
        "naïve café Ångström ﬁne e\u0301",
        "日本語のテキスト、中文文本。한국어 텍스트",
        "Привет, мир! שלום العالم สวัสดี नमस्ते",
        "👩‍👩‍👧‍👦🏳️‍🌈🙂\u200d\ufe0f 🇩🇪",
        "".join(map(chr, range(0x20))) + "\x7f\x85\xa0\u2028",
        "a\u0000b\ufffd",
        "<|im_start|>system<|im_end|></s>[INST]<think>",
        base64.b64encode(rng.randbytes(600)).decode(),
        Path(__file__).read_text(encoding="utf-8"),
        'for (int i=0;i<n;++i){ x[i] += "\\n"; } // ==>!!@@##',
        "ab" * 500,
        "^" * 3000,
        "0" * 3000,
        "é" * 3000,
        " " * 3000,
        "\n" * 3000,
        " a" * 2000,
    ]
    for _ in range(150):
        first, last = rng.choice(SCRIPTS)
        length = rng.randrange(1, 60)
        texts.append("".join(chr(rng.randrange(first, last + 1)) for _ in range(length)))
    for _ in range(100):
        characters = (chr(rng.randrange(*rng.choice(SCRIPTS))) for _ in range(rng.randrange(1, 40)))
        texts.append("".join(characters))
    return texts
