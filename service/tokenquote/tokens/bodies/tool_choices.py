"""Read what bodies say of calling tools, in every provider's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tokenquote.tokens.bodies.json_members import find_member
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


def read_tool_choice(choice: object) -> ToolChoice | None:
    """Read `"required"`, `{type: any}`, `{tool: {name}}`, `{mode: ANY, allowedFunctionNames}`, and the like.

    None: the body states none, or in words that no provider has; a provider would refuse those.
    """
    if isinstance(choice, str):
        return _WORDS.get(choice.lower())
    if not isinstance(choice, dict):
        return None
    allowed = choice.get("allowed_tools", choice)
    if isinstance(allowed, dict) and isinstance(tools := allowed.get("tools"), list):
        return _restrict(allowed.get("mode"), [_read_name(tool) for tool in tools])
    names = find_member(choice, "allowedFunctionNames", "allowed_function_names")
    if isinstance(names, list):
        return _restrict(choice.get("mode"), names)
    name = _read_name(choice) or _read_name(choice.get("tool"))
    if name is not None:
        return ToolChoice("named", (name,))
    words = (choice.get("mode"), choice.get("type"), *choice)
    return next(
        (_WORDS[word.lower()] for word in words if isinstance(word, str) and word.lower() in _WORDS), None
    )


def _restrict(mode: object, names: Sequence[object]) -> ToolChoice:
    known = _WORDS.get(mode.lower(), _AUTO) if isinstance(mode, str) else _AUTO
    return ToolChoice(known.mode, tuple(name for name in names if isinstance(name, str)))


def _read_name(tool: object) -> str | None:
    """Return the name of `{name}`, or of `{function: {name}}` one level down; None: it has none."""
    if not isinstance(tool, dict):
        return None
    inner = tool.get("function")
    name = inner.get("name") if isinstance(inner, dict) else tool.get("name")
    return name if isinstance(name, str) else None
