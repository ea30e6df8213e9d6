"""Requests to models whose vocabulary is private, counted by what recorded bills say.

    tokens = sum over classes of content(tokens per public token x public tokens)
           + sum over terms(tokens x how often)

Coefficients, bands and errors come from calibration.yaml, which `make calibrate` writes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tokenquote.catalog.schema.calibration import CalibratedFamily, CalibratedUse, Fit, HalfWidth, Kind
from tokenquote.counts import Count, Method
from tokenquote.tokens import request_features as features
from tokenquote.tokens.request import Message, Request, ToolDefinition
from tokenquote.tokens.request_count import Framed, RequestCount, total
from tokenquote.tokens.request_features import Features
from tokenquote.tokens.texts import TextMemo
from tokenquote.tokens.vocabularies import Vocabularies
from tokenquote.tokens.vocabularies.content_classes import CLASSES

__all__ = ["CalibratedRequests", "CalibratedTexts"]

BORROWED_DOUBT = 0.5
"""What a term that no recorded call of the rule has may be off by, as a share of itself."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens of texts, and by how many they may be off beyond the band of the recorded calls."""

    tokens: float
    doubt: float = 0.0


class CalibratedTexts:
    """Tokens of texts; each text is looked at once.

    Where the user has imported the provider's own vocabulary, its counts take the place of estimates.
    """

    def __init__(
        self,
        family: CalibratedFamily,
        use: CalibratedUse,
        vocabularies: Vocabularies,
        memo: TextMemo | None = None,
    ) -> None:
        exact = use.exact_vocabulary
        self._exact = exact if exact is not None and vocabularies.trouble(exact) is None else None
        self._vocabularies = vocabularies
        self._public = family.vocabulary
        self.vocabulary = self._exact or family.vocabulary
        self._tokens = [family.tokens.get(name, 1.0) for name in CLASSES]
        self._doubt = [family.doubt.get(name, 0.0) for name in CLASSES]
        self._shared = memo or TextMemo()
        self._memo: dict[str, Estimate] = {}

    @property
    def are_exact(self) -> bool:
        return self._exact is not None

    def estimate(self, texts: Iterable[str]) -> Estimate:
        """Several texts, each encoded by itself."""
        found = [self._one(text) for text in texts]
        return Estimate(sum(one.tokens for one in found), sum(one.doubt for one in found))

    def public(self, text: str) -> int:
        """Tokens of the public vocabulary."""
        return self._count(self._public, text)

    def _one(self, text: str) -> Estimate:
        if text not in self._memo:
            self._memo[text] = self._look_at(text)
        return self._memo[text]

    def _look_at(self, text: str) -> Estimate:
        if self._exact is not None:
            return Estimate(self._count(self._exact, text))
        key = (self._public, text)
        if key not in self._shared.classes:
            self._shared.classes[key] = self._vocabularies.classes(self._public).counts(text)
        counts = self._shared.classes[key]
        found = [(int(count), i) for i, count in enumerate(counts) if count]
        tokens = sum(count * self._tokens[i] for count, i in found)
        return Estimate(max(0.0, tokens), sum(count * self._doubt[i] for count, i in found))

    def _count(self, vocabulary: str, text: str) -> int:
        key = (vocabulary, text)
        if key not in self._shared.tokens:
            self._shared.tokens[key] = self._vocabularies.count(vocabulary, text)
        return self._shared.tokens[key]


