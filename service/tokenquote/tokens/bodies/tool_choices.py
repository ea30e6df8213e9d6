"""What bodies say of calling tools, in every provider's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.tokens.bodies.json_members import either
from tokenquote.tokens.request import ToolChoice

__all__ = ["read_tool_choice"]

_AUTO = ToolChoice("auto")
_WORDS: Mapping[str, ToolChoice] = {
    "auto": _AUTO,
    "validated": _AUTO,
    "none": ToolChoice("none"),
    "any": ToolChoice("required"),
    "required": ToolChoice("required"),
}


def read_tool_choice(choice: Any) -> ToolChoice | None:
    """`"required"`, `{type: any}`, `{tool: {name}}`, `{mode: ANY, allowedFunctionNames}`, and so on.

    What says nothing that we know counts as not said: the provider would refuse it.
    """
    if isinstance(choice, str):
        return _WORDS.get(choice.lower())
    if not isinstance(choice, dict):
        return None
    allowed = choice.get("allowed_tools", choice)
    if isinstance(allowed, dict) and isinstance(allowed.get("tools"), list):
        return _restricted(allowed.get("mode"), [_name(tool) for tool in allowed["tools"]])
    names = either(choice, "allowedFunctionNames", "allowed_function_names")
    if isinstance(names, list):
        return _restricted(choice.get("mode"), names)
    name = _name(choice) or _name(choice.get("tool"))
    if name is not None:
        return ToolChoice("named", (name,))
    words = (choice.get("mode"), choice.get("type"), *choice)
    return next(
        (_WORDS[word.lower()] for word in words if isinstance(word, str) and word.lower() in _WORDS), None
    )


def _restricted(mode: Any, names: list[Any]) -> ToolChoice:
    known = _WORDS.get(mode.lower(), _AUTO) if isinstance(mode, str) else _AUTO
    return ToolChoice(known.mode, tuple(name for name in names if isinstance(name, str)))


def _name(tool: Any) -> str | None:
    """`{name}`, or one level down as `{function: {name}}`."""
    if not isinstance(tool, dict):
        return None
    inner = tool.get("function")
    name = inner.get("name") if isinstance(inner, dict) else tool.get("name")
    return name if isinstance(name, str) else None
