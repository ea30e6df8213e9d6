"""What a repository that is left out shows of labels and bands, on calls made here."""

from __future__ import annotations

from benchmarks.recordings.held_out import held_out_band_table, held_out_label_table
from benchmarks.recordings.token_counts import Counted


def call(repository: str, number: int, billed: int, method: str = "exact", width: int = 0) -> Counted:
    """A call predicted as 100 tokens, from a source file of its own."""
    return Counted(
        id=f"{repository}{number}", source=f"{repository}:{number}", api="openai.chat", model="m",
        feature="tools", text_only=True, suspect=False, billed=billed, predicted=100, low=100 - width,
        high=100 + width, method=method, reason=None, vocabulary="o200k_base",
    )  # fmt: skip


def calls(repository: str, right: int, wrong: int, method: str = "exact", width: int = 0) -> list[Counted]:
    billed = [100] * right + [110] * wrong
    return [call(repository, number, each, method, width) for number, each in enumerate(billed)]


def test_a_label_is_asked_of_the_other_repositories_alone() -> None:
    # To `new` the 40 of `old` are all right; to `old` the 2 calls of `new` are too few to say anything.
    table = held_out_label_table({"first": calls("old", 40, 0), "second": calls("new", 1, 1)})
    assert "| earned | 2 | 4.8% | 50.0% |" in table
    assert "| too few calls | 40 | 95.2% | 100.0% |" in table


def test_a_label_that_other_repositories_deny_is_not_earned() -> None:
    table = held_out_label_table({"first": calls("old", 38, 2) + calls("new", 20, 0)})
    assert "| not earned | 20 | 33.3% | 100.0% |" in table
    assert "| earned | 40 | 66.7% | 95.0% |" in table


def test_bands_are_scaled_to_what_other_repositories_need() -> None:
    # Bills lie 10 above: of a band of 40 on either side a quarter holds them.
    unsure = calls("old", 0, 20, "calibrated", 40) + calls("new", 0, 2, "calibrated", 40)
    table = held_out_band_table({"first": unsure})
    assert "| first | as they stand | 22 | 100.0% | 80.0% |" in table
    # The 2 calls of `new` are scaled to 10 on either side; `old` keeps its bands, as 2 calls decide nothing.
    assert "| first | scaled to fit other repositories | 22 | 100.0% | 80.0% |" in table
    narrow = held_out_band_table({"first": unsure[:20] + calls("new", 0, 30, "calibrated", 40)})
    assert "| first | scaled to fit other repositories | 50 | 100.0% | 20.0% |" in narrow
