"""Claude's own vocabularies, as they were measured with Anthropic's counter by Sander Land (MIT).

A text is normalised, written with markers of words, signs and capitals, and tiled with the fewest pieces of
the vocabulary.
"""

from tokenquote.tokens.vocabularies.claude.encoder import ClaudeEncoder

__all__ = ["ClaudeEncoder"]
