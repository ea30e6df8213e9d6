"""What schemathesis is told of this service; it runs without anything of the service.

The check `positive_data_acceptance` stays as it is, but for what the rules of known_rules.py refuse.
"""

from __future__ import annotations

import sys
from pathlib import Path

import schemathesis
from schemathesis.specs.openapi.checks import RejectedPositiveData, positive_data_acceptance

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.openapi_cases.known_rules import is_refused_by_rule


@schemathesis.check  # type: ignore[untyped-decorator, unused-ignore]  # untyped where it is not installed
def accepted_unless_a_known_rule_refuses(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """What the document allows is accepted, or refused by rules that it cannot say."""
    try:
        found: bool | None = positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        if response.status_code == 422 and is_refused_by_rule(response.json()):
            return None
        raise
    return found
