"""However large what is sent: a clear error, and no more memory than the text itself takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from tests.media.made_files import encoded, gif, jpeg, png, wav_claiming

ROOT = Path(__file__).parents[2]

# What a process takes beyond what it held once the text was there.
PROGRAM = """
import json, resource, sys
from tokenquote import Estimator

estimator = Estimator()
estimator.media(model="gemini-2.5-flash", items=[{"type": "image", "width": 1, "height": 1}])
question = json.load(sys.stdin)
copies = json.dumps(question), json.dumps(question)  # what sending and reading a question takes at least
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    said = str(estimator.media(question).tokens)
except Exception as error:
    said = f"{type(error).__name__}: {error}"
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"said": said, "mebibytes": (peak - before) / 1024}))
"""


def asked_in_a_process(items: list[dict[str, object]], model: str) -> tuple[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps({"model": model, "items": items}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=ROOT,
    )
    answer = json.loads(done.stdout)
    return str(answer["said"]), float(answer["mebibytes"])


@pytest.mark.parametrize(
    ("model", "item", "said"),
    [
        pytest.param(
            "gemini-2.5-flash",
            {"type": "image", "data": encoded(png(20_000, 20_000))},
            "258",
            id="400 megapixels in 67 bytes",
        ),
        pytest.param(
            "gpt-5.6-sol",
            {"type": "image", "data": encoded(gif(65_535, 65_535))},
            "would refuse this image",
            id="65,535 x 65,535",
        ),
        pytest.param(
            "gemini-2.5-flash",
            {"type": "audio", "data": encoded(wav_claiming(2**30, 60))},
            "1073741824 bytes of audio; 60 are there",
            id="1 GB that is not there",
        ),
        pytest.param(
            "claude-opus-4-8",
            {"type": "image", "data": encoded(jpeg(5000, 4000, padding=20_000_000))},
            "bytes of base64, at most 10485760",
            id="20 MB of profile",
        ),
    ],
)
def test_a_header_claims_whatever_it_likes(model: str, item: dict[str, object], said: str) -> None:
    """What is sent is copied as it is read; decoded, the images would take 400 MB to 16 GB."""
    answer, mebibytes = asked_in_a_process([item], model)
    assert said in answer
    text = len(str(item["data"])) / 2**20
    assert mebibytes < 4 * text + 20


def test_two_hundred_thousand_items_are_too_many() -> None:
    item = {"type": "image", "width": 1, "height": 1}
    answer, mebibytes = asked_in_a_process([item] * 200_000, "gpt-4o")
    assert "at most 1000 items" in answer
    assert mebibytes < 100  # JSON of 9 MB as Python objects, before anybody looks at an item


def test_a_million_items_over_http_are_too_long(http: httpx2.Client) -> None:
    body = b'{"model": "gpt-4o", "items": [' + b'{"type": "image"},' * 1_000_000 + b"{}]}"
    answer = http.post("/v1/media", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("count", [1_001, 20_000])
def test_more_items_than_a_question_holds(http: httpx2.Client, count: int) -> None:
    items = [{"type": "audio", "seconds": 1}] * count
    answer = http.post("/v1/media", json={"model": "gemini-2.5-flash", "items": items})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/items"
    assert "at most 1000 items" in answer.json()["detail"]
