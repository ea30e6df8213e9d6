"""The memory that bodies in flight take: what it holds, and who is let in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tokenquote.http.bodies import HeldBytes, Memory

SMALL = 64 * 1024


def test_one_address_may_take_half_and_small_bodies_always_pass() -> None:
    memory = Memory(1_000_000)
    with HeldBytes(memory, "a") as first, HeldBytes(memory, "a") as second, HeldBytes(memory, "b") as other:
        assert first.may_grow(500_000)
        first.grow(500_000)
        assert not second.may_grow(SMALL + 1)
        assert second.may_grow(SMALL)
        assert other.may_grow(500_000)
        other.grow(500_000)
        with HeldBytes(memory, "c") as late:
            assert not late.may_grow(SMALL + 1)
            assert late.may_grow(SMALL)
    assert memory.taken == 0


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 300_000), max_size=5)), max_size=10)
)
def test_never_more_is_taken_than_is_set_aside_but_for_small_bodies(
    bodies: list[tuple[str, list[int]]],
) -> None:
    memory = Memory(1_000_000)
    helds = [HeldBytes(memory, address) for address, _ in bodies]
    for held, (_, parts) in zip(helds, bodies, strict=True):
        for part in parts:
            if held.may_grow(part):
                held.grow(part)
        assert memory.taken <= 1_000_000 + SMALL * len(bodies)
    for held in helds:
        with held:
            pass
    assert memory.taken == 0
