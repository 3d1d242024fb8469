"""One report on several deployments: what is said of all of them, and that no part is lost."""

import json
from collections import Counter

import pytest
from msgspec.structs import replace

from confaudit.core.judge.finding import Effect
from confaudit.core.judge.verdict import NOTHING_READ
from confaudit.core.model import Level
from confaudit.core.report.audited import Audited
from confaudit.core.report.combined import combined
from confaudit.core.report.kinds import ReportKind
from confaudit.core.upgrade.known import Truth
from confaudit.errors import SourceError
from confaudit.present.page import present
from confaudit.render import RenderOptions, render
from confaudit.render.markdown import COMMENT_LIMIT, size
from confaudit.render.saved import load
from tests.golden.sample_reports import FINDINGS, LINT, LINTED, UPGRADE, UPGRADED, part, rule
from tests.tables import every_row

DIES = replace(FINDINGS[1], affects=Truth.YES)
MAY_DIE = replace(FINDINGS[1], affects=Truth.DEPENDS)
CHANGES = replace(FINDINGS[2], affects=Truth.YES)
TO_MEND = replace(FINDINGS[5], rule=rule("option-unknown", Effect.IGNORED), level=Level.WARNING)
UNREAD = "nothing is read"
"""Stands for a part of which nothing was read."""


def joint(report, *parts, **more):
    """A report on several deployments, by what was found in each."""
    return combined(
        [
            part(
                report,
                Audited(f"values-{number}.yaml", ("Helm values",), ("2.33.0",)),
                *(one for one in found if one is not UNREAD),
                nothing_read=UNREAD in found,
                **more,
            )
            for number, found in enumerate(parts)
        ]
    )


@every_row(
    ("parts", "of_files", "of_upgrade"),
    [
        (([DIES], [MAY_DIE], []), "1 of 3 deployments will not start, 1 may not start", None),
        (([MAY_DIE], [MAY_DIE], [TO_MEND]), "2 of 3 deployments may not start", None),
        (([DIES], [UNREAD]), f"1 of 2 deployments will not start, {NOTHING_READ} for 1", None),
        (([DIES, UNREAD], []), "1 of 2 deployments will not start", None),
        (([UNREAD], [MAY_DIE, UNREAD]), f"{NOTHING_READ} for 2 of 2 deployments", None),
        (([], []), "2 deployments: nothing to mend", "2 deployments: safe"),
        (([TO_MEND], [TO_MEND]), "2 deployments: 2 things to mend", "2 deployments: safe"),
        (
            ([UNREAD], [], []),
            f"{NOTHING_READ} for 1 of 3 deployments, the others: nothing to mend",
            f"{NOTHING_READ} for 1 of 3 deployments, the others: safe",
        ),
        (
            ([CHANGES], [CHANGES], []),
            "3 deployments: 2 things to mend",
            "3 deployments start, 2 behaviours change",
        ),
    ],
)
def test_the_worst_is_said_first_and_nothing_that_does_not_hold_for_all(
    parts, of_files, of_upgrade
):
    assert joint(LINT, *parts).statement == of_files
    assert joint(UPGRADE, *parts).statement == (of_upgrade or of_files)


def test_with_a_release_that_is_not_known_an_open_question_is_not_safe():
    open_end = replace(TO_MEND, affects=Truth.DEPENDS)
    assert joint(UPGRADE, [open_end], []).statement == "2 deployments: safe"
    known = joint(UPGRADE, [open_end], [], as_far_as=("2.36.0",))
    assert known.verdict == "2 deployments start, as far as 2.36.0 is known"


@pytest.mark.parametrize("report", [LINTED, UPGRADED], ids=lambda report: report.kind)
def test_what_was_found_is_the_sum_of_the_parts(report):
    found = [one for each in report.parts for one in each.judged.found]
    whole = Counter(one.fingerprint for one in report.judged.found)
    assert whole == Counter(one.fingerprint for one in found)
    assert report.hidden == sum(each.hidden for each in report.parts)
    assert {one.deployment for one in found} <= {each.deployment for each in report.parts}


def test_what_every_part_says_is_told_once():
    whole = present(LINTED, 100)
    told = [*whole.notes, *(note for page in whole.parts for note in page.notes)]
    assert len(told) == len(set(told))
    assert {note for each in LINTED.parts for note in each.notes} <= set(told)


