"""Equal findings are one entry with a row each: what they share is told once, nothing is lost."""

import pytest
from msgspec.structs import replace

from confaudit.core.given import Position
from confaudit.core.judge.finding import Confidence, Effect, Finding, Phase
from confaudit.core.model import Level
from confaudit.core.report.alike import blanked, in_one
from confaudit.core.upgrade.known import Truth
from confaudit.present.entries import Entry, Gathered, Task
from confaudit.present.gathered import gathered
from confaudit.present.page import present
from tests.golden.sample_reports import REPORTS, UPGRADE, judged, rule, spec
from tests.tables import every_row

OLD = Finding(
    rule=rule("old", Effect.DEPRECATED, reference="coder/coder#1"),
    message="CODER_A_0 is old: use CODER_B_0 instead.",
    subject="a-0",
    because="CODER_A_0 is set by env",
    spec=spec("a-0"),
    instead=(spec("b-0"),),
    introduced_in=("2.34.0",),
    steps=("Look.", "Rename CODER_A_0 to CODER_B_0.", "Start."),
)


def _other(number: int, **parts: object) -> Finding:
    """The same finding of other options."""
    texts = {
        name: str(getattr(OLD, name)).replace("_0", f"_{number}").replace("-0", f"-{number}")
        for name in ("message", "subject", "because")
    }
    names = {"spec": spec(f"a-{number}"), "instead": (spec(f"b-{number}"),)}
    steps = tuple(step.replace("_0", f"_{number}") for step in OLD.steps)
    return replace(replace(OLD, **texts, **names, steps=steps), **parts)  # type: ignore[arg-type]


def _told(*findings: Finding) -> list[Gathered]:
    groups = present(replace(UPGRADE, judged=judged(findings=findings)), 200).groups
    return [entry for group in groups for entry in gathered(group.rows)]


def _facts(entry: Entry | None) -> dict[str, tuple[str, ...]]:
    assert entry
    return {fact.term: fact.texts for fact in entry.facts}


def test_what_all_share_is_told_once_and_each_row_has_the_rest() -> None:
    (entry,) = _told(OLD, _other(1, positions=(Position("a.env", 3),)))
    assert entry.shared
    assert (entry.shared.title, entry.shared.anchor) == ("2 \N{MULTIPLICATION SIGN} Old", "")
    assert entry.shared.alike
    assert entry.shared.alike.sentence == "", "blanks alone say nothing"
    assert _facts(entry.shared) == {
        "Affects you": ("Yes, because each is set by env.",),
        "Since": ("Coder 2.34.0",),
        "Why": (OLD.rule.why,),
        "Reference": ("coder/coder#1",),
    }
    assert [_facts(row) for row in entry.rows] == [{}, {"Where": ("a.env:3",)}]
    assert [row.instead[0][1].text for row in entry.rows] == ["CODER_B_0", "CODER_B_1"]
    assert not any(chip.is_shown for row in entry.rows for chip in row.chips)
    assert entry.tasks == (
        Task("Look."),
        Task("Rename CODER_A_0 to CODER_B_0 and CODER_A_1 to CODER_B_1."),
        Task("Start."),
    )


@pytest.mark.parametrize(
    ("message", "sentence", "own"),
    [
        ("Coder 2.36 reads no CODER_A_0.", "Coder 2.36 reads no …", ("", "")),
        (
            "No release reads CODER_A_0. Helm does. Perhaps CODER_B_0. Look.",
            "No release reads … Helm does.",
            ("Perhaps CODER_B_0. Look.", "Perhaps CODER_B_1. Look."),
        ),
    ],
)
def test_a_sentence_with_blanks_tells_what_is_the_matter_and_a_row_the_rest(
    message: str, sentence: str, own: tuple[str, str]
) -> None:
    other = message.replace("_0", "_1")
    (entry,) = _told(replace(OLD, message=message), _other(1, message=other))
    assert entry.shared
    assert entry.shared.alike
    assert entry.shared.alike.sentence == sentence
    assert tuple(row.title for row in entry.rows) == own


def test_values_that_are_the_same_for_all_are_told_once() -> None:
    same, other = replace(OLD, before=1), _other(1, before=1)
    (entry,) = _told(same, other)
    assert entry.shared
    assert (entry.shared.value_term, [row.value_term for row in entry.rows]) == (
        "Value before",
        ["", ""],
    )
    (entry,) = _told(same, replace(other, before=2))
    assert entry.shared
    assert entry.shared.value_term == ""
    assert [row.before.text for row in entry.rows if row.before] == ["1", "2"]


