"""Options of a training step that contradict each other: each is refused with what to state instead."""

from __future__ import annotations

from tokenquote.errors import LocatedError
from tokenquote_client.training import TrainingQuestion

__all__ = ["refuse_contradictions"]


def refuse_contradictions(question: TrainingQuestion) -> None:
    """Refuse options that no training step can have together.

    Raises:
        LocatedError: two options contradict each other; it lies at the one to change.
    """
    _refuse_formats(question)
    _refuse_steps(question)
    _refuse_sharding(question)
    _refuse_objectives(question)


def _refuse_formats(question: TrainingQuestion) -> None:
    if question.precision == "autocast" and question.lora is not None:
        detail = "adapters beside fp32 weights under autocast are not counted: state bf16 or fp32"
        raise LocatedError(("precision",), detail)
    if question.quantization is None:
        if question.upcast_frozen:
            detail = "only what stands beside quantised matrices is cast: state `quantization` too"
            raise LocatedError(("upcast_frozen",), detail)
        return
    if question.lora is None:
        raise LocatedError(("quantization",), "weights that are trained have no format: state `lora` too")
    if question.precision == "fp32":
        detail = (
            "quantised weights are computed with in 16 bits: state `precision` bf16 or mixed, or leave "
            "`quantization` out for frozen fp32 weights"
        )
        raise LocatedError(("quantization",), detail)


def _refuse_steps(question: TrainingQuestion) -> None:
    if question.loss_in_place and question.fused_loss:
        detail = "a fused loss has no whole logits to write over: leave one of the two out"
        raise LocatedError(("loss_in_place",), detail)
    adamw = question.optimizer == "adamw"
    if question.optimizer_step is not None and not adamw:
        detail = f"only adamw steps in one of these ways: leave it out with {question.optimizer}"
        raise LocatedError(("optimizer_step",), detail)
    if not question.optimizer_in_backward:
        return
    if question.optimizer_step is not None:
        detail = "each weight steps by itself in the backward pass: leave one of the two out"
        raise LocatedError(("optimizer_step",), detail)
    if question.gradient_accumulation_steps > 1:
        detail = (
            "gradients that are added up cannot be stepped in the backward pass: state 1, or leave "
            "`optimizer_in_backward` out"
        )
        raise LocatedError(("gradient_accumulation_steps",), detail)
    if question.zero_stage > 0:
        detail = "ZeRO steps its shard after the backward pass: state 0, or leave `optimizer_in_backward` out"
        raise LocatedError(("zero_stage",), detail)


def _refuse_sharding(question: TrainingQuestion) -> None:
    if question.offload == "none":
        return
    if question.optimizer.startswith("paged"):
        detail = (
            "paged states are in the host's memory already: state `optimizer` without `paged-`, or leave "
            "`offload` out"
        )
        raise LocatedError(("offload",), detail)
    if question.zero_stage == 0:
        raise LocatedError(("offload",), "only ZeRO and FSDP offload: state `zero_stage` from 1 to 3")
    if question.offload == "optimizer-and-weights" and question.zero_stage != 3:
        detail = "weights are offloaded at stage 3 only: state `zero_stage` 3, or `offload` optimizer"
        raise LocatedError(("offload",), detail)


def _refuse_objectives(question: TrainingQuestion) -> None:
    objective = question.objective
    if objective is None:
        return
    if objective.kind == "dpo":
        if objective.reference == "adapters_off" and question.lora is None:
            detail = "there are no adapters to turn off: state `lora`, or the reference `copy`"
            raise LocatedError(("objective", "reference"), detail)
        return
    if question.offload == "optimizer-and-weights" and objective.rollout.engine == "transformers":
        detail = "the weights that generate lie in the host's memory: state `vllm`, or `offload` optimizer"
        raise LocatedError(("objective", "rollout", "engine"), detail)
