"""How a question states money: a whole number, or a plain decimal number as a string.

    Annotated[Dollars, Field(ge=0, max_digits=24, allow_inf_nan=False), StatedMoney()]

The JSON schema and the validation say the same of a string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["StatedMoney"]

_MOST_CHARACTERS = 25
"""The most characters of a string: 24 digits and the point."""


@dataclass(frozen=True)
class StatedMoney:
    """What strings and whole numbers state an amount of money in a question."""

    above_zero: bool = False
    """Whether zero is none."""
    most_digits: int = 24
    """The most digits before the point."""
    decimals: str = "+"
    """How often a digit may stand behind the point, as regular expressions write that."""
    most: int | None = None
    """The most that it may be, a 1 and as many zeros as `most_digits`; None: all of these digits."""

    @property
    def _pattern(self) -> str:
        digits = rf"[0-9]{{1,{self.most_digits}}}(\.[0-9]{self.decimals})?"
        return rf"^{digits}$" if self.most is None else rf"^({digits}|{self.most}(\.0{self.decimals})?)$"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuse strings that the pattern has no place for, such as a hundred zeros and a 1."""
        return core_schema.no_info_wrap_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON schema of what is sent."""
        if handler.mode != "validation":
            return handler(schema)
        whole = {
            "type": "integer",
            "minimum": int(self.above_zero),
            "maximum": self.most or 10**self.most_digits - 1,
        }
        text: dict[str, Any] = {"type": "string", "pattern": self._pattern, "maxLength": _MOST_CHARACTERS}
        if self.above_zero:
            text["not"] = {"pattern": r"^[0.]+$"}
        return {"anyOf": [text, whole]}

    def _checked(self, value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
        checked = handler(value)
        if isinstance(value, str) and not (
            len(value) <= _MOST_CHARACTERS and re.fullmatch(self._pattern, value)
        ):
            raise ValueError(
                f'write money in at most {_MOST_CHARACTERS} characters, without zeros before it, like "0.50"'
            )
        return checked
