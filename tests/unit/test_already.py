"""What an upgrade brings, apart from what is so already; and the headlines that count both."""

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.given import Position
from confaudit.core.judge.already import with_origin
from confaudit.core.judge.finding import Effect, Finding, Origin
from confaudit.core.judge.verdict import verdict
from confaudit.core.model import MISSING, Level
from confaudit.core.upgrade.known import Truth
from tests.golden.sample_reports import REPORTS, UPGRADE, judged, rule
from tests.tables import every_row
from tests.unit.headlines import carded, headlined

RELEASE = packaged().nearest("2.34.5")
OLD = Finding(
    rule=rule("a-rule", Effect.SECURITY), message="So in 2.33.0.", subject="a", before=1, after=1
)
LINE, ELSEWHERE = (Position("coder.env", 7),), (Position("coder.env", 8),)
RENAMED = RELEASE.options["aibridge-enabled"]


@every_row(
    ("then", "now", "origin"),
    [
        (OLD, replace(OLD, message="So in 2.34.5.", steps=("Other steps.",)), Origin.TODAY),
        (OLD, replace(OLD, deployment="prod"), Origin.TODAY),
        (OLD, replace(OLD, subject="b"), Origin.UPGRADE),
        (OLD, replace(OLD, rule=rule("other-rule", Effect.SECURITY)), Origin.UPGRADE),
        (OLD, replace(OLD, after=2), Origin.UPGRADE),
        (OLD, replace(OLD, after=MISSING), Origin.UPGRADE),
        (OLD, replace(OLD, level=Level.ERROR), Origin.UPGRADE),
        (replace(OLD, level=Level.ERROR), OLD, Origin.TODAY),
        (replace(OLD, affects=Truth.DEPENDS), OLD, Origin.UPGRADE),
        (replace(OLD, affects=Truth.NO), replace(OLD, affects=Truth.DEPENDS), Origin.UPGRADE),
        (OLD, replace(OLD, affects=Truth.DEPENDS), Origin.TODAY),
        (OLD, replace(OLD, affects=Truth.DEPENDS, level=Level.ERROR), Origin.UPGRADE),
        (
            replace(OLD, subject="aibridge-enabled", spec=RENAMED),
            replace(OLD, subject="ai-gateway-enabled"),
            Origin.TODAY,
        ),
        (replace(OLD, positions=LINE), replace(OLD, positions=LINE, subject="b"), Origin.TODAY),
        (replace(OLD, positions=LINE), replace(OLD, positions=ELSEWHERE, subject="b"),
         Origin.UPGRADE),
        (
            replace(OLD, positions=LINE),
            replace(OLD, positions=LINE, subject="b", introduced_in=("2.34.0",)),
            Origin.UPGRADE,
        ),
    ],
)  # fmt: skip
def test_what_is_no_worse_than_it_was_is_so_already(
    then: Finding, now: Finding, origin: Origin
) -> None:
    (found,) = with_origin([now], [then], RELEASE, are_same_files=True)
    assert found == replace(now, origin=origin)


def test_the_same_line_of_other_files_is_another_line() -> None:
    then, now = replace(OLD, positions=LINE), replace(OLD, positions=LINE, subject="b")
    (found,) = with_origin([now], [then], RELEASE, are_same_files=False)
    assert found.origin is Origin.UPGRADE


# --- headlines ----------------------------------------------------------------------------------

FATAL = Finding(rule=rule("x", Effect.WILL_NOT_START, Level.ERROR), message="X.", subject="x")
CHANGES = Finding(rule=rule("y", Effect.BEHAVIOUR), message="Y.", subject="y")
BROKEN = Finding(rule=rule("z", Effect.POLICY), message="Z.", subject="z")
HINT = replace(OLD, level=Level.INFO, subject="hint")


def already(*findings: Finding) -> tuple[Finding, ...]:
    return tuple(replace(one, origin=Origin.TODAY) for one in findings)


def brought(*findings: Finding) -> tuple[Finding, ...]:
    return tuple(replace(one, origin=Origin.UPGRADE) for one in findings)


@every_row(
    ("found", "headline"),
    [
        (brought(CHANGES, OLD), "Starts, 1 behaviour changes, 1 other thing to act on"),
        ((*brought(CHANGES, OLD), *already(replace(OLD, subject="b"))),
         "Starts, 1 behaviour changes, 1 other thing to act on; 1 more is so already today"),
        (already(OLD), "Safe; 1 thing to act on is so already today"),
        (already(OLD, CHANGES, BROKEN), "Safe; 3 things to act on are so already today"),
        (already(HINT), "Safe"),
        (already(replace(OLD, affects=Truth.NO)), "Safe"),
        ((*brought(BROKEN), *already(OLD)),
         "Starts, 1 rule of the house is broken; 1 more is so already today"),
        (brought(FATAL, CHANGES, OLD),
         "Will not start, 1 behaviour changes, 1 other thing to act on"),
        ((*already(FATAL), *brought(OLD)),
         "Will not start, 1 other thing to act on; 1 more (1 error) is so already today"),
        (already(FATAL), "Will not start; 1 thing to act on (1 error) is so already today"),
        (already(replace(OLD, level=Level.ERROR), HINT),
         "Starts; 1 thing to act on (1 error) is so already today"),
        ((OLD,), "Safe, 1 other thing to act on"),
    ],
)  # fmt: skip
def test_a_headline_tells_what_the_upgrade_brings_first(
    found: tuple[Finding, ...], headline: str
) -> None:
    told = replace(UPGRADE, judged=judged(findings=found), statement=verdict(found))
    assert told.headline == headline


def test_where_nothing_was_read_the_headline_still_counts_what_is_to_be_done() -> None:
    found = (*brought(CHANGES, OLD), *already(replace(OLD, subject="b")))
    said = verdict(found, is_read=False)
    blind = replace(UPGRADE, judged=judged(findings=found), statement=said, nothing_read=True)
    assert blind.headline == (
        "Nothing of Coder's settings was read, 2 other things to act on; 1 more is so already today"
    )


UPGRADES = {
    f"{name} {part.deployment}": part
    for name, report in REPORTS.items()
    for part in (report, *report.parts)
    if part.kind.is_upgrade and "hostile" not in name
}


@pytest.mark.parametrize("name", UPGRADES)
def test_a_headline_counts_what_the_cards_count(name: str) -> None:
    assert headlined(UPGRADES[name]) == carded(UPGRADES[name]) != {}
