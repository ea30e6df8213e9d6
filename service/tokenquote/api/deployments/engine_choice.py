"""The serving engine that a question is about, and whether its options are ones that this engine has."""

from __future__ import annotations

from tokenquote.errors import LocatedError, under
from tokenquote.memory.engines import ServingEngine, find_engine
from tokenquote.memory.engines.llama_cpp import LlamaCppRules
from tokenquote_client.deployments import DeploymentQuestion

__all__ = ["choose_engine"]

_OF_SHARES = (
    "gpu_memory_utilization", "cuda_graphs", "block_tokens", "prefix_caching",
)  # fmt: skip
"""The options of engines that page their cache; llama.cpp and Ollama have none of them."""


def choose_engine(question: DeploymentQuestion) -> ServingEngine:
    """Return the engine of the question: as stated, else the one whose options are stated, else vLLM.

    Raises:
        LocatedError: the version is not known, or an option is not one of this engine's; the detail names the
            remedy.
    """
    offloads = question.gpu_layers is not None or question.kv_offload is not None
    name = question.engine.name or ("llama.cpp" if offloads else "vllm")
    with under("engine"):
        engine = find_engine(name, question.engine.version)
    if isinstance(engine.rules, LlamaCppRules):
        _check_llama_cpp(question, name)
    else:
        _check_paging_engine(question, name)
    return engine


def _check_paging_engine(question: DeploymentQuestion, name: str) -> None:
    for option in ("gpu_layers", "kv_offload"):
        if getattr(question, option) is not None:
            detail = (
                f"{name} holds all layers and their cache on the GPUs: leave it out, or state `engine.name` "
                "llama.cpp or ollama"
            )
            raise LocatedError((option,), detail)


def _check_llama_cpp(question: DeploymentQuestion, name: str) -> None:
    for option in _OF_SHARES:
        if getattr(question.engine, option) is not None:
            detail = f"{name} has no such option: leave it out, or state `engine.name` vllm or sglang"
            raise LocatedError(("engine", option), detail)
    if question.tensor_parallel not in (None, 1):
        detail = (
            f"{name} is counted as splitting a model by layers: state `pipeline_parallel`, or `gpu_count`"
        )
        raise LocatedError(("tensor_parallel",), detail)
    if question.data_parallel not in (None, 1):
        raise LocatedError(("data_parallel",), f"{name} has no such option: leave it out")
    if question.expert_parallel:
        raise LocatedError(("expert_parallel",), f"{name} has no such option: leave it out")
