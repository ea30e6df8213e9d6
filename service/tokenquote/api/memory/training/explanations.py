"""What an answer about training says beside its numbers: the formula of the peak, and what it assumes."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.memory.training import OPTIMIZERS, Activations, Parts, StepMoment, TrainingRun
from tokenquote_client.training import TrainingQuestion

__all__ = ["assumptions", "formula"]

_MOMENTS: dict[StepMoment, str] = {
    "forward": "when the loss is known",
    "backward": "in the backward pass",
    "step": "when the optimizer steps",
    "rollout": "while answers are generated",
}


def formula(peak: StepMoment, parts: Parts, run: TrainingRun) -> str:
    """Return the sum of the peak with its numbers, and the bytes of each trained weight.

    Such as `step: 14483464192 weights + 14483464192 gradients + …, of 7241732096 trained weights of 2 bytes +
    2 gradient + 4 adamw`.
    """
    terms = " + ".join(f"{size} {part}" for part, size in parts.items())
    master = f" + {run.precision.master} master" if run.precision.master else ""
    states = "rows and columns" if run.optimizer == "adafactor" else f"{_state_bytes(run):g}"
    shared = _shared(run)
    return (
        f"{peak}: {terms}; {run.trained} trained weights of {run.precision.weight} bytes + "
        f"{run.precision.gradient} gradient{master} + {states} {run.optimizer}{shared}"
    )


def _state_bytes(run: TrainingRun) -> float:
    return OPTIMIZERS[run.optimizer].bytes(256, run.precision.stepped) / 256


def _shared(run: TrainingRun) -> str:
    if run.sharding.stage == 0 or run.sharding.gpus == 1:
        return ""
    sharded = ("states", "states and gradients", "states, gradients and weights")[run.sharding.stage - 1]
    return f", {sharded} divided by {run.sharding.gpus} GPUs"


def assumptions(
    question: TrainingQuestion, run: TrainingRun, kept: Activations, peak: StepMoment
) -> Iterator[str]:
    """Yield what the answer takes for granted, one statement each."""
    yield (
        f"the peak is {_MOMENTS[peak]}; bytes as PyTorch allocates them for blocks written as in "
        "transformers: the driver shows more, for the CUDA context and what the allocator holds free"
    )
    if run.step.decoder_tokens is not None:
        if question.decoder_tokens is None:
            yield f"the decoder's sequences are as long as the encoder's, {question.sequence_tokens} tokens"
        yield "masks of dropout, a byte for each element that is dropped from, are not counted"
    if any(tensor.role == "tower" for tensor in run.architecture.other):
        yield "activations of towers for images or audio are not counted: a step of text alone"
    if not kept.known:
        yield "activations of experts, and of layers other than attention with heads, were not measured"
    if question.optimizer_step is None and OPTIMIZERS[question.optimizer].copies_weights:
        yield "AdamW steps as PyTorch does by default (foreach), with one copy of all weights; `low`: fused"
    yield from _loss_assumptions(question, run)
    if run.quantised and question.checkpointing == "none":
        yield "4-bit matrices keep their inputs, as in bitsandbytes before 0.43; `low`: they keep none"
    yield from _sharding_assumptions(question)
    yield from _objective_assumptions(question)


def _loss_assumptions(question: TrainingQuestion, run: TrainingRun) -> Iterator[str]:
    if run.architecture.scores == 0:
        yield (
            "the model has no output over its vocabulary: the loss is taken of vectors, or of one answer for "
            "each text, whose bytes are not counted"
        )
    elif not question.fused_loss:
        usual, least, most = (8, 4, 10) if question.loss_in_place else (12, 8, 14)
        yield f"the loss takes {usual} bytes of each logit; the band goes from {least} to {most}"


def _sharding_assumptions(question: TrainingQuestion) -> Iterator[str]:
    if question.data_parallel > 1 and question.zero_stage == 0:
        yield "buckets of gradients that DistributedDataParallel copies are not counted"
    if question.data_parallel > 1 and question.zero_stage == 3:
        yield "embedding, output and one layer at a time are gathered; `high`: the next layer besides"
        if question.lora is not None and question.checkpointing == "full":
            yield "FSDP holds the inputs of layers twice beside adapters, as measured runs do; `low`: once"
    if question.data_parallel == 1 and question.zero_stage > 0:
        yield "one GPU shards nothing"
    if question.offload != "none":
        yield "on the host: fp32 master weights and gradients and the states, without buffers that are pinned"


def _objective_assumptions(question: TrainingQuestion) -> Iterator[str]:
    objective = question.objective
    if objective is None:
        return
    if objective.kind == "dpo":
        yield f"{question.batch_size} pairs are {2 * question.batch_size} sequences of one step"
        return
    if question.lora is not None and (objective.kind == "ppo" or objective.reference):
        yield "the reference is the model without its adapters"
    if objective.kind == "ppo":
        yield "the critic is trained as the policy is; policy and critic go through a step together"
        if objective.reward_model is None:
            yield "the reward model is one like the policy"
    if objective.rollout.engine == "vllm":
        yield "vLLM holds a 16-bit copy of all weights throughout, and its cache during the rollout only"