def test_one_deployment_is_no_combination():
    with pytest.raises(ValueError, match="two"):
        combined(LINTED.parts[:1])
    with pytest.raises(ValueError, match="two"):
        combined([LINTED, LINTED])


def test_every_link_leads_to_one_place():
    whole = present(UPGRADED, 100)
    pages = (whole, *whole.parts)
    anchors = [one.anchor for page in pages for one in (*page.groups, *page.tables)]
    anchors += [row.anchor for group in whole.all_groups for row in group.rows]
    anchors += [page.anchor for page in whole.parts]
    assert len(anchors) == len(set(anchors))
    assert whole.tables[0].links == tuple(page.anchor for page in whole.parts)


@pytest.mark.parametrize("format_name", ["text", "md", "html"])
def test_every_deployment_has_its_name_and_verdict_in_every_format(format_name):
    text = render(LINTED, format_name, RenderOptions(width=200))
    for each in LINTED.parts:
        assert text.count(each.deployment) >= 2
        assert each.headline.split(",")[0] in text.replace("&#39;", "'")


def test_programs_get_each_deployment_with_what_was_found_there():
    document = json.loads(render(LINTED, "json", RenderOptions()))
    by_name = {one["name"]: one for one in document["deployments"]}
    assert list(by_name) == [each.deployment for each in LINTED.parts]
    for name, each in by_name.items():
        own = [one["fingerprint"] for one in document["findings"] if one["deployment"] == name]
        assert each["findings"] == own
    assert by_name["argo/application.yaml"]["nothing_read"]
    assert by_name["argo/application.yaml"]["summary"]["by_level"]["error"] == 0


def test_one_deployment_is_named_in_json_and_comes_back():
    one = LINTED.parts[0]
    document = render(one, "json", RenderOptions())
    assert json.loads(document)["deployment"] == {
        "name": "prod/values.yaml",
        "forms": ["Helm values"],
        "releases": ["2.33.0"],
    }
    assert load(document.encode()).audited == one.audited


@every_row(
    "damage",
    [
        lambda document: document["deployments"][0]["findings"].pop(),
        lambda document: document["deployments"][1]["findings"].append("0123456789ab"),
        lambda document: document["deployments"][1].update(document["deployments"][0]),
        lambda document: document["deployments"].pop(0),
        lambda document: document["deployments"][1]["suppressed"].clear(),
        lambda document: document["deployments"][1].update(name="prod/values.yaml"),
        lambda document: document["findings"].append(document["findings"][0]),
    ],
)
def test_a_saved_report_whose_parts_do_not_add_up_is_damaged(damage):
    document = json.loads(render(LINTED, "json", RenderOptions()))
    damage(document)
    with pytest.raises(SourceError, match="damaged"):
        load(json.dumps(document).encode())


def test_a_comment_holds_what_it_can_of_very_many_deployments():
    names = [Audited(f"clusters/{number}/values.yaml", (), ("2.33.0",)) for number in range(150)]
    many = combined([part(LINT, name, *FINDINGS[-3:], notes=(name.name,)) for name in names])
    text = render(many, "md", RenderOptions())
    longest_key = len(f":{'k' * 64}")
    assert COMMENT_LIMIT // 2 < size(text) <= COMMENT_LIMIT - longest_key
    assert "This report is cut" in text
    assert "`clusters/0/values.yaml`" in text
    assert all("clusters/149/" in render(many, name, RenderOptions()) for name in ("text", "json"))


def test_a_review_of_several_says_what_comes_goes_and_runs_another_release():
    names = ("new", "gone", "bumped", "same")
    found = ("newly set up, 1 thing to mend", "no longer set up", "2.33.0 → 2.34.0: safe", "")
    review = replace(LINT, kind=ReportKind.REVIEW)
    releases = {"bumped": ("2.33.0", "2.34.0")}
    parts = [
        part(review, Audited(name, (), releases.get(name, ("2.33.0",))), statement=one)
        for name, one in zip(names, found, strict=True)
    ]
    said = "1 newly set up, 1 no longer set up, 1 goes to another release"
    assert combined(parts).statement == f"4 deployments: {said}"
    assert combined(parts[2:]).statement == "2 deployments: 1 goes to another release"
    assert combined([parts[3], replace(parts[3], audited=Audited("x"))]).statement == (
        "2 deployments: no setting changes"
    )
