"""Tokenquote: how many tokens and how much money a planned LLM conversation will take.

Everything that a program needs is here, and is imported when it is first asked for: the client and its
models with the base install, `Estimator` with the extra `tokenquote[estimator]`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenquote.estimator import Estimator
    from tokenquote_client import (
        AsyncClient,
        AsyncQuoter,
        AudioPart,
        BadAnswer,
        BreakEven,
        BreakEvenAnswer,
        Budget,
        Caching,
        Call,
        CatalogInfo,
        Client,
        ClientError,
        Comparison,
        ConnectionFailed,
        DeploymentAnswer,
        DeploymentQuestion,
        DocumentPart,
        Efficiency,
        Engine,
        Failure,
        FieldError,
        FullHistory,
        FunctionCall,
        GpuInfo,
        GpuList,
        GpuOption,
        GpuShare,
        ImagePart,
        InvalidRequest,
        KvCacheAnswer,
        KvCacheQuestion,
        Lora,
        MediaAnswer,
        MediaItem,
        MediaQuestion,
        MemoryGridAnswer,
        MemoryGridQuestion,
        MemoryUse,
        ModelDetail,
        ModelList,
        ModelSummary,
        Percentiles,
        Plan,
        Problem,
        Profile,
        Quote,
        Quoter,
        RateLimited,
        ServiceError,
        Speculation,
        Start,
        Text,
        TextPart,
        TimedOut,
        Tokens,
        TokensAnswer,
        TokensBreakdown,
        TokensPart,
        TokensQuestion,
        ToolRound,
        TrainingAnswer,
        TrainingQuestion,
        Triangular,
        Turn,
        Unauthorized,
        Unavailable,
        UnknownModel,
        UnknownPart,
        VectorIndexAnswer,
        VectorIndexQuestion,
        VideoPart,
        WeightsAnswer,
        WeightsQuestion,
    )

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "AsyncQuoter",
    "AudioPart",
    "BadAnswer",
    "BreakEven",
    "BreakEvenAnswer",
    "Budget",
    "Caching",
    "Call",
    "CatalogInfo",
    "Client",
    "ClientError",
    "Comparison",
    "ConnectionFailed",
    "DeploymentAnswer",
    "DeploymentQuestion",
    "DocumentPart",
    "Efficiency",
    "Engine",
    "Estimator",
    "Failure",
    "FieldError",
    "FullHistory",
    "FunctionCall",
    "GpuInfo",
    "GpuList",
    "GpuOption",
    "GpuShare",
    "ImagePart",
    "InvalidRequest",
    "KvCacheAnswer",
    "KvCacheQuestion",
    "Lora",
    "MediaAnswer",
    "MediaItem",
    "MediaQuestion",
    "MemoryGridAnswer",
    "MemoryGridQuestion",
    "MemoryUse",
    "ModelDetail",
    "ModelList",
    "ModelSummary",
    "Percentiles",
    "Plan",
    "Problem",
    "Profile",
    "Quote",
    "Quoter",
    "RateLimited",
    "ServiceError",
    "Speculation",
    "Start",
    "Text",
    "TextPart",
    "TimedOut",
    "Tokens",
    "TokensAnswer",
    "TokensBreakdown",
    "TokensPart",
    "TokensQuestion",
    "ToolRound",
    "TrainingAnswer",
    "TrainingQuestion",
    "Triangular",
    "Turn",
    "Unauthorized",
    "Unavailable",
    "UnknownModel",
    "UnknownPart",
    "VectorIndexAnswer",
    "VectorIndexQuestion",
    "VideoPart",
    "WeightsAnswer",
    "WeightsQuestion",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name == "Estimator":
        return _estimator()
    if name in __all__:
        return getattr(import_module("tokenquote_client"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _estimator() -> Any:
    try:
        return import_module("tokenquote.estimator").Estimator
    except ImportError as error:
        remedy = "tokenquote.Estimator needs its extra: pip install 'tokenquote[estimator]'"
        raise ImportError(f"{remedy} ({error})") from error
