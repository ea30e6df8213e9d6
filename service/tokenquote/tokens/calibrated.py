"""Requests to models whose vocabulary is private, counted by what recorded bills say.

    tokens = sum over classes of content(tokens per public token x public tokens)
           + sum over terms(tokens x how often)

Coefficients, bands and errors come from calibration.yaml, which `make calibrate` writes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from tokenquote.catalog.schema.calibration import CalibratedFamily, CalibratedUse, Fit, HalfWidth, Kind
from tokenquote.counts import Count, Method, total
from tokenquote.tokens import request_features as features
from tokenquote.tokens.request import Message, Request, ToolChoice, ToolDefinition
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.request_features import Features
from tokenquote.tokens.texts import TextMemo
from tokenquote.tokens.vocabularies import Vocabularies
from tokenquote.tokens.vocabularies.content_classes import CLASSES

__all__ = ["CalibratedRequests", "CalibratedTexts"]

BORROWED_DOUBT = 0.5
"""How far a term that no recorded call of the rule has may be off, as a share of itself."""

_Estimate: TypeAlias = tuple[float, float]
"""Tokens before they are rounded, and by how many they may be off beyond the band of the recorded calls."""


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
        self._memo: dict[str, _Estimate] = {}

    @property
    def are_exact(self) -> bool:
        """Whether the provider's own vocabulary counts the texts."""
        return self._exact is not None

    def estimate(self, texts: Iterable[str]) -> _Estimate:
        """Estimate the tokens of several texts, each encoded by itself, and how far they may be off."""
        found = [self._estimate_text(text) for text in texts]
        return sum(tokens for tokens, _ in found), sum(doubt for _, doubt in found)

    def public(self, text: str) -> int:
        """Count the text's tokens in the public vocabulary."""
        return self._count(self._public, text)

    def _estimate_text(self, text: str) -> _Estimate:
        if text not in self._memo:
            self._memo[text] = self._weigh_classes(text)
        return self._memo[text]

    def _weigh_classes(self, text: str) -> _Estimate:
        if self._exact is not None:
            return self._count(self._exact, text), 0.0
        key = (self._public, text)
        if key not in self._shared.classes:
            self._shared.classes[key] = self._vocabularies.classes(self._public).counts(text)
        counts = self._shared.classes[key]
        found = [(int(count), i) for i, count in enumerate(counts) if count]
        tokens = sum(count * self._tokens[i] for count, i in found)
        return max(0.0, tokens), sum(count * self._doubt[i] for count, i in found)

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
        """Tokens that every request has, whatever is in it."""
        return round(self._fit.structure.get("request", 0.0))

    @property
    def reaches_back(self) -> bool:
        """Whether what any message adds depends on what goes before it."""
        return False

    @property
    def basis(self) -> str:
        """What the coefficients are fitted on, in a sentence for users."""
        fit = self._fit
        until = f" up to {fit.newest}" if fit.newest else ""
        return (
            f"texts and what stands around them: fitted on {fit.rows} recorded calls{until}, "
            f"over {self._texts.vocabulary} tokens by class of content; "
            f"half of the calls that the fit had not seen were off by {_at_most(fit.held_out.median)}, "
            f"nine in ten by {_at_most(fit.held_out.p90)}"
        )

    def text(self, text: str) -> Count:
        """Count a text by itself."""
        return self._counted(Features((text,)), self._band("plain"))

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part."""
        kind = features.band_kind(request)
        band = self._band(kind)
        system = [message for message in request.messages if message.role == "system"]
        others = [message for message in request.messages if message.role != "system"]
        bare = features.prompts(request)
        opening = self._nothing() if request.shape == "prompts" else self._opening(request, band)
        messages = self._counted(bare, band) + self._appended(others, band)
        return RequestCount(
            system=self._counted(features.system(system), band),
            tools=self._counted(features.tools(request, self._use), band),
            schema=self._counted(features.schema(request.schema, self._use), band),
            messages=messages.with_framing(request.prompt_tokens) + opening,
            unknown=self._unknown([piece.text for piece in request.everything_unknown()]),
            per_request=0 if request.shape == "prompts" else self.per_request,
            by_tool=self._by_tool(request.tools),
            slack=math.ceil(band.absolute),
        )

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions."""
        request = Request(tools=tuple(tools))
        return self._counted(features.tools(request, self._use), self._band("tools"))

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages add to a request that ends with `before`."""
        together = self._added((*before, *messages))
        return together.beyond(self._added(tuple(before))) if before else together

    def _added(self, messages: tuple[Message, ...]) -> Count:
        return self._appended(messages, self._band(features.band_kind(Request(messages=messages))))

    def _appended(self, messages: Sequence[Message], band: HalfWidth) -> Count:
        parts = (self._counted(message, band) for message in features.spoken(messages, self._use))
        return total(parts, self._nothing())

    def _opening(self, request: Request, band: HalfWidth) -> Count:
        """Count what comes once besides the constant that every request has."""
        terms = dict(features.per_request(request).terms)
        terms.pop("request", None)
        return self._counted(Features(terms=terms), band)

    def _by_tool(self, tools: Sequence[ToolDefinition]) -> dict[str, int]:
        """Count what each definition adds; two tools of one name are added up."""
        added: dict[str, int] = {}
        for tool in tools:
            definition = self._counted(features.definitions([tool], self._use), self._band("tools"))
            added[tool.name] = added.get(tool.name, 0) + definition.tokens
        return added

    def _counted(self, part: Features, band: HalfWidth) -> Count:
        """Count one part, rounded once, with its share of the band."""
        in_texts, doubt_of_texts = self._texts.estimate(part.texts)
        weighed, doubt_of_weighed = self._weighed(part)
        structure = self._fit.structure
        around = sum(structure.get(term, 0.0) * n for term, n in part.terms.items())
        doubt = doubt_of_texts + doubt_of_weighed
        doubt += BORROWED_DOUBT * sum(
            abs(structure.get(term, 0.0)) * n for term, n in part.terms.items() if term in self._borrowed
        )
        tokens, framing = round(in_texts + weighed + around), round(around)
        half = doubt + band.relative * abs(tokens)
        content = self._count(tokens - framing, half, assumed=not self._is_fitted(part))
        return content.with_framing(framing)

    def _weighed(self, part: Features) -> _Estimate:
        """Estimate texts that are billed in part. One whose term no recorded call has is taken to be billed
        as a text is: it may be left out, or cost twice as much.
        """
        found = [(self._fit.structure.get(term), self._texts.public(text)) for term, text in part.weighed]
        billed = sum(tokens if weight is None else tokens * weight for weight, tokens in found)
        return billed, sum(tokens for weight, tokens in found if weight is None)

    def _is_fitted(self, part: Features) -> bool:
        """Whether recorded calls of this very rule have all that the part is made of."""
        terms = {term for term, n in part.terms.items() if n} | {term for term, _ in part.weighed}
        return terms <= self._fit.structure.keys() - self._borrowed

    def _count(self, tokens: int, half: float, *, assumed: bool) -> Count:
        method: Method = "assumed" if assumed else "calibrated"
        if half == 0.0 and self._texts.are_exact and not assumed:
            method = "exact"
        low = math.floor(tokens - half)
        return Count(tokens, low, math.ceil(tokens + half), method, self._texts.vocabulary, framed=True)

    def _unknown(self, texts: Sequence[str]) -> Count:
        """Count what has no rule: from half of its text's tokens to twice as many."""
        if not texts:
            return self._nothing()
        tokens = round(self._texts.estimate(texts)[0])
        return Count(tokens, tokens // 2, 2 * tokens, "assumed", self._texts.vocabulary, framed=True)

    def _nothing(self) -> Count:
        return self._count(0, 0.0, assumed=False)

    def _band(self, kind: Kind) -> HalfWidth:
        return self._fit.bands[kind]


def _at_most(error: float) -> str:
    """Return `1.2% or less`, or `less than 0.1%` where the figure would be 0.0%."""
    return "less than 0.1%" if error < 0.0005 else f"{error:.1%} or less"
