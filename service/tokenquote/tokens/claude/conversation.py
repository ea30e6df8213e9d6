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

from tokenquote.catalog.schema.claude_frame import CallUse, ClaudeFrame
from tokenquote.tokens.claude.calls import calls_block, results_block
from tokenquote.tokens.claude.tally import Tally
from tokenquote.tokens.claude.texts import ClaudeTexts
from tokenquote.tokens.claude.turns import PromptTurn, count_images, cut_turns, join_texts, list_documents
from tokenquote.tokens.request import DocumentText, Message

__all__ = ["ConversationCounter"]

_UNSEEN = 5
"""The tokens by which a constant that follows from neighbouring generations may be off."""
_DOCUMENT, _FURTHER_DOCUMENT, _TITLE = 37, 29, 6
"""The tokens around the first document that is sent as text, around each further one, and around a title."""
_DOCUMENT_DOUBT = 13
"""The tokens by which the wrapper of such a document may be off; the repositories do not agree."""
_REASONING = 8
"""The tokens by which reasoning that is sent back may be off: 15 of 19 calls come out to the token."""


class ConversationCounter:
    """Counts conversations in the frame of one generation."""

    def __init__(self, frame: ClaudeFrame, texts: ClaudeTexts) -> None:
        self._frame = frame
        self._texts = texts

    def request(self, messages: Sequence[Message]) -> Tally:
        """Count the messages of a whole request, without what every request has.

        One that ends with words of the assistant is continued there, and one that begins with them has a
        hidden question before.
        """
        hidden = bool(messages) and messages[0].role == "assistant"
        tally = self.count(messages) + Tally(around=self._frame.hidden_user if hidden else 0)
        return tally - self.closes(messages)

    def closes(self, messages: Sequence[Message]) -> Tally:
        """Count what closes the words of the assistant that messages end with, when more is said."""
        ends = bool(messages) and messages[-1].role == "assistant" and not messages[-1].calls
        return Tally(around=self._frame.assistant if ends else 0)

    def count(self, messages: Sequence[Message]) -> Tally:
        """Count messages of a history."""
        names = {call.id: call.name for message in messages for call in message.calls if call.id}
        tally, after_results, rounds = Tally(), False, 0
        for turn in cut_turns(messages):
            if turn.side == "assistant":
                tally += self._assistant(turn, after_results=after_results)
            else:
                tally += self._user(turn, names)
            rounds += bool(turn.results)
            after_results = self._frame.calls.continues_turn and bool(turn.results) and not _speaks(turn)
        if rounds > 1:
            tally += self._unseen("several_rounds", rounds - 1)
        return tally

    def _user(self, turn: PromptTurn, names: Mapping[str, str]) -> Tally:
        rule = self._frame.calls
        if not turn.results:
            return self._said(turn) + Tally(around=self._frame.user)
        block = [_name_and_text(result, names) for result in turn.results]
        # Tags and texts are counted in one piece; what is more than the texts stands around them.
        content = sum(self._texts.inside(text) for _, text in block)
        tally = Tally(content, self._texts.inside(results_block(block)) - content + rule.results)
        for result in turn.results:
            tally += self._around_result(result)
        if len(turn.results) > 1:
            tally += self._unseen("several_at_once", len(turn.results))
        if _speaks(turn):
            tally += self._said(turn) + Tally(around=rule.text_beside_results)
            tally += self._unseen("text_beside_results")
        return tally

    def _around_result(self, result: Message) -> Tally:
        rule = self._frame.calls
        failed = Tally(around=rule.failed) + self._unseen("failed") if result.failed else Tally()
        if not any(result.parts):
            return failed + Tally(around=rule.empty_result) + self._unseen("empty_result")
        images = count_images(result)
        each = rule.image_beside_text if any(result.texts) else rule.image
        shown = Tally(around=images * each, doubt=images * _UNSEEN)
        return failed + shown + self._documents(list_documents(result))

    def _said(self, turn: PromptTurn) -> Tally:
        """Count what is said; a text after an image costs the marker that it would have had first."""
        marker = 1 if turn.opens_with_image and turn.text else 0
        return Tally(self._texts.message(turn.text), marker) + self._documents(turn.documents)

    def _documents(self, documents: Sequence[DocumentText]) -> Tally:
        """Count documents that are sent as text; their wrapper is known to a few tokens (11 calls)."""
        if not documents:
            return Tally()
        titles = [document.heading for document in documents if document.heading]
        content = sum(map(self._texts.inside, [*documents, *titles]))
        around = _DOCUMENT + _FURTHER_DOCUMENT * (len(documents) - 1) + _TITLE * len(titles)
        return Tally(content, around, _DOCUMENT_DOUBT * len(documents))

    def _assistant(self, turn: PromptTurn, *, after_results: bool) -> Tally:
        tally, rule = self._thought(turn), self._frame.calls
        if not turn.calls:
            if not after_results:
                return tally + self._said(turn) + Tally(around=self._frame.assistant)
            said = self._texts.between_blank_lines(turn.text)
            return tally + Tally(said, rule.answer + self._frame.assistant)
        tally += self._unseen("calls")
        block = self._texts.inside(calls_block(turn.calls))
        if not after_results:
            if _speaks(turn):
                tally += self._said(turn) + Tally(around=rule.after_text)
            return tally + Tally(block, rule.first)
        said = self._texts.between_blank_lines(turn.text) - 1 if turn.text else 0
        return tally + Tally(block + said, rule.further)

    def _thought(self, turn: PromptTurn) -> Tally:
        if not turn.reasoning:
            return Tally()
        return Tally(self._texts.inside(turn.reasoning), self._frame.calls.reasoning, _REASONING)

    def _unseen(self, use: CallUse, times: int = 1) -> Tally:
        return Tally(doubt=_UNSEEN * times if use in self._frame.calls.unseen else 0)


def _speaks(turn: PromptTurn) -> bool:
    return bool(turn.text or turn.images or turn.documents)


def _name_and_text(result: Message, names: Mapping[str, str]) -> tuple[str, str]:
    return names.get(result.call_id or "") or result.name or "", join_texts(result)
