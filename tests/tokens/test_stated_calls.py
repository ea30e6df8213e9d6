"""Calls that a plan states as text."""

from __future__ import annotations

import pytest

from tokenquote.tokens.templates.chat_messages import read_stated_call


@pytest.mark.parametrize(
    ("text", "said", "name", "arguments"),
    [
        ('functions.get_weather{"city": "Paris"}', "", "get_weather", '{"city": "Paris"}'),
        ('get_weather({"city": "Paris"})', "", "get_weather", '{"city": "Paris"}'),
        ('get_weather ( {"city": "Paris"} )', "", "get_weather", '{"city": "Paris"}'),
        ("Let me look. functions.time{}", "Let me look. ", "time", "{}"),
        ("functions.{}", "", "functions.", "{}"),
        ('{"city": "Paris"}', "", "call", '{"city": "Paris"}'),
        ("It is noon.", "", "call", "It is noon."),
        ("time{not JSON", "", "call", "time{not JSON"),
    ],
)
def test_name_and_arguments_are_read_from_the_text(text: str, said: str, name: str, arguments: str) -> None:
    before, call = read_stated_call(text, "call_1")
    assert (before, call.name, call.arguments, call.id) == (said, name, arguments, "call_1")


@pytest.mark.parametrize("text", ["time" + " " * 1_000_000, "time( " * 200_000, "a" * 1_000_000])
def test_a_text_of_any_length_is_read_once(text: str) -> None:
    """In the square of a million blanks this would take an hour."""
    assert read_stated_call(text, "call_1")[1].arguments == text
