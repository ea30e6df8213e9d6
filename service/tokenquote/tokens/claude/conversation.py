"""Count a conversation with Claude, turn by turn, with the seams between texts, calls and results.

    Human: question               a user's turn
    Assistant: said, calls        Claude's turn, which goes on after results
    results
    further calls
    results
    answer

The request itself has paid for the opening of the last turn of Claude, so a turn of Claude costs its opening
where it ends. From Claude 4.8 on each message is a turn by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tokenquote.catalog.schema.claude_frame import ClaudeFrame
from tokenquote.tokens.claude.calls import calls_block, results_block
from tokenquote.tokens.claude.texts import ClaudeTexts
from tokenquote.tokens.claude.turns import Turn, count_images, cut_turns
from tokenquote.tokens.request import Message

__all__ = ["ConversationCounter", "Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Tokens of texts and blocks, and those that stand around them."""

    content: int = 0
    """The tokens of texts, calls and results."""
    around: int = 0
    """The tokens that stand around them; negative where they merge."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.content + other.content, self.around + other.around)

    def __sub__(self, other: Tally) -> Tally:
        return Tally(self.content - other.content, self.around - other.around)


class ConversationCounter:
    """Counts conversations in the frame of one generation."""

    def __init__(self, frame: ClaudeFrame, texts: ClaudeTexts) -> None:
        self._frame = frame
        self._texts = texts

    def count(self, messages: Sequence[Message], *, sent: bool) -> Tally:
        """Count messages without what every request has.

        With `sent`, they are a whole request: one that ends with words of the assistant is continued there,
        and one that begins with them has a hidden question before. Otherwise they are some of a history.
        """
        names = {call.id: call.name for message in messages for call in message.calls if call.id}
        turns = cut_turns(messages)
        tally, after_results = Tally(), False
        for turn in turns:
            if turn.side == "assistant":
                tally += self._assistant(turn, after_results=after_results)
            else:
                tally += self._user(turn, names)
            after_results = self._frame.calls.continues_turn and bool(turn.results) and not _speaks(turn)
        if sent and turns:
            tally += self._ends(turns)
        return tally

    def _ends(self, turns: Sequence[Turn]) -> Tally:
        frame, first, last = self._frame, turns[0], turns[-1]
        around = frame.hidden_user if first.side == "assistant" else 0
        around -= frame.assistant if last.side == "assistant" and not last.calls else 0
        return Tally(around=around)

    def _user(self, turn: Turn, names: Mapping[str, str]) -> Tally:
        frame = self._frame
        if not turn.results:
            return self._said(turn) + Tally(around=frame.user)
        block = [_name_and_text(result, names) for result in turn.results]
        around = frame.calls.results
        around += sum(self._around_result(result) for result in turn.results)
        tally = Tally(self._texts.inside(results_block(block)), around)
        if _speaks(turn):
            tally += self._said(turn) + Tally(around=frame.calls.text_beside_results)
        return tally

    def _around_result(self, result: Message) -> int:
        rule = self._frame.calls
        around = rule.failed if result.failed else 0
        return around + count_images(result) * (rule.image_beside_text if any(result.texts) else rule.image)

    def _said(self, turn: Turn) -> Tally:
        """Count what is said; each image carries a marker, which there is none of where no text follows."""
        lone = -1 if turn.images and not turn.text else 0
        return Tally(self._texts.message(turn.text), lone)

    def _assistant(self, turn: Turn, *, after_results: bool) -> Tally:
        tally = self._thought(turn)
        rule = self._frame.calls
        if not turn.calls:
            if not after_results:
                return tally + self._said(turn) + Tally(around=self._frame.assistant)
            said = self._texts.between_blank_lines(turn.text)
            return tally + Tally(said, rule.answer + self._frame.assistant)
        block = self._texts.inside(calls_block(turn.calls))
        if not after_results:
            around = rule.first + (rule.after_text if _speaks(turn) else 0)
            return tally + self._said(turn) + Tally(block, around)
        said = self._texts.between_blank_lines(turn.text) - 1 if turn.text else 0
        return tally + Tally(block + said, rule.further)

    def _thought(self, turn: Turn) -> Tally:
        if not turn.reasoning:
            return Tally()
        return Tally(self._texts.inside(turn.reasoning), self._frame.calls.reasoning)


def _speaks(turn: Turn) -> bool:
    return bool(turn.text or turn.images)


def _name_and_text(result: Message, names: Mapping[str, str]) -> tuple[str, str]:
    return names.get(result.call_id or "") or result.name or "", "".join(result.texts)
