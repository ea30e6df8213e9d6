"""The prices that genai-prices and litellm publish in their packages, read into the words of our schema."""

from tokenquote.upkeep.sources.genai_prices import read_genai_prices
from tokenquote.upkeep.sources.listing import ListedModel, Listing, SourceMissing
from tokenquote.upkeep.sources.litellm import read_litellm
from tokenquote.upkeep.sources.names import SourceNames, read_source_names

__all__ = [
    "ListedModel",
    "Listing",
    "SourceMissing",
    "SourceNames",
    "read_genai_prices",
    "read_litellm",
    "read_source_names",
]
