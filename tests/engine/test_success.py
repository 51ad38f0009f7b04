"""How the advice is measured on real programs: what counts as the same answer, and which programs a commit chooses."""

import pytest

from tests.engine.success import PROGRAMS, Measured, Program, Verdict, alike, keep, kept, programs, stable, summary, third


def test_what_an_image_says_anew_each_time_is_not_compared() -> None:
    wanted = stable("up\ntime 1\nhello\n", "up\ntime 2\nhello\n")
    assert wanted == ["up", None, "hello"]
    assert alike(wanted, "up\ntime 3\nhello\n")
    assert not alike(wanted, "up\ntime 3\nbye\n")
    assert not alike(wanted, "up\ntime 3\n")


def test_an_answer_whose_length_changes_is_compared_as_it_was_first() -> None:
    assert stable("a\nb\n", "a\n") == ["a", "b"]


def test_every_commit_measures_a_third_and_three_in_a_row_measure_all() -> None:
    found = [Program(PROGRAMS / name) for name in "abcdefgh"]
    parts = [third(found, commit) for commit in ("c0", "c1", "c2")]
    assert [len(part) for part in parts] == [3, 3, 2]
    assert sorted((item.name for part in parts for item in part), key=str) == list("abcdefgh")


def test_every_program_has_what_it_is_measured_by() -> None:
    found = programs([PROGRAMS])
    assert len(found) >= 30
    assert all((program.folder / "probe").exists() for program in found)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_summary_counts_what_answers_as_before(verdict: Verdict) -> None:
    rows = [
        Measured(name="a", verdict=verdict, first=Verdict.BROKEN, ecosystem="go", rung="followed"),
        Measured(name="b", verdict=Verdict.RIGHT),
    ]
    works = int(verdict in (Verdict.RIGHT, Verdict.FAT, Verdict.LEAN))
    assert summary(rows).splitlines()[2:] == [
        f"| start go | 1 | {works} | 0 |",
        "| start nothing that is there | 1 | 1 | 1 |",
        "| no plan | 1 | 1 | 1 |",
        f"| rung *followed* | 1 | {works} | 0 |",
        f"| all | 2 | {works + 1} | 1 |",
    ]


def test_the_first_verdict_on_a_program_is_never_forgotten() -> None:
    first = keep([Measured(name="a", verdict=Verdict.BROKEN)], [])
    again = keep([Measured(name="a", verdict=Verdict.RIGHT), Measured(name="b", verdict=Verdict.FAT)], first)
    assert [(item.name, item.verdict, item.first) for item in again] == [
        ("a", Verdict.RIGHT, Verdict.BROKEN),
        ("b", Verdict.FAT, Verdict.FAT),
    ]


def test_the_readme_shows_what_was_measured_last() -> None:
    readme = (PROGRAMS.parents[2] / "README.md").read_text()
    assert summary(kept()).strip() in readme
