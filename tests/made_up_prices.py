"""Models of our own, with a price of every kind, so that no test fixes what a real model costs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tokenquote.catalog import Catalog, load_catalog

__all__ = ["made_up_catalog"]

_LINES = """\
id: acme
name: Acme
first_party: true
models:
  - id: chat
    name: Chat
    counting: openai-gpt-5
    caching: openai
    context: {window: 1000000}
    prices:
      - rates: {input: "2", cache_read: "0.2", output: "10"}
        tiers: [{above: 200000, rates: {input: "4", output: "15"}}]
        modes:
          batch: {times: "0.5"}
          night: {times: "0.5", fees: [{what: web_search, price: "4", per: 1000, unit: call}]}
        uplifts: {eu: "1.1", us: "1.2"}
        fees:
          - {what: web_search, price: "10", per: 1000, unit: call}
          - {what: code_execution, price: "0.03", unit: session}
          - {what: maps_grounding, price: "0", unit: query}
        source: made up
        checked: 2026-11-20
  - id: bare
    name: Without fees and regions
    counting: openai-gpt-5
    prices: [{rates: {input: "2", output: "10"}, source: made up, checked: 2026-11-20}]
  - id: keeps
    name: Has a price for cache reads and no known cache
    counting: openai-gpt-5
    prices:
      - rates: {input: "2", cache_read: "0.2", output: "10"}
        modes: {batch: {times: "0.5"}}
        fees:
          - {what: web_search, price: "10", per: 1000, unit: call}
          - {what: web_search_preview, price: "25", per: 1000, unit: call}
        source: made up
        checked: 2026-11-20
      - {from: 2026-12-15, rates: {input: "2", output: "10"}, source: made up, checked: 2026-11-20}
  - id: asks
    name: Bills each request
    counting: openai-gpt-5
    prices:
      - rates: {input: "1", output: "1"}
        fees: [{what: request, price: "5", per: 1000, unit: request}]
        source: made up
        checked: 2026-11-20
  - id: embed
    name: Embed
    kind: embedding
    counting: openai-gpt-5
    caching: openai
    context: {window: 8192}
    prices: [{rates: {input: "0.02"}, modes: {batch: {times: "0.5"}}, source: made up, checked: 2026-11-20}]
  - id: rank
    name: Rank
    kind: rerank
    counting: openai-gpt-5
    prices:
      - fees: [{what: search, price: "2", per: 1000, unit: query}]
        source: made up
        checked: 2026-11-20
  - id: paint
    name: Paint by the image
    kind: image
    counting: openai-gpt-5
    prices:
      - fees:
          - {what: output_image, price: "0.04", unit: image}
          - {what: output_image, price: "0.167", unit: image, when: {size: 1024x1024, quality: high}}
          - {what: output_image, price: "0.07", unit: image, when: {quality: high}}
        modes: {batch: {fees: [{what: output_image, price: "0.02", unit: image}]}}
        source: made up
        checked: 2026-11-20
  - id: pixels
    name: Paint by the megapixel
    kind: image
    counting: openai-gpt-5
    prices:
      - fees: [{what: output_image, price: "0.03", unit: megapixel}]
        source: made up
        checked: 2026-11-20
  - id: draw
    name: Draw by the token
    kind: image
    counting: openai-gpt-5
    generated_images:
      tokens:
        - {tokens: 272, when: {quality: low}}
        - {tokens: 4160, when: {size: 1024x1024, quality: high}}
      source: made up
    prices: [{rates: {input: "5", output_image: "40"}, source: made up, checked: 2026-11-20}]
  - id: video-by-second
    name: Video by the second
    kind: video
    counting: openai-gpt-5
    prices:
      - fees:
          - {what: output_video, price: "0.1", unit: second, when: {resolution: 720p}}
          - {what: output_video, price: "0.4", unit: second, when: {resolution: 1080p, audio: "true"}}
        source: made up
        checked: 2026-11-20
  - id: say
    name: Say by the character
    kind: speech
    counting: openai-gpt-5
    prices:
      - fees: [{what: input_text, price: "15", per: 1000000, unit: character}]
        source: made up
        checked: 2026-11-20
  - id: say-by-token
    name: Say by the token
    kind: speech
    counting: openai-gpt-5
    prices: [{rates: {input: "1", output_audio: "20"}, source: made up, checked: 2026-11-20}]
  - id: hear-by-token
    name: Hear by the token
    kind: transcription
    counting: openai-gpt-5
    prices: [{rates: {input: "1", input_audio: "6", output: "10"}, source: made up, checked: 2026-11-20}]
  - id: say-by-minute
    name: Say by the minute
    kind: speech
    counting: openai-gpt-5
    prices:
      - fees: [{what: output_audio, price: "0.06", unit: minute}]
        source: made up
        checked: 2026-11-20
  - id: hear
    name: Hear by the minute
    kind: transcription
    counting: openai-gpt-5
    prices:
      - fees: [{what: input_audio, price: "0.006", unit: minute, minimum: 1}]
        source: made up
        checked: 2026-11-20
  - id: hear-ten
    name: Hear ten seconds at least
    kind: transcription
    counting: openai-gpt-5
    prices:
      - fees: [{what: input_audio, price: "0.36", per: 3600, unit: second, minimum: 10}]
        source: made up
        checked: 2026-11-20
  - id: read
    name: Read
    kind: ocr
    counting: openai-gpt-5
    prices:
      - fees: [{what: input_page, price: "1", per: 1000, unit: page}]
        source: made up
        checked: 2026-11-20
  - id: old
    name: Old
    counting: openai-gpt-5
    retires: 2026-12-01
    successor: acme/chat
    rerouted_to: acme/bare
    prices: [{rates: {input: "7", output: "7"}, source: made up, checked: 2026-11-20}]
  - id: older
    name: Older
    counting: openai-gpt-5
    retires: 2026-11-30T16:00:00Z
    successor: acme/chat
    prices: [{rates: {input: "9", output: "9"}, source: made up, checked: 2026-11-20}]
  - id: oldest
    name: Oldest
    counting: openai-gpt-5
    retires: 2026-06-01
    rerouted_to: acme/old
    prices: [{rates: {input: "11", output: "11"}, source: made up, checked: 2026-11-20}]
"""


@cache
def made_up_catalog() -> Catalog:
    """The shipped catalog with these models over it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "providers" / "acme.yaml"
        path.parent.mkdir()
        path.write_text(_LINES)
        return load_catalog(Path(folder))
