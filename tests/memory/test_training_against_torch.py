"""What PyTorch allocates for a step of tiny models, beside what is counted.

`measured_steps.json` holds figures that `python -m tests.memory.torch_steps` measured on a CPU: the bytes
that autograd saves, and the peak of every allocation in the forward and backward pass and in the optimizer's
step. `make references` measures them again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tokenquote.memory import Architecture, parameters, read_architecture, tensors
from tokenquote.memory.training import (
    PRECISIONS,
    USUAL,
    Adapters,
    TrainingRun,
    TrainingStep,
    activations,
    adapter_parameters,
    moments,
    optimizer_bytes,
)

STEPS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "measured_steps.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("measured", STEPS, ids=lambda step: str(step["name"]))
def test_what_autograd_saves_of_a_layer_is_counted_to_the_byte(measured: dict[str, Any]) -> None:
    """Two layers more are what is compared: the ends of the model are the same."""
    step = _step(measured)
    one, three = (_architecture(measured, layers) for layers in (1, 3))
    counted = activations(three, step).layers - activations(one, step).layers
    if measured["autocast"] and measured["checkpointing"] == "none":
        counted += 2 * (_matrices(three) - _matrices(one))  # 16-bit copies of weights
    saved = measured["saved"]["3"] - measured["saved"]["1"]
    assert counted == saved


@pytest.mark.parametrize("measured", STEPS, ids=lambda step: str(step["name"]))
def test_the_peak_of_all_allocations_is_counted(measured: dict[str, Any]) -> None:
    """Weights and states are there before; what a step adds to them is compared, at its most."""
    architecture = _architecture(measured, 3)
    run = _run(measured, architecture)
    found = moments(run, USUAL)
    always = run.trained * run.precision.weight + run.optimizer_bytes
    added = max(sum(found[moment].values()) for moment in ("forward", "backward")) - always
    # Eager attention goes back through scores, which are a little more than the block's gradients; in the
    # last layer to go back through not all gradients of weights are made yet when activations are most.
    within = 0.06 if measured["attention"] == "eager" or measured["autocast"] else 0.02
    assert measured["peak"]["3"] == pytest.approx(added, rel=within)
    copied = found["step"].get("step_buffers", 0)
    assert measured["step"]["3"] == pytest.approx(copied, rel=0.01, abs=2000)


@pytest.mark.references
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("measured", STEPS, ids=lambda step: str(step["name"]))
def test_torch_still_allocates_so(measured: dict[str, Any]) -> None:
    pytest.importorskip("torch", reason="is measured with PyTorch, by hand")
    from tests.memory.torch_steps import measure

    again = measure(measured)
    assert again["saved"] == measured["saved"]
    assert again["peak"] == pytest.approx(measured["peak"], rel=0.01)


def _architecture(measured: dict[str, Any], layers: int) -> Architecture:
    config = {**measured["config"], "num_hidden_layers": layers, "tie_word_embeddings": False}
    return read_architecture(config)


def _step(measured: dict[str, Any]) -> TrainingStep:
    lora = measured["lora"]
    adapters = None
    if lora is not None:
        adapters = Adapters(lora["rank"], frozenset(lora["targets"]), lora["element"])
    return TrainingStep(
        measured["batch"],
        measured["tokens"],
        element=measured["element"],
        flash=measured["attention"] == "sdpa",
        checkpointing=measured["checkpointing"],
        adapters=adapters,
        autocast=measured["autocast"],
    )


def _matrices(architecture: Architecture) -> int:
    return sum(tensor.elements for tensor in tensors(architecture) if tensor.role in ("linear", "head"))


def _run(measured: dict[str, Any], architecture: Architecture) -> TrainingRun:
    step, lora = _step(measured), measured["lora"]
    trained = (
        parameters(architecture)
        if lora is None
        else adapter_parameters(architecture, lora["rank"], lora["targets"])
    )
    in_16_bits = (step.element if lora is None else lora["element"]) == 2 and not measured["autocast"]
    precision = PRECISIONS["bf16" if in_16_bits else "fp32"]
    layer = parameters(_architecture(measured, 2)) - parameters(_architecture(measured, 1))
    block, embedding = measured["config"]["intermediate_size"], architecture.vocabulary
    return TrainingRun(
        architecture,
        trained,
        precision,
        "adamw",
        optimizer_bytes("adamw", trained, precision),
        step,
        layer_weights=layer if lora is None else trained // 3,
        outside_weights=embedding * architecture.hidden if lora is None else 0,
        cast_weights=_matrices(architecture) if measured["autocast"] else 0,
        cast_layer=layer - 2 * architecture.hidden if measured["autocast"] else 0,
        last_weights=layer + (embedding - block) * architecture.hidden if lora is None else 0,
    )
