"""POST /v1/memory/weights: what the weights of a model take, by its config or by the header of its file."""

from __future__ import annotations

from tokenquote.api.memory import MAX_BYTES, figure_method, read_config, resolve_subject
from tokenquote.api.memory.assumptions import format_assumptions
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError, under
from tokenquote.memory import (
    Architecture,
    Config,
    Formats,
    WeightFormat,
    active_parameters,
    number_formats,
    read_architecture,
    weigh_architecture,
)
from tokenquote.memory.weights.file_header import FileHeader, HeaderTensor, weigh_header
from tokenquote.memory.weights.published_format import published_format
from tokenquote_client.memory import PredictionLayers, WeightsAnswer, WeightsQuestion
from tokenquote_client.model_header import ModelHeader

__all__ = ["answer_weights", "drafting_architecture", "stated_format"]


def answer_weights(question: WeightsQuestion, catalog: Catalog) -> WeightsAnswer:
    """Return the bytes of the weights in a number format.

    Raises:
        LocatedError: the model, its architecture or the format is unknown or wrong.
    """
    formats = number_formats(catalog.quantization)
    if question.header is not None:
        return _weights_of_header(question.header, formats)
    config, model = resolve_subject(question, catalog)
    architecture = read_config(read_architecture, config, model)
    stated = question.quantization
    name = stated_format(config, model) if stated is None else stated
    if name is None:
        raise LocatedError(("quantization",), "missing: the format of the weights, such as fp16 or q4_k_m")
    with under("quantization"):
        format_ = formats.weight(name)
    if question.prediction_layers:
        counted = drafting_architecture(architecture, ("prediction_layers",))
    else:
        counted = architecture
    weights = weigh_architecture(counted, format_, formats, imatrix=question.imatrix)
    taken = [] if stated is not None else [f"quantization: {format_.name}, in which it is published"]
    return WeightsAnswer(
        bytes=weights.bytes,
        bits_per_weight=float(weights.bits_per_weight),
        parameters=weights.parameters,
        active_parameters=active_parameters(counted),
        components=weights.components,
        types=weights.types,
        prediction_layers=_prediction_layers(architecture, format_, formats, imatrix=question.imatrix),
        method=figure_method(architecture.known),
        assumptions=[*taken, *architecture.assumptions, *format_assumptions(format_, weights)],
        warnings=list(architecture.warnings),
    )


def stated_format(config: Config, model: Model | None) -> str | None:
    """Return the name of the format that a model is published in; None: nothing says it.

    Raises:
        LocatedError: the config quantises in a way that no format of the catalog is.
    """
    if model is not None and model.weights is not None:
        return model.weights.published_as
    return read_config(published_format, config, model)


def drafting_architecture(architecture: Architecture, asked_at: tuple[str, ...]) -> Architecture:
    """Return the model with the layers that predict further tokens.

    Raises:
        LocatedError: its config names none that is counted.
    """
    if not architecture.predictors:
        raise LocatedError(asked_at, "the model's config names no layers that predict further tokens")
    return architecture.drafting()


def _prediction_layers(
    architecture: Architecture, format_: WeightFormat, formats: Formats, *, imatrix: bool | None
) -> PredictionLayers | None:
    if not architecture.predictors:
        return None
    without = weigh_architecture(architecture, format_, formats, imatrix=imatrix)
    with_them = weigh_architecture(architecture.drafting(), format_, formats, imatrix=imatrix)
    return PredictionLayers(
        layers=len(architecture.predictors),
        parameters=with_them.parameters - without.parameters,
        bytes=with_them.bytes - without.bytes,
    )


def _weights_of_header(header: ModelHeader, formats: Formats) -> WeightsAnswer:
    tensors = tuple(HeaderTensor(tensor.name, tensor.type, tuple(tensor.shape)) for tensor in header.tensors)
    if not tensors:
        raise LocatedError(("header", "tensors"), "the header lists no tensors")
    with under("header"):
        weights, one_each = weigh_header(FileHeader(header.format, header.metadata, tensors), formats)
    if weights.bytes > MAX_BYTES:
        raise LocatedError(("header", "tensors"), f"more than 2^53 bytes, {MAX_BYTES}")
    packed = "packed integers hold several weights each: `parameters` counts what the file stores"
    return WeightsAnswer(
        bytes=weights.bytes,
        bits_per_weight=float(weights.bits_per_weight) if weights.parameters else 0.0,
        parameters=weights.parameters,
        components=weights.components,
        types=weights.types,
        method="exact",
        assumptions=[f"every tensor as the {header.format} header has it"],
        warnings=[] if one_each else [packed],
    )
