"""GET /v1/models with filters: in process, and the same over HTTP and from the command line."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner
from tests.made_up_prices import made_up_catalog

from tokenquote.api.models import answer_models
from tokenquote.cli import main
from tokenquote.estimator import Estimator
from tokenquote_client import InvalidRequest
from tokenquote_client.catalog import ModelListParameters

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


def listed(at: dt.datetime = AT, **filters: Any) -> list[str]:
    asked = ModelListParameters.model_validate({"provider": "acme", **filters})
    return [model.id.removeprefix("acme/") for model in answer_models(asked, made_up_catalog(), at).items]


@pytest.mark.parametrize(
    ("filters", "models"),
    [
        ({"kind": "embedding"}, ["embed"]),
        ({"kind": "transcription"}, ["hear", "hear-by-token", "hear-ten"]),
        ({"retiring": 11}, ["old", "older"]),
        ({"retiring": 10}, []),
        ({"window": 8192}, ["chat", "embed"]),
        ({"window": 8193}, ["chat"]),
        ({"max_input_price": "0.02"}, ["embed"]),
        ({"max_input_price": "2", "kind": "chat"}, ["asks", "bare", "chat", "keeps"]),
        ({"max_output_price": "0.99"}, []),
        ({"max_output_price": "1"}, ["asks"]),
        ({"open_weights": "true"}, []),
        ({"inputs": "image"}, []),
        ({"kind": "embedding", "window": 8193}, []),
    ],
    ids=str,
)
def test_a_model_is_listed_that_passes_every_filter(filters: dict[str, Any], models: list[str]) -> None:
    assert listed(**filters) == models


@pytest.mark.parametrize(
    ("at", "models"),
    [
        ("2026-11-29T15:59:59+00:00", []),
        ("2026-11-29T16:00:00+00:00", ["older"]),
        ("2026-11-30T00:00:00+00:00", ["old", "older"]),
        ("2026-11-30T16:00:00+00:00", ["old"]),
        ("2026-12-01T00:00:00+00:00", []),
    ],
)
def test_retiring_counts_from_the_instant_and_leaves_out_what_has_ended(at: str, models: list[str]) -> None:
    assert listed(dt.datetime.fromisoformat(at), retiring=1) == models


def test_a_summary_says_how_a_model_ends() -> None:
    asked = ModelListParameters.model_validate({"provider": "acme"})
    models = {model.id: model for model in answer_models(asked, made_up_catalog(), AT).items}
    older, old = models["acme/older"], models["acme/old"]
    assert (older.retires, older.retires_at) == (
        dt.date(2026, 11, 30),
        dt.datetime(2026, 11, 30, 16, 0, tzinfo=dt.UTC),
    )
    assert (old.retires, old.successor, old.rerouted_to) == (dt.date(2026, 12, 1), "acme/chat", "acme/bare")
    assert models["acme/chat"].regions == ["eu", "us"]
    assert models["acme/embed"].kind == "embedding"


def test_filters_of_media_and_weights_agree_with_what_models_say(estimator: Estimator) -> None:
    for model in estimator.models(inputs=["image", "document"], open_weights=False):
        assert model.media.keys() >= {"image", "document"}
        assert model.open_weights is None
    assert {model.id for model in estimator.models(open_weights=True)} == {
        model.id for model in estimator.models() if model.open_weights is not None
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=red", "colour"),
        ("kind=talking", "kind"),
        ("retiring=0", "retiring"),
        ("window=big", "window"),
        ("inputs=smell", "inputs"),
        ("inputs=image,", "inputs"),
        ("max_input_price=-1", "max_input_price"),
        ("max_input_price=1e2", "max_input_price"),
        ("open_weights=perhaps", "open_weights"),
        ("provider=opnai", "provider: the catalog has no such provider; did you mean 'openai'?"),
        ("provider=zzz", "provider: the catalog has no such provider; there are amazon, anthropic, "),
    ],
)
def test_a_filter_that_is_not_known_is_refused(base_url: str, query: str, said: str) -> None:
    answer = httpx2.get(f"{base_url}/v1/models?{query}")
    assert answer.status_code == 422
    assert f"query parameter {said}" in answer.json()["detail"]


def test_a_client_has_no_other_filters_either(estimator: Estimator) -> None:
    with pytest.raises(InvalidRequest, match="colour"):
        list(estimator.models(colour="red"))  # type: ignore[call-arg]


def test_the_command_lists_what_the_estimator_lists(estimator: Estimator) -> None:
    ran = CliRunner().invoke(
        main, ["models", "--provider", "deepseek", "--max-output-price", "1", "--format", "json"]
    )
    assert ran.exit_code == 0, ran.output
    expected = [model.id for model in estimator.models(provider="deepseek", max_output_price="1")]
    assert [model["id"] for model in json.loads(ran.output)] == expected
    assert expected
    table = CliRunner().invoke(main, ["models", "--provider", "deepseek", "--kind", "embedding"])
    assert "0 models" in table.output
    refused = CliRunner().invoke(main, ["models", "--input", "smell"])
    assert refused.exit_code == 1
    assert "inputs" in refused.output


def test_a_provider_is_named_by_any_of_its_words_and_an_unknown_one_is_refused(estimator: Estimator) -> None:
    assert [m.id for m in estimator.models(provider="x-ai")] == [
        m.id for m in estimator.models(provider="xai")
    ]
    assert {model.provider for model in estimator.models(provider="open-weights")} == {"open-weights"}
    with pytest.raises(InvalidRequest) as caught:
        list(estimator.models(provider="opnai"))
    assert str(caught.value.problem.detail) == (
        "query parameter provider: the catalog has no such provider; did you mean 'openai'?"
    )


def test_a_provider_may_be_called_as_clients_call_it(estimator: Estimator) -> None:
    of = [model.id for model in estimator.models(provider="vertex_ai")]
    assert of == [model.id for model in estimator.models(provider="vertex")]
    assert of


def test_a_narrow_terminal_cuts_no_id_off(estimator: Estimator) -> None:
    ran = CliRunner().invoke(main, ["models", "--provider", "bedrock"], env={"COLUMNS": "40"})
    shown = {line.split(" ")[0] for line in ran.output.splitlines()}
    assert shown >= {model.id for model in estimator.models(provider="bedrock")}


@pytest.mark.parametrize("kind", ["input", "output"])
def test_the_cheapest_come_first_and_what_has_ended_last(kind: str) -> None:
    ran = CliRunner().invoke(main, ["models", "--provider", "groq", "--sort", kind, "--format", "json"])
    found = json.loads(ran.output)
    now = dt.datetime.now(dt.UTC).isoformat()
    ended = [model["retires_at"] is not None and model["retires_at"] <= now for model in found]
    assert ended == sorted(ended)
    answering = [model["rates"] for model, gone in zip(found, ended, strict=True) if not gone]
    stated = [float(rates[kind]) for rates in answering if kind in rates]
    assert stated == sorted(stated)
    assert len(set(stated)) > 1
    assert all(kind not in rates for rates in answering[len(stated) :])


def test_a_price_has_as_many_characters_as_the_document_says() -> None:
    assert listed(max_input_price="0." + "0" * 22 + "1") == listed(max_input_price="0")
    with pytest.raises(ValueError, match="at most 25 characters"):
        listed(max_input_price="0." + "0" * 23 + "1")
