"""The routes share one state: catalog, vocabularies, recent quotes, metrics, and the queues of questions."""

from __future__ import annotations

import asyncio
import datetime as dt

from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.validation import prepare
from tokenquote.catalog import Catalog, Fault
from tokenquote.http.access import Gate, KeyRing, Keys, Looked
from tokenquote.http.access_log import log_failed_reload, log_keys, log_reload
from tokenquote.http.answering import Answering, InThreads, MakesAnswers
from tokenquote.http.bodies import Memory
from tokenquote.http.connections import Connections
from tokenquote.http.questions import Serving
from tokenquote.http.reloading import CatalogFiles, CatalogWatch
from tokenquote.http.saturation import measure_fullness
from tokenquote.http.telemetry import Measured, Telemetry
from tokenquote.settings import ALL, USUAL, Settings
from tokenquote.tokens import Vocabularies
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["ServiceState"]


class ServiceState:
    """The state of one application; a plain class, as Litestar inspects dataclasses and fails on unions."""

    def __init__(self, files: CatalogFiles, settings: Settings, telemetry: Measured | None = None) -> None:
        """Load the catalog.

        Args:
            files: the folders of the catalog.
            settings: the settings.
            telemetry: the metrics; None: they are kept here.

        Raises:
            CatalogError: the files cannot be used.
            KeyFileError: the file of the keys cannot be used.
        """
        ring = KeyRing(settings.keys_file, settings.reload_seconds)
        ring.tells = self._tell_of_keys
        self.gate = Gate(settings, ring)
        catalog = files.load()
        state = CatalogState(revision=catalog.revision, loaded_at=dt.datetime.now(dt.UTC))
        self.settings = settings
        self.serving = Serving(catalog, Vocabularies(catalog.vocabularies), state)
        self.watch = CatalogWatch(files, settings.reload_seconds, self._prepare, self.take)
        self.telemetry: Measured = telemetry or Telemetry(settings.metrics_series, self.measure_fullness)
        self.telemetry.describe(catalog, state)
        self.telemetry.describe_keys(len(ring.keys.all), 0)
        self.recent = RecentQuotes()
        self.memory = Memory(settings.buffer_bytes)
        self.connections: Connections | None = None  # until a worker holds some
        self._tells = True
        self.ready = False  # until the vocabularies are loaded, and again while the process drains
        self._answer_long_questions(InThreads(settings.apps, self.recent))

    def belong_to_worker(self, telemetry: Measured, elsewhere: MakesAnswers, recent: RecentQuotes) -> None:
        """Be the state of one worker of several, which leaves it to another process to tell of the catalog.

        Args:
            telemetry: where the worker's requests are counted.
            elsewhere: where long questions are answered.
            recent: the quotes that all workers made lately.
        """
        self.telemetry = telemetry
        self.recent = recent
        self._tells = False
        self.gate.ring.tells = None
        self.gate.ring.look()  # the process that it was forked from may not have looked for a second
        self._answer_long_questions(elsewhere)

    def measure_fullness(self) -> dict[str, float]:
        """Measure how full this process is."""
        return measure_fullness(self.answering, self.memory, self.connections)

    def _answer_long_questions(self, elsewhere: MakesAnswers) -> None:
        self.answering = Answering(
            InThreads(self.settings.apps, self.recent),
            elsewhere,
            short=self.settings.worker_threads,
            long=self.settings.long_questions,
            seconds=self.settings.answer_seconds,
        )

    def load(self) -> None:
        """Load what the first requests need, and the vocabularies that the settings name.

        Raises:
            VocabularyError: one that the settings name is not in the catalog, or cannot be used.
        """
        wanted = self.settings.vocabularies
        self.serving.load_encoders(wanted)
        for name in wanted:
            if name not in (ALL, USUAL):
                self.serving.vocabularies.encoder(name)
        prepare(row.question for row in ENDPOINTS if row.question)

    async def warm_up(self) -> None:
        """Load what the first requests need, then report ready."""
        await asyncio.to_thread(self.load)
        self.ready = True

    def look_at_files(self) -> None:
        """Load the catalog and the keys anew, changed or not; from the handler of a signal."""
        self.watch.ask()
        self.gate.ring.ask()

    def _prepare(self, catalog: Catalog) -> Serving:
        """Make a catalog that was loaded anew ready to answer, in the thread that loaded it."""
        before = self.serving
        state = CatalogState(
            revision=catalog.revision,
            loaded_at=dt.datetime.now(dt.UTC),
            reloads=before.state.reloads + 1,
            failed_reloads=before.state.failed_reloads,
        )
        serving = Serving(catalog, before.vocabularies.renewed(catalog.vocabularies), state)
        serving.load_encoders(self.settings.vocabularies)
        return serving

    def take(self, outcome: Serving | tuple[Fault, ...]) -> None:
        """Let a new catalog answer from now on, or say why the files cannot be used."""
        if isinstance(outcome, Serving):
            self.serving = outcome
        else:
            self.serving = self.serving.with_faults(outcome)
        if self._tells:
            self._tell(outcome)

    def _tell(self, outcome: Serving | tuple[Fault, ...]) -> None:
        """Log what became of changed files, and show it among the metrics."""
        if isinstance(outcome, Serving):
            log_reload(outcome.catalog.revision)
        else:
            log_failed_reload(outcome)
        self.telemetry.reloaded("loaded" if isinstance(outcome, Serving) else "failed")
        self.telemetry.describe(self.serving.catalog, self.serving.state)

    def _tell_of_keys(self, looked: Looked) -> None:
        """Log what became of the changed file of the keys, and show it among the metrics."""
        if isinstance(looked, Keys):
            log_keys([key.name for key in looked.all])
        else:
            log_failed_reload(looked, "keys.not_loaded")
        faults = () if isinstance(looked, Keys) else looked
        self.telemetry.describe_keys(len(self.gate.ring.keys.all), len(faults))
