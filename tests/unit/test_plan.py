"""The plan: what a report asks people to do, in which order, each thing once."""

from msgspec.structs import replace

from confaudit.core.given import Position
from confaudit.core.judge.finding import Effect, Finding, Phase
from confaudit.core.model import Level
from confaudit.core.report.audited import Audited
from confaudit.core.report.combined import combined
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.plan import plan
from confaudit.core.report.report import Report
from confaudit.core.upgrade.known import Truth
from confaudit.present.page import present
from confaudit.present.plan import Link
from tests.golden.sample_reports import LINTED, UPGRADE, judged, rule, spec
from tests.tables import every_row

FOUND = Finding(
    rule=rule("some-rule", Effect.BEHAVIOUR), message="So it is.", subject="a", steps=("Do it.",)
)


def planned(*findings: Finding, report: Report = UPGRADE) -> list[tuple[object, ...]]:
    """Phase, text and options of each step."""
    stages = plan(replace(report, judged=judged(findings=findings)))
    return [
        (stage.phase, " ".join(step.texts), *step.options)
        for stage in stages
        for step in stage.steps
    ]


def test_stages_come_in_their_order_and_steps_as_they_are_listed() -> None:
    found = [
        replace(FOUND, phase=phase, subject=name, message=f"It is {n}.", steps=(f"Do {name}.",))
        for n, (name, phase) in enumerate(
            zip("abc", (Phase.AFTER, Phase.BEFORE, Phase.BEFORE), strict=True)
        )
    ]
    assert planned(*found) == [
        (Phase.BEFORE, "Do b.", "b"),
        (Phase.BEFORE, "Do c.", "c"),
        (Phase.AFTER, "Do a.", "a"),
    ]


def test_what_is_the_same_to_do_is_one_step_that_names_each_option_once() -> None:
    named = replace(FOUND, spec=spec("a-b"), steps=("Look.", "Do it."))
    other = replace(named, subject="c", spec=spec("c-d"))
    else_ = replace(FOUND, message="It is else.")
    found = (named, else_, other, replace(other, before=1), replace(named, phase=Phase.AFTER))
    assert planned(*found) == [
        (Phase.BEFORE, "Look. Do it.", "--a-b", "--c-d"),
        (Phase.BEFORE, "Do it.", "a"),
        (Phase.AFTER, "Look. Do it.", "--a-b"),
    ]


@every_row(
    ("steps", "text"),
    [
        (["Take CODER_A_0 out."], "Take CODER_A_0 out."),
        (["Look.", "Look."], "Look."),
        (["Take CODER_A_0 out.", "Take CODER_A_1 out."], "Take CODER_A_0 and CODER_A_1 out."),
        (
            [f"Rename CODER_A_{n} to CODER_B_{n}." for n in range(3)],
            "Rename CODER_A_0 to CODER_B_0, CODER_A_1 to CODER_B_1 and CODER_A_2 to CODER_B_2.",
        ),
        ([f"Take CODER_A_{n} out." for n in range(6)], FOUND.rule.fix),
        (["Take CODER_A_0 out.", "Take CODER_A_1 away."], FOUND.rule.fix),
        (["Take CODER_A_0 out.", "Keep CODER_A_1."], FOUND.rule.fix),
        (["CODER_A_0 goes.", "CODER_A_1 goes."], FOUND.rule.fix),
    ],
)
def test_what_equal_findings_ask_for_is_one_step(steps: list[str], text: str) -> None:
    found = [
        replace(
            FOUND,
            message=f"CODER_A_{n} is old.",
            subject=f"a-{n}",
            spec=spec(f"a-{n}"),
            instead=(spec(f"b-{n}"),),
            steps=(step,),
        )
        for n, step in enumerate(steps)
    ]
    options = (f"--a-{n}" for n in range(len(steps)))
    assert planned(*found) == [(Phase.BEFORE, text, *options)]
    untold = [replace(one, rule=replace(one.rule, fix="")) for one in found]
    assert text == FOUND.rule.fix or planned(*untold)[0][1] == text


def test_equal_findings_of_a_rule_that_advises_nothing_lose_no_step() -> None:
    silent = replace(FOUND.rule, fix="")
    found = [
        replace(FOUND, rule=silent, subject=f"a{n}", steps=steps)
        for n, steps in enumerate((("Look.", "Do it."), ("Look.", "Leave it.")))
    ]
    assert planned(*found) == [(Phase.BEFORE, "Look. Do it. Leave it.", "a0", "a1")]


@every_row(
    ("effect", "level", "affects", "is_asked"),
    [
        (Effect.BEHAVIOUR, Level.WARNING, Truth.YES, True),
        (Effect.BEHAVIOUR, Level.WARNING, Truth.DEPENDS, True),
        (Effect.BEHAVIOUR, Level.ERROR, Truth.NO, False),
        (Effect.ADVICE, Level.INFO, Truth.YES, False),
        (Effect.SECURITY, Level.INFO, Truth.YES, False),
        (Effect.SECURITY, Level.INFO, Truth.NO, False),
    ],
)
def test_a_hint_is_no_step_but_of_a_control_that_fails(
    effect: Effect, level: Level, affects: Truth, is_asked: bool
) -> None:
    found = replace(FOUND, rule=rule("some-rule", effect, level), affects=affects)
    assert bool(planned(found)) == is_asked
    control = replace(found, rule=replace(found.rule, control="CA-X-01"))
    assert bool(planned(control)) == (affects is not Truth.NO)


def test_a_step_about_a_file_leads_to_it_by_the_end_of_its_path() -> None:
    path = "/srv/deep/down/coder.env"
    found = replace(FOUND, subject=path, positions=(Position(path, 3),))
    page = present(replace(UPGRADE, judged=judged(findings=(found,))), 100)
    assert page.plan[0].steps[0].links == (Link("down/coder.env", found.fingerprint),)


def test_only_before_an_upgrade_there_are_times_to_act_at() -> None:
    assert UPGRADE.before
    review = replace(UPGRADE, kind=ReportKind.REVIEW, before=None)
    stays, moves = (replace(review, audited=Audited("prod", (), to)) for to in ("aa", "ab"))
    after = replace(FOUND, phase=Phase.AFTER)
    assert [step[0] for step in planned(after, FOUND, report=stays)] == [None]
    assert [step[0] for step in planned(after, FOUND, report=moves)] == [Phase.BEFORE, Phase.AFTER]
    seen = replace(moves, before=replace(UPGRADE.before, deployment="prod"))
    assert [step[0] for step in planned(after, report=seen)] == [None], "snapshots show what was"


def test_of_several_deployments_each_has_its_own() -> None:
    whole = present(LINTED, 100)
    assert whole.plan == ()
    first = [link.anchor for step in whole.parts[0].plan[0].steps for link in step.links]
    assert first == [one.fingerprint for one in LINTED.parts[0].findings[:2]]


def test_a_deployment_is_called_alike_in_the_table_that_leads_to_it_and_over_its_part() -> None:
    paths = ("/srv/coder/prod/values.yaml", "/srv/coder/dev/values.yaml", "staging")
    parts = [replace(UPGRADE, audited=Audited(path, (), ("2.33.0",)), tables=()) for path in paths]
    page = present(combined(parts), 100)
    names = ["prod/values.yaml", "dev/values.yaml", "staging"]
    assert [part.title for part in page.parts] == names
    assert [row[0] for row in page.tables[0].rows] == [(name,) for name in names]
    assert page.tables[0].links == tuple(part.anchor for part in page.parts)
