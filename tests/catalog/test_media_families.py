"""By which rules names count media that the catalog does not sell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tokenquote.catalog import Catalog, CatalogError, ModelNotFound, load_catalog


@pytest.mark.parametrize(
    ("name", "images", "documents"),
    [
        ("claude-opus-4-8", "claude-high-resolution", "claude"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-standard", "claude"),
        ("us.anthropic.claude-opus-4-8-v1:0", "claude-high-resolution", "claude"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "claude-standard", "claude-3-haiku"),
        ("anthropic/claude-3.5-haiku", "claude-3-haiku", "claude-3-haiku"),
        ("anthropic/claude-haiku-4.5", "claude-standard", "claude"),
        ("eu.anthropic.claude-sonnet-5-20260301-v1:0", "claude-high-resolution", "claude"),
        ("openai/gpt-5.1-codex-mini", "openai-patches-gpt-5-mini", "openai"),
        ("azure/gpt-4o-mini-eu", "openai-tiles-gpt-4o-mini", "openai"),
        ("openai/gpt-5.4-nano-2026-03-05", "openai-patches-gpt-5.4", "openai-gpt-5.4"),
        ("google/gemini-2.5-flash-preview", "gemini-2.5", "gemini-2.5"),
        ("models/gemini-3.1-pro-preview-customtools", "gemini-3", "gemini-3"),
        ("groq/meta-llama/llama-4-maverick-17b-128e-instruct", "llama-4", None),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2-vl", None),
        ("pixtral-12b-latest", "pixtral", None),
        ("us.amazon.nova-2-lite-v1:0", "nova-2", "nova"),
        ("gpt-audio-mini", None, None),
    ],
)
def test_names_of_other_hosts_mean_the_rules_of_the_same_model(
    catalog: Catalog, name: str, images: str | None, documents: str | None
) -> None:
    rules = catalog.find_media_rules(name)
    assert (rules.words.images, rules.words.documents) == (images, documents)
    assert (rules.images is None) == (images is None)
    assert (rules.documents is None) == (documents is None)


@pytest.mark.parametrize("name", ["gpt-3.5-turbo-0301-eu", "deepseek-chat-of-ours", "nobody/knows"])
def test_a_name_that_no_rule_is_known_for_is_unknown(catalog: Catalog, name: str) -> None:
    with pytest.raises(ModelNotFound):
        catalog.find_media_rules(name)


def test_a_rule_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "families.yaml").write_text(
        'media:\n  - {names: ["*mine*"], images: nowhere, audio: nothing}\n'
    )
    with pytest.raises(CatalogError) as error:
        load_catalog(tmp_path)
    assert "families.yaml: media of *mine*: image_rules.yaml has no 'nowhere'" in str(error.value)
    assert "media_rules.yaml has no 'nothing' among audio_rules" in str(error.value)


def test_ones_own_families_come_first(tmp_path: Path) -> None:
    (tmp_path / "families.yaml").write_text('media:\n  - {names: ["*claude*of-ours*"], images: gemma-3}\n')
    rules = load_catalog(tmp_path).find_media_rules("claude-sonnet-4-5-of-ours")
    assert (rules.model, rules.words.images, rules.documents) == (
        "claude-sonnet-4-5-of-ours",
        "gemma-3",
        None,
    )
