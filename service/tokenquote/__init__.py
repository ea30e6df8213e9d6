"""Tokenquote: how many tokens and how much money a planned LLM conversation will take."""

__version__ = "0.1.0"
