"""The choice of GPUs and of their number: as asked for, or the fewest on which the model fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.api.deployments.placements import fits
from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.gpus import Gpu
from tokenquote.counts import ceil_div
from tokenquote.errors import LocatedError, Location, under
from tokenquote.memory.gpus import Layout, LayoutError, layouts
from tokenquote_client.deployments import DeploymentQuestion, GpuOption

__all__ = ["Choice", "choose", "gpu_option", "options"]

MAX_GPUS = 64
"""The most GPUs that a search tries: eight nodes of eight."""


Cards = tuple[tuple[str, Gpu], ...]
"""GPUs in order, each with its id."""


@dataclass(frozen=True, slots=True)
class Choice:
    """GPUs, and how the model is spread over them."""

    gpu_id: str
    gpu: Gpu
    """The GPU; the one with the least memory where they are not alike."""
    layout: Layout
    available: int
    """The number of GPUs there are; more than the layout takes where all of them would not do better."""
    unequal: Cards = ()
    """The GPUs in order where they are not alike; empty: all are the one above."""

    @property
    def stages(self) -> Cards:
        """The GPU of each stage, the one with the least memory where those of a stage are not alike."""
        if not self.unequal:
            return ((self.gpu_id, self.gpu),) * self.layout.pipeline_parallel
        each = self.layout.gpus // self.layout.pipeline_parallel
        parts = [self.unequal[i : i + each] for i in range(0, self.layout.gpus, each)]
        return tuple(min(part, key=lambda card: card[1].usable_bytes) for part in parts)

    @property
    def stage_gpus(self) -> list[Gpu]:
        """The GPUs of `stages` without their ids."""
        return [gpu for _, gpu in self.stages]


def options(hosted: HostedModel, catalog: Catalog) -> list[Choice]:
    """Return the fewest GPUs of each kind on which the model fits, fewest and smallest first."""
    ids = _candidates(hosted.question, catalog)
    found = [choice for gpu_id in ids if (choice := _fewest(hosted, gpu_id, catalog.gpus[gpu_id]))]
    return sorted(found, key=lambda choice: (choice.layout.gpus, choice.gpu.usable_bytes, choice.gpu_id))


def choose(hosted: HostedModel, catalog: Catalog, found: Sequence[Choice]) -> Choice:
    """Return the GPUs that the question asks for; where it names none, the first that were found.

    Raises:
        LocatedError: there is no such GPU, or the model cannot be spread as asked.
    """
    question = hosted.question
    if question.gpus is not None:
        return _on_unequal_gpus(hosted, question.gpus, catalog)
    if question.gpu is not None:
        gpu_id = _id(question.gpu, ("gpu",), catalog)
        return _on_stated_gpu(hosted, gpu_id, catalog.gpus[gpu_id])
    if found:
        return found[0]
    ids = _candidates(question, catalog)
    largest = max(ids, key=lambda gpu_id: (catalog.gpus[gpu_id].usable_bytes, gpu_id))
    return _largest_layout(hosted, largest, catalog.gpus[largest], MAX_GPUS)


def gpu_option(choice: Choice) -> GpuOption:
    """Return the choice as the wire says it."""
    gpu, layout = choice.gpu, choice.layout
    return GpuOption(
        gpu=choice.gpu_id,
        gpu_count=layout.gpus,
        tensor_parallel=layout.tensor_parallel,
        pipeline_parallel=layout.pipeline_parallel,
        memory_bytes=layout.gpus * gpu.usable_bytes,
        price_per_hour=layout.gpus * gpu.price.per_hour if gpu.price else None,
    )


def _candidates(question: DeploymentQuestion, catalog: Catalog) -> list[str]:
    """Return the GPUs that the question names, else all except those that are only looked at by name."""
    if question.among is not None:
        return _ids(question.among, catalog)
    return [gpu_id for gpu_id, gpu in catalog.gpus.items() if not gpu.only_by_name]


def _ids(names: Iterable[str], catalog: Catalog) -> list[str]:
    return list(dict.fromkeys(_id(name, ("among", i), catalog) for i, name in enumerate(names)))


def _id(name: str, location: Location, catalog: Catalog) -> str:
    with under(*location):
        return catalog.gpu(name)


def _on_stated_gpu(hosted: HostedModel, gpu_id: str, gpu: Gpu) -> Choice:
    question = hosted.question
    stated = _stated_layout(question)
    if stated is not None:
        try:
            hosted.check(stated)
        except LayoutError as error:
            raise error.at(_blamed(question, error)) from None
        return Choice(gpu_id, gpu, stated, question.gpu_count or stated.gpus)
    if question.gpu_count is None:
        return _fewest(hosted, gpu_id, gpu) or _largest_layout(hosted, gpu_id, gpu, MAX_GPUS)
    return _widest_fit(hosted, gpu_id, gpu, question.gpu_count)


def _on_unequal_gpus(hosted: HostedModel, names: Sequence[str], catalog: Catalog) -> Choice:
    """Return the named GPUs with the stated layout, else the widest on which the model fits, else the widest.

    Raises:
        LocatedError: there is no such GPU, or the model cannot be spread over as many.
    """
    ids = [_id(name, ("gpus", i), catalog) for i, name in enumerate(names)]
    cards = tuple((gpu_id, catalog.gpus[gpu_id]) for gpu_id in ids)
    smallest_id, smallest = min(cards, key=lambda card: (card[1].usable_bytes, card[0]))
    stated = _stated_layout(hosted.question.model_copy(update={"gpu_count": len(cards)}))
    if stated is not None:
        try:
            hosted.check(stated)
        except LayoutError as error:
            raise error.at(_blamed(hosted.question, error)) from None
        return Choice(smallest_id, smallest, stated, len(cards), cards)
    found = [
        Choice(smallest_id, smallest, layout, len(cards), cards)
        for layout in _layouts(hosted, smallest, len(cards))
    ]
    if not found:
        detail = f"the model cannot be spread over {len(cards)} GPUs; name fewer"
        raise LocatedError(("gpus",), detail)
    return next((choice for choice in found if fits(hosted, choice.stage_gpus, choice.layout)), found[0])


def _stated_layout(question: DeploymentQuestion) -> Layout | None:
    """Return the layout if one of its two numbers is stated; the other follows from the count. Else None."""
    tensor, pipeline, count = question.tensor_parallel, question.pipeline_parallel, question.gpu_count
    data, spread = question.data_parallel or 1, question.expert_parallel
    if tensor is None and pipeline is None:
        return None
    if count is None:
        return Layout(tensor or 1, pipeline or 1, data, spread)
    each = count // data
    layout = Layout(
        tensor or each // (pipeline or 1) or 1, pipeline or each // (tensor or 1) or 1, data, spread
    )
    if layout.gpus != count:
        sizes = {"tensor": tensor, "pipeline": pipeline, "data": question.data_parallel}
        parts = " x ".join(f"{name}_parallel {size}" for name, size in sizes.items() if size is not None)
        field = "gpu_count" if question.gpus is None else "gpus"
        detail = f"{parts} does not make {count} GPUs: state factors of {count}, or another `{field}`"
        raise LocatedError((field,), detail)
    return layout


def _blamed(question: DeploymentQuestion, error: LayoutError) -> str:
    """Return the field to blame: the one that does not divide if the question states it, else the count."""
    field = str(error.location[-1])
    if getattr(question, field) not in (None, False):
        return field
    return "gpu_count" if question.gpus is None else "gpus"


def _fewest(hosted: HostedModel, gpu_id: str, gpu: Gpu) -> Choice | None:
    """Return the smallest number of these GPUs on which the model fits; None if 64 are too few."""
    for count in range(_min_gpus_for_weights(hosted, gpu), MAX_GPUS + 1):
        for layout in _layouts(hosted, gpu, count):
            if fits(hosted, [gpu] * layout.pipeline_parallel, layout):
                return Choice(gpu_id, gpu, layout, count)
    return None


def _min_gpus_for_weights(hosted: HostedModel, gpu: Gpu) -> int:
    """Return the GPUs that the weights alone need; fewer need not be tried."""
    if not hosted.is_whole:
        return 1
    return max(1, ceil_div(hosted.weights.bytes, gpu.usable_bytes))


def _widest_fit(hosted: HostedModel, gpu_id: str, gpu: Gpu, available: int) -> Choice:
    """Return all GPUs, split as widely as possible, if that fits; else as many as fit; else all of them.

    Some may stay idle, so that more GPUs never fit less.
    """
    for count in range(available, 0, -1):
        for layout in _layouts(hosted, gpu, count):
            if fits(hosted, [gpu] * layout.pipeline_parallel, layout):
                return Choice(gpu_id, gpu, layout, available)
    return _largest_layout(hosted, gpu_id, gpu, available)


def _largest_layout(hosted: HostedModel, gpu_id: str, gpu: Gpu, available: int) -> Choice:
    """Return as many of the GPUs as some layout uses, whether the model fits or not."""
    for count in range(available, 0, -1):
        for layout in _layouts(hosted, gpu, count):
            return Choice(gpu_id, gpu, layout, available)
    raise LocatedError(("gpu_count",), f"the model cannot be spread over {available} GPUs as asked")


def _layouts(hosted: HostedModel, gpu: Gpu, count: int) -> Iterator[Layout]:
    question = hosted.question
    data = question.data_parallel or 1
    if count % data:
        return
    by_layers = hosted.gpu_layers is not None  # llama.cpp splits a model by layers alone
    for each in layouts(count // data, 1 if by_layers else gpu.gpus_per_node):
        layout = replace(each, data_parallel=data, expert_parallel=question.expert_parallel)
        try:
            hosted.check(layout)
        except LayoutError:
            continue
        yield layout
