"""What a headline counts, and what the cards of a page count of the same."""

import re
from collections import Counter

from confaudit.core.judge.finding import Origin
from confaudit.core.report.report import Report
from confaudit.present.entries import Entry
from confaudit.present.page import present

_OTHERS = {"security", "ignored", "deprecated", "advice", "info"}


def traits(entry: Entry) -> dict[str, str]:
    return {chip.facet: chip.value for chip in entry.chips}


def carded(report: Report) -> Counter[str]:
    """What a headline counts, from the labels by which the cards of a page count."""
    groups = present(report, 100).all_groups
    found = Counter[str]()
    for entry in (row for group in groups for row in group.rows if not group.are_changes):
        told = traits(entry)
        is_old, effect = told.get("origin") == Origin.TODAY, told.get("effect", "info")
        found["already"] += is_old
        if told["affects"] == "no" or is_old:
            continue
        found["behaviours"] += effect == "behaviour"
        found["others"] += effect in _OTHERS and told["level"] != "info"
    return +found


_NUMBERS = {
    "behaviours": r"(\d+) (?:behaviours?|more) (?:may )?change",
    "others": r"(\d+) other things? to act on",
    "already": r"(\d+) (?:things? to act on|more)(?: \(\d+ errors?\))? (?:is|are) so already today",
}


def headlined(report: Report) -> Counter[str]:
    found = {
        name: sum(map(int, re.findall(pattern, report.headline)))
        for name, pattern in _NUMBERS.items()
    }
    return +Counter(found)
