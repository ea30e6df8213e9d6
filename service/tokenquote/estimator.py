"""Offers the client's methods without a service: the same questions, answers and errors, in process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenquote.api.endpoints import Known, answer, read_parameters
from tokenquote.api.problems import Refused
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import CACHE_DIR, Catalog, load_catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoint import AnswerT
from tokenquote_client.errors import build_service_error
from tokenquote_client.operations import Operation
from tokenquote_client.quoters import Quoter

__all__ = ["Estimator"]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A catalog with its vocabularies, and when it was loaded."""

    catalog: Catalog
    vocabularies: Vocabularies
    loaded_at: dt.datetime
    reloads: int = 0


class Estimator(Quoter):
    """Quotes plans in process, without network or environment.

        estimator = Estimator()
        print(estimator.quote(model="gpt-5.4-mini", turns=[{"user": 120, "assistant": 260}]).totals.cost)

    Loading the catalog takes a moment: make one and keep it. Threads may share it.
    """

    def __init__(
        self,
        *,
        catalog_dir: Path | str | Sequence[Path | str] | None = None,
        cache_dir: Path | str | None = CACHE_DIR,
    ) -> None:
        """Load the catalog.

        Args:
            catalog_dir: the directory of your own catalog files, laid over the shipped ones, or several in
                the order in which they are laid over one another. None for no files of your own.
            cache_dir: where what the files say is kept, so that the next start is faster; None for nowhere.

        Raises:
            tokenquote.catalog.CatalogError: the files cannot be used; the message names file and field.
        """
        given = (catalog_dir,) if isinstance(catalog_dir, (str, Path)) else catalog_dir or ()
        self._directories = tuple(map(Path, given))
        self._cache_dir = None if cache_dir is None else Path(cache_dir)
        self._recent = RecentQuotes()
        catalog = load_catalog(*self._directories, cache_dir=self._cache_dir)
        self._loaded = _Loaded(catalog, Vocabularies(catalog.vocabularies), dt.datetime.now(dt.UTC))

    def reload(self) -> None:
        """Load the catalog's files as they are now; questions that are being answered end with those before.

        Raises:
            tokenquote.catalog.CatalogError: the files cannot be used; the catalog before answers on.
        """
        before = self._loaded
        catalog = load_catalog(*self._directories, cache_dir=self._cache_dir)
        self._loaded = _Loaded(
            catalog,
            before.vocabularies.renewed(catalog.vocabularies),
            dt.datetime.now(dt.UTC),
            before.reloads + 1,
        )

    def ready(self) -> bool:
        """True: an estimator that could be made can answer."""
        return True

    def close(self) -> None:
        """Nothing to close; here so that an estimator can stand where a client stood."""

    def __repr__(self) -> str:
        catalog = self._loaded.catalog
        return f"Estimator(<{len(catalog.models)} models, revision {catalog.revision}>)"

    def _call(self, operation: Operation[AnswerT]) -> AnswerT:
        """Answer the very data that a client would send; no bytes are written, so none count as too many."""
        loaded = self._loaded
        state = CatalogState(
            revision=loaded.catalog.revision, loaded_at=loaded.loaded_at, reloads=loaded.reloads
        )
        known = Known(loaded.catalog, loaded.vocabularies, dt.datetime.now(dt.UTC), state, self._recent)
        row = operation.endpoint
        try:
            parameters = read_parameters(row, {**operation.params, **operation.in_path})
            answered = answer(row, operation.members, None, parameters, known)
        except Refused as refused:
            raise build_service_error(refused.problem) from None
        if not isinstance(answered, operation.answer):
            raise TypeError(f"a question for {operation.answer.__name__} got {type(answered).__name__}")
        return answered
