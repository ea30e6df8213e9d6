"""Bodies of Gemini: generateContent and countTokens in both spellings, and interactions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tokenquote.tokens import BodyError, Media, Message, Request, ToolCall, ToolDefinition, Unknown, read_body
from tokenquote.tokens.request import OutputSchema, ToolChoice

AT = ("contents", 0, "parts", 0)
SCHEMA = {"type": "object", "properties": {}}
HI = {"role": "user", "parts": [{"text": "a"}]}
SAID = Message("user", ("a",))


def snake(value: Any) -> Any:
    """The same in the other spelling: `inlineData` as `inline_data`."""
    if isinstance(value, list):
        return [snake(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"(?<=[a-z])([A-Z])", lambda m: "_" + m[1].lower(), k): snake(v) for k, v in value.items()}


def request(*messages: Message, **members: Any) -> Request:
    return Request(messages, shape="contents", **members)


def both_spellings(body: Any, expected: Request) -> None:
    assert read_body("gemini.generateContent", body) == expected
    assert read_body("gemini.generateContent", snake(body)) == expected


@pytest.mark.parametrize(
    ("part", "message"),
    [
        pytest.param({"text": "a"}, SAID, id="a text"),
        pytest.param(
            {"inlineData": {"mimeType": "image/png", "data": "QUJD"}},
            Message(
                "user", (Media("image", (*AT, "inlineData", "data"), data="QUJD", media_type="image/png"),)
            ),
            id="an image",
        ),
        pytest.param(
            {
                "inlineData": {"mimeType": "image/png", "data": "QUJD"},
                "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
            },
            Message(
                "user",
                (
                    Media(
                        "image",
                        (*AT, "inlineData", "data"),
                        data="QUJD",
                        media_type="image/png",
                        detail="low",
                    ),
                ),
            ),
            id="an image of low resolution",
        ),
        *[
            pytest.param(
                {"fileData": {"mimeType": media_type, "fileUri": "https://example.com/a"}},
                Message(
                    "user",
                    (
                        Media(
                            kind,  # type: ignore[arg-type]  # one of the four words
                            (*AT, "fileData", "fileUri"),
                            address="https://example.com/a",
                            media_type=media_type,
                        ),
                    ),
                ),
                id=f"{media_type} by its address",
            )
            for media_type, kind in (
                ("audio/mp3", "audio"),
                ("video/mp4", "video"),
                ("application/pdf", "document"),
                ("text/plain", "document"),
            )
        ],
        pytest.param(
            {"functionCall": {"name": "f", "args": {"a": 1}}},
            Message("user", calls=(ToolCall("f", '{"a":1}'),)),
            id="a call",
        ),
        pytest.param(
            {"functionCall": {"name": "f"}}, Message("user", calls=(ToolCall("f", "{}"),)), id="no args"
        ),
        pytest.param(
            {"functionResponse": {"name": "f", "response": {"result": 42}}},
            Message("tool", ('{"result":42}',), name="f"),
            id="a result",
        ),
        pytest.param({"text": "hm", "thought": True}, Message("user", reasoning="hm"), id="a thought"),
        pytest.param(
            {"text": "a", "thoughtSignature": "x"},
            Message("user", ("a",), hidden_reasoning=1),
            id="a sealed one",
        ),
        pytest.param(
            {"smell": {"of": "tea"}},
            Message("user", (Unknown("parts of type 'smell'", '{"type":"smell","smell":{"of":"tea"}}', AT),)),
            id="an unknown part",
        ),
    ],
)
def test_parts(part: Any, message: Message) -> None:
    both_spellings({"contents": [{"role": "user", "parts": [part]}]}, request(message))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"parts": [{"text": "a"}]}, Message("user", ("a",), states_role=False)),
        ({"parts": {"text": "a"}}, Message("user", ("a",), states_role=False)),
        ({"role": "model", "parts": [{"text": "a"}]}, Message("assistant", ("a",))),
        (
            {"role": "function", "parts": [{"functionResponse": {"name": "f"}}]},
            Message("tool", ("null",), name="f"),
        ),
    ],
    ids=["no role", "a lone part", "model", "function"],
)
def test_contents(content: Any, message: Message) -> None:
    both_spellings({"contents": [content]}, request(message))
    both_spellings({"contents": content}, request(message))


@pytest.mark.parametrize(
    ("members", "messages", "expected"),
    [
        pytest.param(
            {"systemInstruction": {"parts": [{"text": "b"}]}},
            [Message("system", ("b",), states_role=False)],
            {},
            id="an instruction",
        ),
        pytest.param(
            {"systemInstruction": "b"}, [Message("system", ("b",))], {}, id="an instruction as a text"
        ),
        pytest.param(
            {
                "tools": [
                    {
                        "functionDeclarations": [
                            {"name": "f", "description": "d", "parameters": SCHEMA},
                            {"name": "g"},
                        ]
                    }
                ]
            },
            [],
            {"tools": (ToolDefinition("f", "d", SCHEMA), ToolDefinition("g", has_schema=False))},
            id="tools",
        ),
        pytest.param(
            {"tools": {"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}},
            [],
            {"tools": (ToolDefinition("f", "", SCHEMA),)},
            id="a lone tool, with a JSON schema",
        ),
        pytest.param(
            {"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}},
            [],
            {"tool_choice": ToolChoice("required", ("f",))},
            id="a choice",
        ),
        pytest.param(
            {"generationConfig": {"responseMimeType": "application/json", "responseSchema": SCHEMA}},
            [],
            {"json_mode": True, "schema": OutputSchema("", "", SCHEMA)},
            id="an output schema",
        ),
        pytest.param(
            {"generationConfig": {"responseJsonSchema": SCHEMA}},
            [],
            {"schema": OutputSchema("", "", SCHEMA, is_json_schema=True)},
            id="an output schema in JSON schema",
        ),
        pytest.param(
            {"cachedContent": "cachedContents/1"},
            [],
            {"unknown": (Unknown("what `cachedContent` holds", "", ("cachedContent",)),)},
            id="content that the provider keeps",
        ),
    ],
)
def test_what_stands_beside_contents(members: Any, messages: Any, expected: Any) -> None:
    both_spellings({"contents": [HI], **members}, request(*messages, SAID, **expected))


def test_thinking_and_hosted_tools_keep_their_words() -> None:
    body = {
        "contents": [HI],
        "tools": [{"googleSearch": {}}],
        "generationConfig": {"thinkingConfig": {"thinkingBudget": 0}},
    }
    hosted = Unknown(
        "tools of type 'googleSearch'", '{"type":"googleSearch","googleSearch":{}}', ("tools", 0)
    )
    settings = {"thinking": {"thinkingBudget": 0}}
    assert read_body("gemini.generateContent", body) == request(SAID, settings=settings, unknown=(hosted,))


def test_the_resolution_of_the_whole_body() -> None:
    image = {"inlineData": {"mimeType": "image/png", "data": "QUJD"}}
    for level, detail in (
        ("LOW", "low"),
        ("HIGH", "high"),
        ("ULTRA_HIGH", "ultra_high"),
        ("UNSPECIFIED", None),
    ):
        config = {"mediaResolution": f"MEDIA_RESOLUTION_{level}"}
        body = {"contents": [{"parts": [image]}], "generationConfig": config}
        assert read_body("gemini.generateContent", body).messages[0].media[0].detail == detail


@pytest.mark.parametrize("level", ["LOW", [], {"level": {}}, 5])
def test_a_resolution_that_does_not_exist(level: Any) -> None:
    body = {"contents": [HI], "generationConfig": {"mediaResolution": level}}
    with pytest.raises(BodyError, match="one of MEDIA_RESOLUTION_LOW") as caught:
        read_body("gemini.generateContent", body)
    assert caught.value.location == ("body", "generationConfig", "mediaResolution")


@pytest.mark.parametrize("wrapper", ["generateContentRequest", "generate_content_request", None])
def test_count_tokens(wrapper: str | None) -> None:
    body = {"contents": [HI]} if wrapper is None else {wrapper: {"model": "x", "contents": [HI]}}
    assert read_body("gemini.countTokens", body) == request(SAID)


INPUT = ("input", 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param("a", SAID, id="a text"),
        pytest.param({"type": "text", "text": "a"}, SAID, id="a lone part"),
        pytest.param([{"type": "text", "text": "a"}], SAID, id="parts"),
        pytest.param([{"type": "user_input", "content": "a"}], SAID, id="a turn"),
        pytest.param(
            [{"type": "user_input", "content": [{"type": "text", "text": "a"}]}], SAID, id="with parts"
        ),
        pytest.param(
            [{"type": "user_input", "content": {"type": "text", "text": "a"}}], SAID, id="with one part"
        ),
        pytest.param([{"role": "model", "content": "a"}], Message("assistant", ("a",)), id="a role"),
        pytest.param(
            [{"type": "model_output", "content": "a"}], Message("assistant", ("a",)), id="an answer"
        ),
        pytest.param(
            [{"type": "function_call", "id": "c", "name": "f", "arguments": {"a": 1}}],
            Message("assistant", calls=(ToolCall("f", '{"a":1}', "c"),)),
            id="a call",
        ),
        pytest.param(
            [{"type": "function_result", "name": "f", "result": {"a": 1}}],
            Message("tool", ('{"a":1}',), name="f"),
            id="a result",
        ),
        pytest.param(
            [{"type": "image", "data": "QUJD", "mime_type": "image/png", "resolution": "low"}],
            Message(
                "user",
                (Media("image", (*INPUT, "data"), data="QUJD", media_type="image/png", detail="low"),),
            ),
            id="an image",
        ),
        pytest.param(
            [{"type": "thought", "signature": "x"}],
            Message(
                "user", (Unknown("parts of type 'thought'", '{"type":"thought","signature":"x"}', INPUT),)
            ),
            id="an unknown part",
        ),
    ],
)
def test_interactions(given: Any, message: Message) -> None:
    assert read_body("gemini.interactions", {"input": given}) == request(message)


def test_what_stands_beside_input() -> None:
    body = {
        "input": "a",
        "system_instruction": "b",
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA}],
        "generation_config": {"thinking_level": "low"},
        "previous_interaction_id": "x",
    }
    assert read_body("gemini.interactions", body) == request(
        Message("system", ("b",)),
        SAID,
        tools=(ToolDefinition("f", "", SCHEMA),),
        settings={"generation_config": {"thinking_level": "low"}},
        unknown=(Unknown("what `previous_interaction_id` holds", "", ("previous_interaction_id",)),),
    )


def test_an_entry_of_two_results_states_one_role() -> None:
    results = [{"functionResponse": {"name": name, "response": {}}} for name in "fg"]
    messages = read_body(
        "gemini.generateContent", {"contents": [{"role": "user", "parts": results}]}
    ).messages
    assert [message.states_role for message in messages] == [True, False]


@pytest.mark.parametrize(
    ("instruction", "config", "states_role"),
    [("b", {}, True), ({"parts": [{"text": "b"}]}, {"safetySettings": []}, True), ({"parts": []}, {}, None)],
)
def test_googles_sdk_gives_an_instruction_a_role(
    instruction: object, config: dict[str, object], states_role: bool | None
) -> None:
    body = {"contents": [HI], "systemInstruction": instruction, "generationConfig": config}
    first = read_body("gemini.generateContent", body).messages[0]
    assert (first.states_role if first.role == "system" else None) is states_role
