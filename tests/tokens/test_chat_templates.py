"""The sandbox that chat templates render in: as Hugging Face renders them, and nothing without end."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens.templates.rendering import ChatTemplateError, compile_template, render

HELLO = {"messages": [{"role": "user", "content": "secret words"}] * 3}


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("{{ messages[0].content }}", "secret words"),
        ("{% for m in messages %}\n{{ m.role }}\n{% endfor %}", "user\nuser\nuser\n"),
        ("{{ {'ä': '<b>', 'n': 1.0} | tojson }}", '{"ä": "<b>", "n": 1.0}'),
        ("{{ [1, {'a': none}] | tojson(indent=2) }}", '[\n  1,\n  {\n    "a": null\n  }\n]'),
        ("{{ strftime_now('%d %b %Y') }}", "24 Nov 2026"),
        ("{{ '{\"a\": 1}' | from_json }}", "{'a': 1}"),
        ("{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}x{% endfor %}", "xx"),
        ("{{ 'a' ~ 1 ~ 'b' }}{{ 'aXbX'.replace('X', '-') }}{{ ['a', 'b'] | join(', ') }}", "a1ba-b-a, b"),
        (
            "{% set n = namespace(n=0) %}{% for m in messages %}{% set n.n = n.n + 2 %}{% endfor %}{{ n.n }}",
            "6",
        ),
    ],
)
def test_it_renders_as_hugging_face_does(template: str, rendered: str) -> None:
    assert render(template, HELLO) == rendered


def _again(start: str, step: str) -> str:
    """`t` changed sixty times over."""
    loop = f"{{% for i in range(60) %}}{{% set n.t = {step} %}}{{% endfor %}}"
    return f"{{% set n = namespace(t={start}) %}}{loop}"


RUNAWAYS = {
    "nested loops": "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
    "loops over messages": "{% for a in m %}{% for b in m %}{% for c in m %}" + "{% endfor %}" * 3,
    "a macro in itself": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "macros that fan out": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}"
    ),
    "a long range": "{% for i in range(10 ** 9) %}{% endfor %}",
    "a very long range": "{% for i in range(999999999) %}{% endfor %}",
    "text that doubles by +": _again("'x'", "n.t + n.t"),
    "text that doubles by ~": _again("'x'", "n.t ~ n.t"),
    "lists that double": _again("[1]", "n.t + n.t"),
    "text times": "{{ 'x' * 10000000000 }}",
    "text in a field": "{{ '%999999999d' | format(1) }}",
    "text in a width": "{{ '{:>999999999}'.format(1) }}",
    "text centred": "{{ 'x' | center(9999999999) }}",
    "text justified": "{{ 'x'.ljust(9999999999) }}",
    "text replaced": _again("'xx'", "n.t.replace('x', n.t)"),
    "text joined": _again("'xx'", "[n.t, n.t] | join(n.t)"),
    "output": "{% for i in range(99999) %}{{ long }}{% endfor %}",
    "a power": "{{ 9 ** 9999999999 }}",
}


@pytest.mark.parametrize("case", RUNAWAYS)
def test_a_template_without_end_is_refused(case: str) -> None:
    values = {**HELLO, "m": [0] * 1000, "long": "x" * 10_000}
    with pytest.raises(ChatTemplateError) as refused:
        render(RUNAWAYS[case], values)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "template",
    [
        "{{ messages.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{% set _ = messages[0].update({}) %}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ strftime_now.__globals__.json }}",
        "{% include '/etc/passwd' %}",
        "{{ messages[0].nothing.more }}",
        "{{ 1 + 'a' }}",
    ],
)
def test_what_breaks_or_reaches_out_is_an_error_without_prompt_text(template: str) -> None:
    with pytest.raises(ChatTemplateError) as refused:
        render(template, HELLO)
    assert "secret" not in str(refused.value)


def test_a_templates_own_refusal_is_passed_on() -> None:
    with pytest.raises(ChatTemplateError, match="refuses it: roles must alternate"):
        render("{{ raise_exception('roles must alternate') }}", HELLO)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("'bad arguments: ' + messages[0].content", "the model's chat template refuses it: bad arguments"),
        ("messages[0].content", "the model's chat template refuses it"),
    ],
)
def test_a_refusal_repeats_nothing_of_the_conversation(refusal: str, said: str) -> None:
    with pytest.raises(ChatTemplateError) as refused:
        render(f"{{{{ raise_exception({refusal}) }}}}", HELLO)
    assert str(refused.value) == said


@pytest.mark.parametrize("text", ["{% for %}", "{{ a", "{% endif %}", "{{ x | no_such_filter }}"])
def test_what_is_no_template_says_so(text: str) -> None:
    with pytest.raises(ChatTemplateError, match="not a chat template"):
        compile_template(text)


def test_a_render_that_was_refused_leaves_the_next_its_whole_budget() -> None:
    with pytest.raises(ChatTemplateError):
        render(RUNAWAYS["nested loops"], HELLO)
    assert render("{% for i in range(50000) %}{% endfor %}done", HELLO) == "done"


def test_every_template_of_the_catalog_compiles(catalog: Catalog) -> None:
    used = {rule.template.file: rule.template for rule in catalog.counting.values() if rule.template}
    assert len(used) >= 15
    for template in used.values():
        compile_template(template.text)


def _conversation(pairs: int) -> list[dict[str, Any]]:
    return [
        {"role": role, "content": "words " * 5} for _ in range(pairs) for role in ("user", "assistant")
    ] + [{"role": "user", "content": "?"}]


@pytest.mark.parametrize("file", ["deepseek-v3.2.jinja", "mistral.jinja", "qwen3.jinja"])
def test_a_conversation_of_ten_thousand_messages_renders(catalog: Catalog, file: str) -> None:
    text = next(r.template.text for r in catalog.counting.values() if r.template and r.template.file == file)
    messages = _conversation(5000)
    assert len(render(text, {"messages": messages, "version": 13, "add_generation_prompt": True})) > 200_000


@pytest.mark.parametrize(
    ("messages", "lists_tools"),
    [
        ([{"role": "user", "content": "How warm is it?"}], True),
        ([{"role": "user", "content": "How warm is it?"}, {"role": "tool", "content": "18 C"}], False),
    ],
    ids=["asked", "told"],
)
def test_ollama_lists_tools_of_llama_only_where_the_user_spoke_last(
    catalog: Catalog, messages: list[dict[str, Any]], lists_tools: bool
) -> None:
    template = catalog.counting["llama-ollama"].template
    assert template is not None
    values = {"tools": [{"name": "thermometer"}], "add_generation_prompt": True}
    rendered = render(template.text, {"messages": messages, **template.values, **values})
    assert ("thermometer" in rendered) == lists_tools
    assert rendered.endswith("assistant<|end_header_id|>\n\n")


WEATHER = {
    "name": "weather",
    "description": "Says the weather",
    "parameters": {
        "type": "object",
        "properties": {"days": {"type": "integer"}, "city": {"type": "string", "description": "Where"}},
        "required": ["city"],
        "additionalProperties": False,
        "strict": True,
    },
}
CITY = '"city":{"type":"string","description":"Where"}'


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        ("qwen-ollama", '{"function":{0},"properties":{"days":{"type":"integer"},{1}}}}}'),
        (
            "qwen-ollama-2025",
            '{"type": "function", "function": {0},"properties":{"days":{"type":"integer"},{1}}}}}',
        ),
        (
            "qwen-ollama-silent",
            '{"type": "function", "function": {0},"properties":'
            '{"days":{"type":"integer","description":""},{1}}}}}',
        ),
    ],
)
def test_ollama_writes_of_a_tool_what_its_own_types_keep(catalog: Catalog, rule: str, written: str) -> None:
    template = catalog.counting[rule].template
    assert template is not None
    values = {"messages": [{"role": "user", "content": "Hi"}], "tools": [{"function": WEATHER}]}
    rendered = render(template.text, {**template.values, **values, "add_generation_prompt": True})
    head = (
        '{"name":"weather","description":"Says the weather","parameters":{"type":"object","required":["city"]'
    )
    assert written.replace("{0}", head).replace("{1}", CITY) in rendered.split("\n")


def test_ollama_asks_qwen_for_thoughts_and_drops_those_of_turns_before(catalog: Catalog) -> None:
    template = catalog.counting["qwen-ollama"].template
    assert template is not None
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "<think>\nWell.\n</think>\n\nHello", "reasoning_content": "Well."},
        {"role": "user", "content": "And?"},
        {
            "role": "assistant",
            "content": "",
            "reasoning_content": "Hm",
            "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}],
        },
        {"role": "tool", "content": "18"},
    ]
    rendered = render(template.text, {**template.values, "messages": messages, "add_generation_prompt": True})
    assert rendered == (
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"
        "<|im_start|>user\nAnd? /think<|im_end|>\n<|im_start|>assistant\n<think>Hm</think>\n<tool_call>\n"
        '{"name": "f", "arguments": {"a":1}}\n</tool_call><|im_end|>\n'
        "<|im_start|>user\n<tool_response>\n18\n</tool_response><|im_end|>\n<|im_start|>assistant\n"
    )
