"""What Claude's tokenizers do to a text before they look at words.

Measured with Anthropic's counter by Sander Land (https://github.com/sanderland/ctok): the text is put into
Unicode's form NFC; control characters but tab and newline are dropped; NUL and every space separator but the
ideographic one read as a space; private-use characters of the Basic Multilingual Plane are dropped. Claude 3
to 4.6 read curly quotes as straight ones.
"""

from __future__ import annotations

import re

from tokenquote.tokens.vocabularies.canonical_forms import compose

__all__ = ["normalize"]

_CONTROLS = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f]")
_ASCII_CHANGES = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CHANGES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\u0e4d\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\ue000-\uf8ff]"
)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SPACES = re.compile("[\x00\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]")
_THAI_AM = ("\u0e4d\u0e32", "\u0e33")
_CURLY_QUOTES = (("\u2018", "'"), ("\u2019", "'"), ("\u201c", '"'), ("\u201d", '"'))


def normalize(text: str, *, fold_quotes: bool) -> str:
    """The text as the tokenizer reads it; a lone surrogate reads as U+FFFD."""
    if text.isascii():
        if _ASCII_CHANGES.search(text):
            text = _CONTROLS.sub("", text).replace("\x00", " ")
        return text
    text = compose(_SURROGATES.sub("\ufffd", text))
    if _CHANGES.search(text):
        text = _CONTROLS.sub("", text).replace("\x00", " ").replace(*_THAI_AM)
        text = _SPACES.sub(" ", _PRIVATE.sub("", text))
    if fold_quotes:
        for curly, straight in _CURLY_QUOTES:
            text = text.replace(curly, straight)
    return text
