"""Who calls which agent in a plan: names that agents have, circles, and how many requests it all comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from tokenquote.api.quotes.planned_ranges import find_middle
from tokenquote.errors import LocatedError, Location
from tokenquote.errors.field_faults import did_you_mean
from tokenquote_client import plan as wire

__all__ = ["as_plan", "count_requests", "every_turn", "find_uncalled"]


def find_uncalled(plan: wire.Plan) -> list[str]:
    """Return the names of the agents that no call of the plan comes to start; it was checked before."""
    if not plan.agents:
        return []
    agents, reached = _by_name(plan), set[str]()
    waiting = _names(plan.turns)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _names(agents[name].turns)
    return [name for name in agents if name not in reached]


def count_requests(plan: wire.Plan) -> int:
    """Return the requests that the turns of a plan and of its agents make, in all calls.

    Those that a history strategy adds are not among them. An agent that each call leads on by some turns is
    taken to make the most that its turns make.

    Raises:
        LocatedError: two agents have one name, one that is called is not there, or one comes to call itself.
    """
    agents, known = _by_name(plan), dict[str, int]()
    _check_names(plan, agents)
    _check_circles(agents)

    def requests(turns: Sequence[wire.Turn]) -> int:
        return sum(find_middle(turn.repeat) * (1 + sum(map(count_round, turn.tool_rounds))) for turn in turns)

    def count_round(made: wire.ToolRound) -> int:
        return find_middle(made.repeat) * (
            1 + sum(count_agent(call.agent) for call in made.calls if call.agent is not None)
        )

    def count_agent(name: str) -> int:
        if name not in known:
            agent = agents[name]
            if agent.turns_per_call is None:
                known[name] = requests(agent.turns)
            else:
                once = [turn.model_copy(update={"repeat": 1}) for turn in agent.turns]
                known[name] = agent.turns_per_call * max(requests([turn]) for turn in once)
        return known[name]

    return requests(plan.turns)


def as_plan(agent: wire.Agent, plan: wire.Plan) -> wire.Plan:
    """Return an agent's conversation as a plan: its own turns and history, and the settings of the plan."""
    own = {name: getattr(agent, name) for name in ("system", "tools", "turns", "history")}
    return plan.model_copy(update={**own, "start": None})


def every_turn(plan: wire.Plan) -> Iterator[wire.Turn]:
    """Yield the turns of the plan, then those of its agents."""
    yield from plan.turns
    for agent in plan.agents:
        yield from agent.turns


def _by_name(plan: wire.Plan) -> Mapping[str, wire.Agent]:
    found: dict[str, wire.Agent] = {}
    for i, agent in enumerate(plan.agents):
        if agent.name in found:
            raise LocatedError(("agents", i, "name"), "another agent has this name")
        found[agent.name] = agent
    return found


def _check_names(plan: wire.Plan, agents: Mapping[str, wire.Agent]) -> None:
    """Refuse calls of agents that the plan does not have, and those whose result nobody knows."""
    calls = chain(
        _calls(plan.turns, ("turns",)),
        *(_calls(agent.turns, ("agents", i, "turns")) for i, agent in enumerate(plan.agents)),
    )
    for location, name, has_result in calls:
        if name not in agents:
            near = did_you_mean(name, agents) or "; state it in `agents`"
            raise LocatedError(location, f"the plan has no such agent{near}")
        if agents[name].turns_per_call is not None and not has_result:
            detail = "state the `result` too: its calls go through different turns (`turns_per_call`)"
            raise LocatedError(location, detail)


def _check_circles(agents: Mapping[str, wire.Agent]) -> None:
    """Follow the calls of every agent, each once.

    Raises:
        LocatedError: one comes to call itself; it names all that are between.
    """
    places = {name: i for i, name in enumerate(agents)}
    done: set[str] = set()

    def follow(name: str, above: tuple[str, ...]) -> None:
        path = (*above, name)
        for location, called, _ in _calls(agents[name].turns, ("agents", places[name], "turns")):
            if called in path:
                circle = " → ".join((*path[path.index(called) :], called))
                detail = f"the agents call each other in a circle: {circle}; leave out one of these calls"
                raise LocatedError(location, detail)
            if called not in done:
                follow(called, path)
        done.add(name)

    for name in agents:
        if name not in done:
            follow(name, ())


def _calls(turns: Sequence[wire.Turn], at: Location) -> Iterator[tuple[Location, str, bool]]:
    """Yield the place of the agent that each call starts, its name, and whether the call states a result."""
    for i, turn in enumerate(turns):
        if not turn.tool_rounds:
            continue
        for j, made in enumerate(turn.tool_rounds):
            for k, call in enumerate(made.calls):
                if call.agent is not None:
                    place = (*at, i, "tool_rounds", j, "calls", k, "agent")
                    yield place, call.agent, call.result is not None


def _names(turns: Sequence[wire.Turn]) -> list[str]:
    """Return the agents that calls of turns start, as often as they do."""
    return [name for _, name, _ in _calls(turns, ())]
