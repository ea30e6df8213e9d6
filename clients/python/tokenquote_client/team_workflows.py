"""Workflows of several who each have a conversation of their own: group chats and crews."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from tokenquote_client.amounts import Amount, AmountOrParts
from tokenquote_client.thinking_workflows import AnyWorkflow, Few
from tokenquote_client.wire_types import AgentName, ModelName, Sent

__all__ = ["Crew", "CrewTask", "GroupChat", "Member"]


class Member(Sent):
    """One who takes part in a group chat or a crew."""

    name: AgentName | None = None
    """The name; null, the default: `speaker_1` or `agent_1` and so on."""
    role: Amount | None = None
    """Who they are and what they are for, at the head of their messages beside the plan's `system`; null, the
    default: nothing."""
    model: ModelName | None = None
    """The model that answers for them; null, the default: the plan's model."""


Team = Annotated[
    Annotated[Annotated[int, Field(strict=True, ge=1, le=100)], Tag("~number")]
    | Annotated[list[Member], Field(min_length=1, max_length=100), Tag("~members")],
    Discriminator(lambda value: "~members" if isinstance(value, list) else "~number"),
]


class GroupChat(AnyWorkflow):
    """Speakers who hear each other, and a manager who says whose turn it is."""

    kind: Literal["group_chat"]
    """The kind of workflow, which is `group_chat`: several speakers and a manager."""
    question: AmountOrParts | None = None
    """The message that opens the chat, which all receive; null, the default: as the catalog says."""
    speakers: Team | None = None
    """The speakers: their number, or a list that says more of each; null, the default: as the catalog
    says."""
    rounds: Few | None = None
    """The number of times that each of them speaks, one after the other; null, the default: as the catalog
    says."""
    message: Amount | None = None
    """Each message of a speaker, which all others and the manager receive; null, the default: as the catalog
    says."""
    selection: Amount | None = None
    """What the manager writes to name the next speaker; null, the default: as the catalog says."""
    answer: Amount | None = None
    """What the manager writes in the end; null, the default: as the catalog says."""


class CrewTask(Sent):
    """One task of a crew."""

    description: AmountOrParts | None = None
    """What is to be done; null, the default: the crew's `description`."""
    output: Amount | None = None
    """What comes of it, which later tasks receive; null, the default: the crew's `output`."""
    agent: AgentName | None = None
    """The name of the agent who does it; null, the default: the agents take turns."""


CrewTasks = Annotated[
    Annotated[Few, Tag("~number")]
    | Annotated[list[CrewTask], Field(min_length=1, max_length=1_000), Tag("~tasks")],
    Discriminator(lambda value: "~tasks" if isinstance(value, list) else "~number"),
]


class Crew(AnyWorkflow):
    """Tasks one after the other, each done by an agent who receives what came of those before."""

    kind: Literal["crew"]
    """The kind of workflow, which is `crew`: agents who work off tasks."""
    tasks: CrewTasks | None = None
    """The tasks: their number, or a list that says more of each; null, the default: as the catalog says."""
    agents: Team | None = None
    """The agents: their number, or a list that says more of each; null, the default: as the catalog says."""
    process: Literal["sequential", "hierarchical"] | None = None
    """The process: `sequential`, each task goes to its agent, or `hierarchical`, a manager delegates each
    task by a tool call and writes its result. Null, the default: as the catalog says."""
    description: AmountOrParts | None = None
    """What is to be done in each task that does not say so itself, an error where all do; null, the default:
    as the catalog says."""
    output: Amount | None = None
    """What comes of each task that does not say so itself, an error where all do; null, the default: as the
    catalog says."""
    delegation: Amount | None = None
    """The tool call by which the manager of a hierarchical crew delegates a task, which the agent receives;
    null, the default: as the catalog says. In a sequential crew it is an error."""
