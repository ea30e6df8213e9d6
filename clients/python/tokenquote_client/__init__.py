"""The wire contract of Tokenquote: what a plan may say and what a quote answers."""

from tokenquote_client.amounts import (
    AudioPart,
    DocumentPart,
    ImagePart,
    Percentiles,
    Profile,
    Text,
    TextPart,
    Tokens,
    TokensPart,
    Triangular,
    VideoPart,
)
from tokenquote_client.catalog import CatalogInfo, ModelDetail, ModelList, ModelSummary
from tokenquote_client.media import MediaAnswer, MediaItem, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, MemoryUse, WeightsAnswer, WeightsQuestion
from tokenquote_client.plan import Budget, Caching, Call, FullHistory, Plan, Start, ToolRound, Turn
from tokenquote_client.problem import FieldError, Problem
from tokenquote_client.quote import Comparison, Failure, Quote

__all__ = [
    "AudioPart",
    "Budget",
    "Caching",
    "Call",
    "CatalogInfo",
    "Comparison",
    "DocumentPart",
    "Failure",
    "FieldError",
    "FullHistory",
    "ImagePart",
    "KvCacheAnswer",
    "KvCacheQuestion",
    "MediaAnswer",
    "MediaItem",
    "MediaQuestion",
    "MemoryUse",
    "ModelDetail",
    "ModelList",
    "ModelSummary",
    "Percentiles",
    "Plan",
    "Problem",
    "Profile",
    "Quote",
    "Start",
    "Text",
    "TextPart",
    "Tokens",
    "TokensPart",
    "ToolRound",
    "Triangular",
    "Turn",
    "VideoPart",
    "WeightsAnswer",
    "WeightsQuestion",
]
