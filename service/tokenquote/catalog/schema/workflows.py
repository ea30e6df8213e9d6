"""What workflows.yaml states: what each kind of workflow takes for what a plan does not say.

workflows:
  react:
    steps: {number: 7, source: https://...}
    thought: {profile: medium, source: recorded calls}

An amount is stated as `tokens` or as a `profile` of profiles.yaml. A later folder replaces a kind as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, NotNegative, Positive

__all__ = ["AssumedValue", "WorkflowDefaults", "WorkflowsFile"]


class AssumedValue(Entry):
    """What a workflow takes for one of its parameters."""

    source: str = Field(min_length=1)
    """Where the value comes from: an https address, a paper, or the word `assumed` and why."""

    @property
    def value(self) -> Any:
        """The value as a plan would state it."""
        raise NotImplementedError


class AssumedAmount(AssumedValue):
    """An amount of tokens."""

    tokens: NotNegative | None = None
    """The number of tokens. None: `profile` says how much."""
    profile: Literal["small", "medium", "large"] | None = None
    """The profile that stands for it. None: `tokens` says how much."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.tokens is None) == (self.profile is None):
            raise ValueError("state either `tokens` or `profile`")
        return self

    @property
    def value(self) -> object:
        return {"profile": self.profile} if self.profile is not None else self.tokens


class AssumedNumber(AssumedValue):
    """How many there are of something."""

    number: Positive
    """The number, at least 1."""

    @property
    def value(self) -> object:
        return self.number


class AssumedLength(AssumedValue):
    """The length of something that is cut or counted out, in tokens."""

    tokens: Annotated[StrictInt, Field(ge=0)]
    """The number of tokens."""

    @property
    def value(self) -> object:
        return self.tokens


class AssumedProbability(AssumedValue):
    """How likely something is."""

    probability: Annotated[StrictFloat, Field(ge=0, le=0.999)]
    """The probability, from 0 to 0.999."""

    @property
    def value(self) -> object:
        return self.probability


class AssumedProcess(AssumedValue):
    """How a crew works off its tasks."""

    process: Literal["sequential", "hierarchical"]
    """The process by its name in CrewAI."""

    @property
    def value(self) -> object:
        return self.process


class WorkflowDefaults(Entry):
    """What one kind of workflow takes for each parameter that a plan leaves out."""

    def named(self) -> Iterator[tuple[str, AssumedValue]]:
        """Yield each parameter with what is taken for it."""
        for name in type(self).model_fields:
            yield name, getattr(self, name)


class ReactDefaults(WorkflowDefaults):
    """What `react` takes."""

    question: AssumedAmount
    steps: AssumedNumber
    thought: AssumedAmount
    call: AssumedAmount
    observation: AssumedAmount
    answer: AssumedAmount


class PlanAndSolveDefaults(WorkflowDefaults):
    """What `plan_and_solve` takes."""

    question: AssumedAmount
    plan: AssumedAmount
    steps: AssumedNumber
    step: AssumedAmount
    answer: AssumedAmount


class SelfConsistencyDefaults(WorkflowDefaults):
    """What `self_consistency` takes."""

    question: AssumedAmount
    samples: AssumedNumber
    answer: AssumedAmount


class TreeOfThoughtsDefaults(WorkflowDefaults):
    """What `tree_of_thoughts` takes."""

    question: AssumedAmount
    breadth: AssumedNumber
    depth: AssumedNumber
    thought: AssumedAmount
    evaluation: AssumedAmount
    answer: AssumedAmount


class ReflectionDefaults(WorkflowDefaults):
    """What `reflection` takes."""

    question: AssumedAmount
    draft: AssumedAmount
    critique: AssumedAmount
    rounds: AssumedNumber


class RagDefaults(WorkflowDefaults):
    """What `rag` takes; `query` and `hypothesis` only where a plan asks for such texts."""

    question: AssumedAmount
    chunk: AssumedLength
    top_k: AssumedNumber
    query: AssumedAmount
    hypothesis: AssumedAmount
    overlap: AssumedLength
    answer: AssumedAmount


class PiecesDefaults(WorkflowDefaults):
    """What `map_reduce` and `refine` take."""

    document: AssumedLength
    chunk: AssumedLength
    overlap: AssumedLength
    summary: AssumedAmount
    answer: AssumedAmount


class GroupChatDefaults(WorkflowDefaults):
    """What `group_chat` takes."""

    question: AssumedAmount
    speakers: AssumedNumber
    rounds: AssumedNumber
    message: AssumedAmount
    selection: AssumedAmount
    answer: AssumedAmount


class CrewDefaults(WorkflowDefaults):
    """What `crew` takes."""

    tasks: AssumedNumber
    agents: AssumedNumber
    process: AssumedProcess
    description: AssumedAmount
    output: AssumedAmount
    delegation: AssumedAmount


class GraphLoopDefaults(WorkflowDefaults):
    """What `graph_loop` takes."""

    question: AssumedAmount
    nodes: AssumedNumber
    output: AssumedAmount
    retry_probability: AssumedProbability


class KindsOfWorkflow(Entry):
    """The kinds of workflow; an overlay states those whose defaults it replaces."""

    react: ReactDefaults | None = None
    plan_and_solve: PlanAndSolveDefaults | None = None
    self_consistency: SelfConsistencyDefaults | None = None
    tree_of_thoughts: TreeOfThoughtsDefaults | None = None
    reflection: ReflectionDefaults | None = None
    rag: RagDefaults | None = None
    map_reduce: PiecesDefaults | None = None
    refine: PiecesDefaults | None = None
    group_chat: GroupChatDefaults | None = None
    crew: CrewDefaults | None = None
    graph_loop: GraphLoopDefaults | None = None


class WorkflowsFile(Entry):
    """The contents of workflows.yaml."""

    workflows: KindsOfWorkflow

    @property
    def by_kind(self) -> dict[str, WorkflowDefaults]:
        """The defaults of each kind that the file states."""
        kinds = ((name, getattr(self.workflows, name)) for name in KindsOfWorkflow.model_fields)
        return {name: defaults for name, defaults in kinds if defaults is not None}
