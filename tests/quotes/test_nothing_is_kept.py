"""A quote leaves nothing behind: objects and memory stay flat, and no prompt outlives its answer."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import NOW

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies, VocabularyError
from tokenquote_client import Plan

# What a quote keeps is at least an object each; the interpreter and libraries keep a few things of their own.
QUOTES = 100
MOST_NEW_OBJECTS = 66
MOST_NEW_BYTES = 16 * 2**20


def models_by_path(catalog: Catalog) -> dict[tuple[str, bool, bool], str]:
    """One model for each way that counting takes: by vocabulary, by template or constants, calibrated or not.
    Models that share it run through the same code and hold on to the same things.
    """
    return {
        (model.counting.vocabulary, model.counting.template is None, model.counting.calibration is None): id_
        for id_, model in catalog.models.items()
    }


@pytest.fixture
def only_new_objects() -> Iterator[None]:
    """The collector looks past what is there already, so that counting objects takes no time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def ask(catalog: Catalog, vocabularies: Vocabularies, model: str, number: int) -> None:
    turn = {"user": f"Where is my order {number}?", "assistant": 20, "reasoning": 0}
    system = {"system": "You are brief."}
    if not catalog.models[model].converses:  # a request is the user message alone
        turn, system = {"user": turn["user"]}, {}
    plan = Plan.model_validate({"model": model, "turns": [turn], **system})
    answer_plan(plan, catalog, vocabularies, NOW)


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux' /proc to read memory in use")
def test_objects_and_memory_stay_flat_for_each_model(
    catalog: Catalog, vocabularies: Vocabularies, only_new_objects: None
) -> None:
    """`vocabularies.encoder` raised one stored exception again and again: 205 KB a quote stayed in memory."""
    models = models_by_path(catalog).values()
    for model in models:
        for number in range(3):  # loads vocabularies, compiles templates
            ask(catalog, vocabularies, model, number)
    gc.collect()
    resident = resident_bytes()
    grown = {}
    for model in models:
        before = len(gc.get_objects())
        for number in range(QUOTES):
            ask(catalog, vocabularies, model, number)
        gc.collect()
        new = len(gc.get_objects()) - before
        if new > MOST_NEW_OBJECTS:
            grown[model] = new
    assert grown == {}
    assert resident_bytes() - resident < MOST_NEW_BYTES


def test_a_missing_vocabulary_is_a_new_error_each_time(catalog: Catalog) -> None:
    """An error that is raised again keeps the frames of everybody whom it was raised to."""
    vocabularies = Vocabularies(catalog.vocabularies)
    missing = next(name for name, entry in catalog.vocabularies.items() if entry.file is None)
    errors = [_error(vocabularies, missing) for _ in range(3)]
    assert len({id(error) for error in errors}) == 3
    assert {str(error) for error in errors} == {vocabularies.trouble(missing)}
    assert [_frames(error) for error in errors] == [_frames(errors[0])] * 3


def _error(vocabularies: Vocabularies, name: str) -> VocabularyError:
    with pytest.raises(VocabularyError) as raised:
        vocabularies.encoder(name)
    return raised.value


def _frames(error: BaseException) -> int:
    trace, frames = error.__traceback__, 0
    while trace is not None:
        trace, frames = trace.tb_next, frames + 1
    return frames