class CalibratedRequests:
    """Counts requests by the coefficients of one counting rule."""

    def __init__(self, use: CalibratedUse, fit: Fit, texts: CalibratedTexts) -> None:
        self._use = use
        self._fit = fit
        self._texts = texts
        self._borrowed = frozenset(fit.borrowed)

    @property
    def per_request(self) -> int:
        return round(self._fit.structure.get("request", 0.0))

    @property
    def basis(self) -> str:
        """What the coefficients are fitted on, in words."""
        fit = self._fit
        until = f" up to {fit.newest}" if fit.newest else ""
        return (
            f"texts and what stands around them: fitted on {fit.rows} recorded calls{until}, "
            f"over {self._texts.vocabulary} tokens by class of content; "
            f"half of the calls that the fit had not seen were off by {fit.held_out.median:.1%} or less, "
            f"nine in ten by {fit.held_out.p90:.1%} or less"
        )

    def text(self, text: str) -> Count:
        """A text by itself."""
        return self._framed(Features((text,)), self._band("plain")).content

    def request(self, request: Request) -> RequestCount:
        kind = features.band_kind(request)
        band = self._band(kind)
        system = [message for message in request.messages if message.role == "system"]
        others = [message for message in request.messages if message.role != "system"]
        bare = features.prompts(request)
        opening = Framed(self._nothing()) if request.shape == "prompts" else self._opening(request, band)
        messages = self._framed(bare, band) + self._appended(others, band)
        return RequestCount(
            system=self._framed(features.system(system), band),
            tools=self._framed(features.tools(request, self._use), band),
            schema=self._framed(features.schema(request.schema, self._use), band),
            messages=Framed(messages.content, messages.framing + request.prompt_tokens) + opening,
            unknown=self._unknown([one.text for one in request.everything_unknown()]),
            per_request=0 if request.shape == "prompts" else self.per_request,
            by_tool=self._by_tool(request.tools),
            slack=math.ceil(band.absolute),
        )

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Framed:
        request = Request(tools=tuple(tools))
        return self._framed(features.tools(request, self._use), self._band("tools"))

    def appended(self, messages: Sequence[Message]) -> Framed:
        return self._appended(messages, self._band(features.band_kind(Request(messages=tuple(messages)))))

    def _appended(self, messages: Sequence[Message], band: HalfWidth) -> Framed:
        parts = (self._framed(one, band) for one in features.spoken(messages, self._use))
        return total(parts, self._nothing())

    def _opening(self, request: Request, band: HalfWidth) -> Framed:
        """What comes once besides the constant that every request has."""
        terms = dict(features.per_request(request).terms)
        terms.pop("request", None)
        return self._framed(Features(terms=terms), band)

    def _by_tool(self, tools: Sequence[ToolDefinition]) -> dict[str, int]:
        """What each definition adds; two tools of one name together."""
        added: dict[str, int] = {}
        for tool in tools:
            one = self._framed(features.definitions([tool], self._use), self._band("tools"))
            added[tool.name] = added.get(tool.name, 0) + one.tokens
        return added

    def _framed(self, part: Features, band: HalfWidth) -> Framed:
        """One part, rounded once, with its share of the band."""
        texts, weighed = self._texts.estimate(part.texts), self._weighed(part)
        structure = self._fit.structure
        around = sum(structure.get(term, 0.0) * n for term, n in part.terms.items())
        doubt = texts.doubt + weighed.doubt
        doubt += BORROWED_DOUBT * sum(
            abs(structure.get(term, 0.0)) * n for term, n in part.terms.items() if term in self._borrowed
        )
        tokens, framing = round(texts.tokens + weighed.tokens + around), round(around)
        half = doubt + band.relative * abs(tokens)
        return Framed(self._count(tokens - framing, half, assumed=not self._is_fitted(part)), framing)

    def _weighed(self, part: Features) -> Estimate:
        """Texts that are billed in part. One whose term no recorded call has is taken to be billed as a text
        is: it may be left out, or cost twice as much.
        """
        found = [(self._fit.structure.get(term), self._texts.public(text)) for term, text in part.weighed]
        billed = sum(tokens if weight is None else tokens * weight for weight, tokens in found)
        return Estimate(billed, sum(tokens for weight, tokens in found if weight is None))

    def _is_fitted(self, part: Features) -> bool:
        """Whether recorded calls of this very rule have all that the part is made of."""
        terms = {term for term, n in part.terms.items() if n} | {term for term, _ in part.weighed}
        return terms <= self._fit.structure.keys() - self._borrowed

    def _count(self, tokens: int, half: float, *, assumed: bool) -> Count:
        method: Method = "assumed" if assumed else "calibrated"
        if half == 0.0 and self._texts.are_exact and not assumed:
            method = "exact"
        low = math.floor(tokens - half)
        return Count(tokens, low, math.ceil(tokens + half), method, self._texts.vocabulary)

    def _unknown(self, texts: Sequence[str]) -> Framed:
        """What has no rule: half of its text's tokens, or twice as many."""
        if not texts:
            return Framed(self._nothing())
        tokens = round(self._texts.estimate(texts).tokens)
        return Framed(Count(tokens, tokens // 2, 2 * tokens, "assumed", self._texts.vocabulary))

    def _nothing(self) -> Count:
        return self._count(0, 0.0, assumed=False)

    def _band(self, kind: Kind) -> HalfWidth:
        return self._fit.bands[kind]
