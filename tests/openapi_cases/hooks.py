"""What schemathesis is told of this service; it runs without anything of the service.

All its checks stay as they are. What `positive_data_acceptance` finds is left out where a rule of
known_rules.py refuses the case. Each case is a line of a file as soon as it is answered, so that a long run
can be read as it goes.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.specs.openapi.checks import RejectedPositiveData

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.openapi_cases.known_rules import is_refused_by_rule

_CASES = Path(os.environ["OPENAPI_CASES_FILE"])
_MOST_KEPT = 4_000
"""The most characters of a command and of an answer that are kept of a finding."""


@schemathesis.hook  # type: ignore[untyped-decorator, unused-ignore]  # untyped where it is not installed
def after_call(context: Any, case: Any, response: Any) -> None:
    """Write what was asked, and what came back after how long."""
    _write("asked", case, response)


@schemathesis.hook  # type: ignore[untyped-decorator, unused-ignore]
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Return whether a failure is a finding, and write it; it is none if a known rule refuses the case."""
    refused = isinstance(failure, RejectedPositiveData) and response.status_code == 422
    if refused and is_refused_by_rule(response.json()):
        return False
    message, command = failure.message[:_MOST_KEPT], case.as_curl_command()[:_MOST_KEPT]
    answer = response.text[:_MOST_KEPT]
    _write("found", case, response, title=failure.title, message=message, command=command, answer=answer)
    return True


def _write(event: str, case: Any, response: Any, **more: str) -> None:
    line = {
        "event": event,
        "at": round(time.time(), 3),
        "operation": case.operation.label,
        "phase": case.meta.phase.name.value if case.meta else None,
        "mode": case.meta.generation.mode.value if case.meta else None,
        "status": response.status_code,
        "seconds": round(response.elapsed, 3),
        **more,
    }
    with _CASES.open("a") as file:
        file.write(json.dumps(line) + "\n")
