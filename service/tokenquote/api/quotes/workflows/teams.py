"""Workflows of several who each have a conversation of their own: group chats and crews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from tokenquote.api.quotes.workflows.branches import INDEPENDENT
from tokenquote.api.quotes.workflows.messages import Composer, Piece
from tokenquote.api.quotes.workflows.written import Recipe, Written
from tokenquote.errors import LocatedError
from tokenquote_client import plan as wire
from tokenquote_client.amounts import Amount, AmountOrParts
from tokenquote_client.workflows import CrewTask, Member

__all__ = ["CrewRecipe", "GroupChatRecipe"]

_MOST_ROUNDS = 1_000
"""The most tool rounds that one turn of a plan takes."""


@dataclass(frozen=True, slots=True)
class GroupChatRecipe(Recipe):
    """One turn of the manager, who calls the speakers one after the other; each keeps its conversation.

    manager      question, (selection, message) x so far             -> selection, in the end the answer
    a speaker    question, what the others said until it first speaks  -> message
                 all that, message, what they said since             -> message
    """

    keeps_history: ClassVar[bool] = False

    composer: Composer
    question: AmountOrParts
    speakers: int | list[Member]
    rounds: int
    message: Amount
    selection: Amount
    answer: Amount

    def write(self) -> Written:
        members = _name_members(self.speakers, "speaker", "speakers")
        if len(members) * self.rounds > _MOST_ROUNDS:
            detail = f"{len(members)} speakers make {len(members) * self.rounds} messages; a chat has at most"
            raise LocatedError(("rounds",), f"{detail} {_MOST_ROUNDS}")
        names = [name for name, _ in members]
        received = self.composer.join(self._messages(1))
        calls = [wire.Call(call=self.selection, agent=name, result=received) for name in names] * self.rounds
        turn = wire.Turn(
            user=self.question,
            tool_rounds=[wire.ToolRound(calls=[call]) for call in calls],
            assistant=self.answer,
        )
        speakers = [self._speaker(place, name, member) for place, (name, member) in enumerate(members)]
        return Written([turn], agents=speakers)

    def _speaker(self, place: int, name: str, member: Member) -> wire.Agent:
        """Write the conversation of one speaker, of which each call goes through one turn."""
        others = (len(self.speakers) if isinstance(self.speakers, list) else self.speakers) - 1
        heard_first = self.composer.join(
            *_role(member), Piece(self.question, "question", "user"), self._messages(place)
        )
        turns = [wire.Turn(user=heard_first, assistant=self.message)]
        if self.rounds > 1:
            heard = self.composer.join(self._messages(others))
            turns.append(wire.Turn(user=heard, assistant=self.message, repeat=self.rounds - 1))
        return wire.Agent(name=name, turns=turns, keep=True, turns_per_call=1, **_model(member))

    def _messages(self, number: int) -> Piece:
        return Piece(self.message, "message", "assistant", number)


@dataclass(frozen=True, slots=True)
class CrewRecipe(Recipe):
    """A turn for each task, which sends what came of the tasks before; nothing else is sent again.

    sequential      description, output x before                         -> output
    hierarchical    description, output x before                         -> delegation  (manager)
                    delegation                                           -> output      (agent)
                    description, output x before, delegation, output     -> output      (manager)
    """

    composer: Composer
    tasks: list[CrewTask]
    agents: int | list[Member]
    process: Literal["sequential", "hierarchical"]
    description: AmountOrParts | None
    output: Amount | None
    delegation: Amount | None

    def write(self) -> Written:
        self._refuse_unused()
        members = dict(_name_members(self.agents, "agent", "agents"))
        doers = [self._doer(place, task, members) for place, task in enumerate(self.tasks)]
        idle = [name for name in members if name not in doers]
        notes = [f"workflow: no task is left for {', '.join(idle)}"] if idle else []
        if self.process == "hierarchical":
            return self._delegate(doers, members, notes)
        turns = [
            wire.Turn(
                user=self._task(place, members[doer]), assistant=self._output(place), **_model(members[doer])
            )
            for place, doer in enumerate(doers)
        ]
        return Written(turns, INDEPENDENT, notes=notes)

    def _refuse_unused(self) -> None:
        """Refuse what is stated and would change nothing.

        Raises:
            LocatedError: a delegation where nobody delegates, or what every task states itself.
        """
        if self.delegation is not None and self.process == "sequential":
            raise LocatedError(("delegation",), "without effect unless `process` is `hierarchical`")
        for name in ("description", "output"):
            stated = all(getattr(task, name) is not None for task in self.tasks)
            if stated and getattr(self, name) is not None:
                raise LocatedError((name,), "without effect, as every task states its own; leave it out")

    def _delegate(self, doers: Sequence[str], members: dict[str, Member], notes: Sequence[str]) -> Written:
        """Write the turns of the manager, and those of each agent, which begins anew with each task."""
        delegation = self.delegation if self.delegation is not None else 0
        turns = []
        done: dict[str, list[wire.Turn]] = {}
        for place, doer in enumerate(doers):
            received = self.composer.join(self._output_piece(place))
            task = wire.Call(call=delegation, agent=doer, result=received)
            turns.append(
                wire.Turn(
                    user=self._task(place),
                    tool_rounds=[wire.ToolRound(calls=[task])],
                    assistant=self._output(place),
                )
            )
            told = self.composer.join(*_role(members[doer]), Piece(delegation, "delegation", "call"))
            done.setdefault(doer, []).append(wire.Turn(user=told, assistant=self._output(place)))
        agents = [
            wire.Agent(name=name, turns=tasks, turns_per_call=1, **_model(members[name]))
            for name, tasks in done.items()
        ]
        return Written(turns, INDEPENDENT, agents, notes)

    def _doer(self, place: int, task: CrewTask, members: dict[str, Member]) -> str:
        if task.agent is None:
            return list(members)[place % len(members)]
        if task.agent not in members:
            detail = f"no agent of this name; there are {', '.join(members)}"[:300]
            raise LocatedError(("tasks", place, "agent"), detail)
        return task.agent

    def _task(self, place: int, doer: Member | None = None) -> AmountOrParts:
        """Return the message of a task: who does it, what is to be done, and what came of those before."""
        before = [self._output_piece(i) for i in range(place)]
        stated = self.tasks[place].description
        description = stated if stated is not None else self.description
        role = _role(doer) if doer is not None else []
        return self.composer.join(*role, Piece(description or 0, "description", "user"), *before)

    def _output_piece(self, place: int) -> Piece:
        """Return what came of a task as others receive it, as long as it was written."""
        return Piece(self._output(place), "output", "assistant")

    def _output(self, place: int) -> Amount:
        stated = self.tasks[place].output
        output = stated if stated is not None else self.output
        return 0 if output is None else output


def _name_members(members: int | list[Member], word: str, field: str) -> list[tuple[str, Member]]:
    """Return each with its name.

    Raises:
        LocatedError: two have one name.
    """
    listed = members if isinstance(members, list) else [Member()] * members
    names = [member.name or f"{word}_{place}" for place, member in enumerate(listed, 1)]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise LocatedError((field, place, "name"), "another has this name")
    return list(zip(names, listed, strict=True))


def _role(member: Member) -> list[Piece]:
    return [] if member.role is None else [Piece(member.role, "role", "system")]


def _model(member: Member) -> dict[str, str]:
    """Return the field that names the model; without one of its own the field is left out."""
    return {} if member.model is None else {"model": member.model}
