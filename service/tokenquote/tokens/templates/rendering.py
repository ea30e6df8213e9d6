"""Render chat templates of the catalog in a sandbox that bounds what a template may do.

A template comes from a model's vendor or from a user's own catalog. It sees messages, tools and values, and
nothing else of the process. Every turn of a loop, every call of a macro and every text that it builds is
counted, so that a template which loops or grows without end is refused, not waited for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import lru_cache

from jinja2 import Template, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["ChatTemplateError", "compile_template", "render"]

MAX_STEPS = 400_000
"""The number of turns of loops and calls of macros in one rendering; 10,000 messages take some 50,000."""
MAX_CHARACTERS = 40_000_000
"""The length of a rendering, and of any text on the way: four times the largest request body."""

# The date that stands where a template asks for today's, so that a count does not depend on the day it is
# made: dates of one form have the same number of tokens.
_TODAY = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)

# These make a text of any length at once. Templates of vendors use none of them.
_NO_FILTERS = (
    "center",
    "filesizeformat",
    "format",
    "indent",
    "pprint",
    "random",
    "urlize",
    "wordwrap",
    "xmlattr",
)
_NO_METHODS = frozenset({"center", "expandtabs", "format", "format_map", "join", "ljust", "rjust", "zfill"})


class ChatTemplateError(Exception):
    """A chat template that refuses the conversation, or that does not render within its bounds."""


@lru_cache(maxsize=64)
def compile_template(text: str) -> Template:
    """Return the compiled template; each text is compiled once.

    Raises:
        ChatTemplateError: the text is no chat template.
    """
    try:
        return _ENVIRONMENT.from_string(text)
    except TemplateError as error:
        raise ChatTemplateError(f"not a chat template: {error}") from None
    except RecursionError:
        raise ChatTemplateError("not a chat template: nested too deep") from None


def render(text: str, values: Mapping[str, object]) -> str:
    """Return the prompt that a template makes.

    Args:
        text: the template.
        values: its variables, which are `messages`, `tools` and whatever else it reads.

    Raises:
        ChatTemplateError: the template refuses the conversation, breaks, or runs into a bound. The text of
            the error holds none of the conversation.
    """
    template = compile_template(text)
    token = _STEPS.set([0])
    try:
        return "".join(_bounded(template.generate(values)))
    except ChatTemplateError:
        raise
    except _Raised as error:
        said = _own_words(text, str(error))
        raise ChatTemplateError(f"the model's chat template refuses it{said}") from None
    except SecurityError:
        raise ChatTemplateError("the chat template does what the sandbox does not allow") from None
    except OverflowError:
        raise ChatTemplateError("the chat template makes a range of more than 100,000") from None
    except RecursionError:
        raise ChatTemplateError("the chat template calls itself without end") from None
    except Exception as error:
        kind = type(error).__name__
        raise ChatTemplateError(f"the chat template cannot render this conversation ({kind})") from None
    finally:
        _STEPS.reset(token)


def _own_words(text: str, message: str) -> str:
    """Return the template's own words in a message: the conversation may follow (GLM's arguments)."""
    constants = (constant.value for constant in _ENVIRONMENT.parse(text).find_all(nodes.Const))
    own = [value for value in constants if isinstance(value, str) and message.startswith(value)]
    longest = max(own, key=len, default="")[:300].strip()
    return f": {longest.rstrip(':')}" if longest else ""


class _Raised(TemplateError):
    """A call of `raise_exception` by a template, with the message that it gave."""


_STEPS: ContextVar[list[int]] = ContextVar("steps")


def _bounded(chunks: Iterator[str]) -> Iterator[str]:
    characters = 0
    for chunk in chunks:
        characters += len(chunk)
        _refuse_length(characters)
        yield chunk


def _refuse_length(characters: int) -> None:
    if characters > MAX_CHARACTERS:
        raise ChatTemplateError(f"the chat template makes more than {MAX_CHARACTERS:,} characters")


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox that renders chat templates as Hugging Face does, with a counter in every loop and macro."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def step(self) -> str:
        """Count a step; every turn of a loop and every macro calls this.

        Raises:
            ChatTemplateError: the rendering takes more steps than the bound.
        """
        steps = _STEPS.get()
        steps[0] += 1
        if steps[0] > MAX_STEPS:
            raise ChatTemplateError(f"the chat template takes more than {MAX_STEPS:,} steps")
        return ""

    def bounded(self, value: str) -> str:
        """Return the text that `~` has joined, unless it is too long.

        Raises:
            ChatTemplateError: the text is longer than the bound.
        """
        _refuse_length(len(value))
        return value

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(operator)
        if operator == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(operator)
        result: object = super().call_binop(context, operator, left, right)
        if isinstance(result, str | list | tuple):
            _refuse_length(len(result))
        return result

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        forbidden = isinstance(obj, str) and attr in _NO_METHODS
        return not forbidden and super().is_safe_attribute(obj, attr, value)

    def call(self, context: Context, obj: object, /, *args: object, **kwargs: object) -> object:
        if getattr(obj, "__func__", None) is _Environment.step:  # the most frequent by far
            return self.step()
        if getattr(obj, "__name__", "") == "replace":
            text = getattr(obj, "__self__", None)
            if isinstance(text, str):
                return _replace(text, *args)
        return super().call(context, obj, *args, **kwargs)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        for node in parsed.find_all((nodes.For, nodes.Macro)):
            if isinstance(node, nodes.For | nodes.Macro):
                node.body.insert(0, nodes.ExprStmt(_environment_call("step"), lineno=node.lineno))
        _bound_joins(parsed)
        return parsed


def _environment_call(method: str, *arguments: nodes.Expr) -> nodes.Call:
    """Return the node that calls a method of the environment."""
    return nodes.Call(nodes.EnvironmentAttribute(method), list(arguments), [], None, None)


def _bound_joins(node: nodes.Node) -> None:
    """Put a check around every `a ~ b`."""
    for name, child in node.iter_fields():
        if isinstance(child, nodes.Node):
            _bound_joins(child)
            if isinstance(child, nodes.Concat):
                setattr(node, name, _environment_call("bounded", child))
        elif isinstance(child, list):
            for i, item in enumerate(child):
                if isinstance(item, nodes.Node):
                    _bound_joins(item)
                    if isinstance(item, nodes.Concat):
                        child[i] = _environment_call("bounded", item)


def _replace(text: str, old: object, new: object, count: object = -1) -> str:
    replaced, replacement = str(old), str(new)
    _refuse_length(len(text) + text.count(replaced) * len(replacement))
    if not isinstance(count, int):
        raise TypeError("count")
    return text.replace(replaced, replacement, count)


def _join(items: Sequence[object], separator: str = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        raise SecurityError("join by attribute")
    texts = [str(item) for item in items]
    _refuse_length(sum(map(len, texts)) + len(texts) * len(separator))
    return separator.join(texts)


def _tojson(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Return JSON as Hugging Face defines it for chat templates: no escapes for HTML, no sorting."""
    if indent is not None and not 0 <= indent <= 16:
        raise SecurityError("indent")
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _from_json(value: str) -> object:
    parsed: object = json.loads(value)
    return parsed


def _maybe_json(value: str) -> object:
    """Return the value that a text of JSON stands for; any other text stands for itself."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _raise_exception(message: str) -> None:
    raise _Raised(message)


def _strftime_now(form: str) -> str:
    return _TODAY.strftime(form)


def _build_environment() -> _Environment:
    environment = _Environment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    for name in _NO_FILTERS:
        del environment.filters[name]
    environment.filters |= {
        "tojson": _tojson,
        "from_json": _from_json,
        "maybe_json": _maybe_json,
        "replace": _replace,
        "join": _join,
    }
    environment.globals |= {"raise_exception": _raise_exception, "strftime_now": _strftime_now}
    for name in ("lipsum", "cycler", "joiner"):
        del environment.globals[name]
    return environment


_ENVIRONMENT = _build_environment()
