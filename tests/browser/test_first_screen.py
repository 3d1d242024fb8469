"""An upgrade is decided on what is seen first: the verdict and the whole plan, in every format."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from confaudit.cli.main import run
from confaudit.core.report.report import Report
from confaudit.demo.story import states
from confaudit.render import RenderOptions, render
from confaudit.workflows.convert import saved_report
from tests.browser.conftest import Opener
from tests.browser.test_print import sheets

DATA: Final = os.environ.get("CONFAUDIT_TEST_DATA", "")
LAPTOP: Final = {"width": 1440, "height": 900}
PEEK: Final = 2_000
"""Characters of a comment that are read before its details."""
LIMITS: Final = ("A4", 4), ("Letter", 5)


@pytest.fixture
def audited(clean_folder: Path) -> Callable[[Path], Report]:
    """The report on an upgrade to 2.34.5 of what a file holds."""

    def call(payload: Path) -> Report:
        done = run(["upgrade", str(payload), "--to", "2.34.5", "--exit-zero", "-o", "report.json"])
        assert done == 0
        return saved_report("report.json")

    return call


def is_seen_first(report: Report, open_page: Opener) -> None:
    """Verdict and plan stand on the first screen and in the first words of a comment."""
    plan = open_page(report)
    plan.set_viewport_size(LAPTOP)
    for part in (".verdict", ".plan"):
        box = plan.locator(part).bounding_box()
        assert box
        assert box["y"] + box["height"] <= LAPTOP["height"], part
    first = render(report, "md", RenderOptions())[:PEEK]
    steps = plan.locator(".plan li")
    assert len(re.findall(r"^- \[ \] .*\)$", first, re.M)) == steps.count() > 0
    linked = {link.get_attribute("href") for link in plan.locator(".plan a").all()}
    assert {f"#{one}" for one in re.findall(r"`([0-9a-f]{12})`", first)} >= linked


def test_the_plan_of_the_sample_deployment_is_seen_first(
    clean_folder: Path, audited: Callable[[Path], Report], open_page: Opener
) -> None:
    payload = clean_folder / "payload.json"
    payload.write_text(json.dumps(states()[0].payload))
    is_seen_first(audited(payload), open_page)


@pytest.mark.skipif(not DATA, reason="NOT PROVED on a real upgrade: set CONFAUDIT_TEST_DATA")
def test_the_plan_of_a_real_upgrade_is_seen_first_and_takes_few_sheets(
    audited: Callable[[Path], Report], open_page: Opener
) -> None:
    report = audited(Path(DATA, "coder/payloads/production-2.29.5.json"))
    is_seen_first(report, open_page)
    page = open_page(report, media="print")
    for sheet, most in LIMITS:
        assert len(sheets(page, sheet)) <= most, sheet