def test_a_label_that_not_all_wear_stays_with_its_row() -> None:
    (entry,) = _told(OLD, _other(1, confidence=Confidence.GUESSED))
    worn = [[chip.word for chip in row.chips if chip.is_shown] for row in entry.rows]
    assert worn == [[], ["guessed"]]


def test_steps_that_are_not_for_all_say_for_whom_they_are() -> None:
    (entry,) = _told(
        replace(OLD, steps=("Look.", "Wait.", "Start.")),
        _other(1, steps=("Look.", "Take CODER_A_1 out.", "Start.")),
    )
    own = (Task("Wait.", ("--a-0",)), Task("Take CODER_A_1 out."))
    assert entry.tasks == (Task("Look."), *own, Task("Start."))


def test_of_many_the_step_has_a_blank_in_place_of_each_name() -> None:
    (entry,) = _told(*map(_other, range(9)))
    assert entry.tasks[1] == Task("Rename … to ….")


def test_a_single_finding_is_its_row() -> None:
    (entry,) = _told(OLD)
    assert (entry.shared, entry.tasks) == (None, ())
    assert entry.rows[0].title == OLD.message
    assert entry.rows[0].steps == OLD.steps


@pytest.mark.parametrize(
    "other",
    [
        {"rule": rule("new", Effect.DEPRECATED)},
        {"message": "CODER_A_1 is old: never use it."},
        {"affects": Truth.DEPENDS},
        {"level": Level.INFO},
        {"phase": Phase.AFTER},
    ],
)
def test_what_differs_in_more_than_names_stays_apart(other: dict[str, object]) -> None:
    assert len(_told(OLD, replace(_other(1), **other))) == 2  # type: ignore[arg-type]


def test_equal_findings_stand_together_where_the_first_of_them_stood() -> None:
    between = replace(OLD, rule=rule("between", Effect.DEPRECATED))
    found = _told(OLD, between, _other(1))
    assert [len(entry.rows) for entry in found] == [2, 1]


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("CODER_A_0 and CODER_A_00 and MY_CODER_A_0", "… and CODER_A_00 and MY_CODER_A_0"),
        ("--a-0=1, --a-0-b, `a.a-0`, a.a-0.c", "…=1, --a-0-b, `…`, a.a-0.c"),
        ("Is it CODER_A_0?", "Is it …?"),
    ],
)
def test_a_name_is_a_whole_name(text: str, reads: str) -> None:
    assert blanked(text, OLD) == reads


def test_a_name_full_of_signs_is_a_name_and_no_pattern() -> None:
    assert blanked("a.*b (x", replace(OLD, spec=None, instead=(), subject="(x")) == "a.*b …"


@every_row("name", REPORTS)
def test_no_finding_is_lost(name: str) -> None:
    for group in present(REPORTS[name], 200).all_groups:
        rows = [row.fingerprint for entry in gathered(group.rows) for row in entry.rows]
        assert rows == [row.fingerprint for row in group.rows]


def test_a_row_names_what_its_finding_is_about_even_if_no_option_is_called_so() -> None:
    typos = [replace(_other(n), subject=f"CODER_AA_{n}", message=f"CODER_AA_{n}?") for n in (1, 2)]
    (entry,) = _told(*typos)
    assert [row.names[0].text for row in entry.rows] == ["CODER_AA_1", "CODER_AA_2"]
    assert [row.names[1].text for row in entry.rows] == ["--a-1", "--a-2"]


def test_signs_after_a_name_stay_where_they_are_in_a_step_for_all() -> None:
    texts = [f"Use CODER_{name}, and check the value." for name in "ABC"]
    assert in_one(texts, ["Use …, and check the value."]) == (
        "Use CODER_A, CODER_B and CODER_C, and check the value."
    )


def test_a_sentence_with_one_blank_says_something_about_all() -> None:
    (entry,) = _told(*(_other(n, message=f"CODER_A_{n} is served.") for n in (1, 2)))
    assert entry.shared
    assert entry.shared.alike
    assert entry.shared.alike.sentence == "… is served."
