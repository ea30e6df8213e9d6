"""Workflows run step by step over lists of messages, as a framework would run them, and nothing compiled.

A message is its number of tokens. `Model.ask` notes what it is sent and what it writes, which is all that a
quote is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

Messages = list[int]
Asked = tuple[str | None, int, int]
"""A request: the agent whose conversation it belongs to, its input and its output."""


@dataclass
class Model:
    """A model that is asked; every request begins with the opening and, unless it is said, reasons first."""

    opening: int
    reasoning: int
    asked: list[Asked] = field(default_factory=list)

    def ask(self, messages: Messages, written: int, who: str | None = None) -> int:
        """Send messages; return what the model writes, without its reasoning, which is never sent again."""
        self.asked.append((who, self.opening + sum(messages), written + self.reasoning))
        return written


def react(
    model: Model, question: int, steps: int, thought: int, call: int, observation: int, answer: int
) -> None:
    messages = [question]
    for _ in range(steps):
        messages.append(model.ask(messages, thought + call))
        messages.append(observation)
    model.ask(messages, answer)


def plan_and_solve(model: Model, question: int, plan: int, steps: int, step: int, answer: int) -> None:
    messages = [question]
    messages.append(model.ask(messages, plan))
    for _ in range(steps):
        messages.append(model.ask(messages, step))
    model.ask(messages, answer)


def self_consistency(model: Model, question: int, samples: int, answer: int) -> None:
    for _ in range(samples):
        model.ask([question], answer)


def tree_of_thoughts(
    model: Model,
    question: int,
    breadth: int,
    depth: int,
    thought: int,
    evaluation: int,
    answer: int,
    keep: int | None = None,
) -> None:
    states: list[Messages] = [[]]
    for _ in range(depth):
        candidates = [
            [*state, model.ask([question, *state], thought)] for state in states for _ in range(breadth)
        ]
        for candidate in candidates:
            model.ask([question, *candidate], evaluation)
        states = candidates if keep is None else candidates[:keep]
    model.ask([question, *states[0]], answer)


def reflection(model: Model, question: int, draft: int, critique: int, rounds: int) -> None:
    messages = [question]
    messages.append(model.ask(messages, draft))
    for _ in range(rounds):
        messages.append(model.ask(messages, critique))
        messages.append(model.ask(messages, draft))


def rag(model: Model, question: int, chunk: int, top_k: int, answer: int) -> None:
    passages = [chunk] * top_k
    model.ask([*passages, question], answer)


def cut(document: int, chunk: int, overlap: int) -> list[int]:
    """Cut a document of numbered tokens; return the length of each piece."""
    tokens = list(range(document))
    begin, pieces = 0, []
    while True:
        pieces.append(len(tokens[begin : begin + chunk]))
        if begin + chunk >= document:
            return pieces
        begin += chunk - overlap


def map_reduce(
    model: Model,
    document: int,
    chunk: int,
    overlap: int,
    summary: int,
    answer: int,
    collapse_above: int | None = None,
) -> None:
    summaries = [model.ask([piece], summary) for piece in cut(document, chunk, overlap)]
    while collapse_above is not None and sum(summaries) > collapse_above:
        groups: list[Messages] = [[]]
        for each in summaries:
            if sum(groups[-1]) + each > collapse_above:
                groups.append([])
            groups[-1].append(each)
        summaries = [model.ask(group, summary) for group in groups]
    model.ask(summaries, answer)


def refine(model: Model, document: int, chunk: int, overlap: int, summary: int, answer: int) -> None:
    *pieces, last = cut(document, chunk, overlap)
    so_far: Messages = []
    for piece in pieces:
        so_far = [model.ask([*so_far, piece], summary)]
    model.ask([*so_far, last], answer)


def graph_loop(model: Model, question: int, nodes: int, output: int, retry_probability: float) -> None:
    """Run the whole number of passes that is nearest to the mean of a geometric distribution."""
    passes = int((1 / (1 - Decimal(str(retry_probability)))).quantize(Decimal(1), ROUND_HALF_UP))
    state = [question]
    for _ in range(passes):
        for _ in range(nodes):
            state.append(model.ask(state, output))


def group_chat(
    model: Model, question: int, speakers: int, rounds: int, message: int, selection: int, answer: int
) -> None:
    """Let everybody receive each message as soon as it is said, and a manager name who speaks next."""
    names = [f"speaker_{place}" for place in range(1, speakers + 1)]
    heard: dict[str, Messages] = {name: [question] for name in names}
    manager = [question]
    for _ in range(rounds):
        for name in names:
            manager.append(model.ask(manager, selection))
            said = model.ask(heard[name], message, name)
            for messages in (manager, *heard.values()):
                messages.append(said)
    model.ask(manager, answer)


def crew(
    model: Model, tasks: int, agents: int, process: str, description: int, output: int, delegation: int
) -> None:
    context: Messages = []
    for place in range(tasks):
        task = [description, *context]
        if process == "hierarchical":
            task.append(model.ask(task, delegation))
            task.append(model.ask([delegation], output, f"agent_{place % agents + 1}"))
        context.append(model.ask(task, output))
