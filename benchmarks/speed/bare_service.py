"""What a service costs that validates a question and does nothing else: Litestar one route for each kind.

It is the measure of `service_speed.py`: on the same server, loop and parser as ours, with answers of the same
bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import uvicorn
from litestar import Litestar, Response, post

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.speed.service_questions import KINDS

from tokenquote_client.plan import Plan
from tokenquote_client.tokens import TokensQuestion


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--loop", default="asyncio", choices=["asyncio", "uvloop"])
    parser.add_argument("--http", default="h11", choices=["h11", "httptools"])
    parser.add_argument(
        "answers", type=Path, nargs=len(KINDS), help="for each kind, a file with an answer to it"
    )
    given = parser.parse_args()
    uvicorn.run(
        _app([file.read_bytes() for file in given.answers]),
        port=given.port, loop=given.loop, http=given.http, ws="none",
        log_level="warning", access_log=False, server_header=False,
    )  # fmt: skip


def _app(answers: list[bytes]) -> Litestar:
    in_tokens, of_text, counted = answers

    @post(KINDS[0].bare_path, status_code=200)
    async def quote_tokens(data: Plan) -> Response[bytes]:
        return Response(in_tokens, media_type="application/json")

    @post(KINDS[1].bare_path, status_code=200)
    async def quote_text(data: Plan) -> Response[bytes]:
        return Response(of_text, media_type="application/json")

    @post(KINDS[2].bare_path, status_code=200)
    async def count(data: TokensQuestion) -> Response[bytes]:
        return Response(counted, media_type="application/json")

    return Litestar([quote_tokens, quote_text, count], logging_config=None, openapi_config=None)


if __name__ == "__main__":
    main()
