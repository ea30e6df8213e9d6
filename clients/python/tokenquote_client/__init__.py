"""The client of Tokenquote, and its wire contract: what a plan may say and what a quote answers."""

from tokenquote_client.amounts import (
    AudioPart,
    DocumentPart,
    FunctionCall,
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
from tokenquote_client.answer_parts import GeneratedImage, GeneratedVideo
from tokenquote_client.async_client import AsyncClient
from tokenquote_client.catalog import (
    CatalogInfo,
    CatalogProblem,
    CatalogState,
    ModelDetail,
    ModelList,
    ModelSummary,
)
from tokenquote_client.client import Client
from tokenquote_client.comparisons import (
    ComparisonAnswer,
    ComparisonQuestion,
    FailedVariant,
    QuotedVariant,
    Variant,
)
from tokenquote_client.deployments import (
    BreakEven,
    BreakEvenAnswer,
    DeploymentAnswer,
    DeploymentQuestion,
    Efficiency,
    Engine,
    GpuOption,
    GpuShare,
    Speculation,
)
from tokenquote_client.errors import (
    BadAnswer,
    ClientError,
    ConnectionFailed,
    InvalidRequest,
    RateLimited,
    ServiceError,
    TimedOut,
    Unauthorized,
    Unavailable,
    UnknownModel,
)
from tokenquote_client.gpus import GpuInfo, GpuList
from tokenquote_client.media import MediaAnswer, MediaItem, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, MemoryUse, WeightsAnswer, WeightsQuestion
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.model_header import ModelHeader, TensorEntry
from tokenquote_client.plan import Budget, Caching, Call, FullHistory, Plan, Start, ToolRound, Turn
from tokenquote_client.problem import FieldError, Problem
from tokenquote_client.quote import Comparison, Failure, Quote
from tokenquote_client.quoters import AsyncQuoter, Quoter
from tokenquote_client.solutions import Limit, SolutionAnswer, SolutionQuestion
from tokenquote_client.tokens import TokensAnswer, TokensBreakdown, TokensQuestion, UnknownPart
from tokenquote_client.training import Lora, TrainingAnswer, TrainingQuestion
from tokenquote_client.usage import UsageAnswer, UsageQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

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
    "CatalogProblem",
    "CatalogState",
    "Client",
    "ClientError",
    "Comparison",
    "ComparisonAnswer",
    "ComparisonQuestion",
    "ConnectionFailed",
    "DeploymentAnswer",
    "DeploymentQuestion",
    "DocumentPart",
    "Efficiency",
    "Engine",
    "FailedVariant",
    "Failure",
    "FieldError",
    "FullHistory",
    "FunctionCall",
    "GeneratedImage",
    "GeneratedVideo",
    "GpuInfo",
    "GpuList",
    "GpuOption",
    "GpuShare",
    "ImagePart",
    "InvalidRequest",
    "KvCacheAnswer",
    "KvCacheQuestion",
    "Limit",
    "Lora",
    "MediaAnswer",
    "MediaItem",
    "MediaQuestion",
    "MemoryGridAnswer",
    "MemoryGridQuestion",
    "MemoryUse",
    "ModelDetail",
    "ModelHeader",
    "ModelList",
    "ModelSummary",
    "Percentiles",
    "Plan",
    "Problem",
    "Profile",
    "Quote",
    "QuotedVariant",
    "Quoter",
    "RateLimited",
    "ServiceError",
    "SolutionAnswer",
    "SolutionQuestion",
    "Speculation",
    "Start",
    "TensorEntry",
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
    "UsageAnswer",
    "UsageQuestion",
    "Variant",
    "VectorIndexAnswer",
    "VectorIndexQuestion",
    "VideoPart",
    "WeightsAnswer",
    "WeightsQuestion",
]
