"""Entries to paste into confaudit-exceptions.yaml, one for each finding that counts.

No reason is given away: the file is refused until somebody has filled it in.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from confaudit.core.judge.exception_text import item
from confaudit.core.judge.exceptions import Decision, ExceptionEntry
from confaudit.core.report.report import Report
from confaudit.core.text.wording import plural, visible
from confaudit.render import RenderOptions
from confaudit.render.results import Result, results

_LONGEST: Final = 100
"""Letters of a name that are sure to be a glob of the file's, whatever is to be quoted in it."""
_FILL_IN: Final = '  reason: ""'


def render(report: Report, options: RenderOptions) -> str:
    """The file as a whole, each entry beneath what was found."""
    counting = [one for one in results(report, options) if one.decides]
    if not counting:
        return "# Nothing that was found counts, so there is nothing to except.\n"
    lines = [f"# {plural(len(counting), 'finding')}: fill in each reason, or take the entry out."]
    for decision in (Decision.IGNORE, Decision.ACCEPT):
        found = [one for one in counting if _decision(one) is decision]
        lines += [f"{decision}:", *_entries(found)] if found else []
    return "\n".join((*lines, ""))


def _decision(result: Result) -> Decision:
    """A change, or what has no name to write down, is accepted as it is."""
    finding = result.finding
    names = (finding.rule.id, finding.subject, finding.deployment)
    is_nameable = all(len(name) <= _LONGEST and visible(name) == name for name in names)
    return Decision.IGNORE if is_nameable and not finding.change else Decision.ACCEPT


def _entries(found: Sequence[Result]) -> Iterator[str]:
    for result in found:
        level = result.finding.severity.word
        lines = (*item(_entry(result)), _FILL_IN)
        yield f"  # {level}: {result.sentence} [{result.finding.fingerprint}]"
        yield from (f"  {line}" for line in lines)


def _entry(result: Result) -> ExceptionEntry:
    finding = result.finding
    if _decision(result) is Decision.ACCEPT:
        return ExceptionEntry(Decision.ACCEPT, "", fingerprint=finding.fingerprint)
    return ExceptionEntry(
        Decision.IGNORE,
        "",
        rule=_exactly(finding.rule.id),
        option=_exactly(finding.subject),
        deployment=_exactly(finding.deployment) or "*",
    )


def _exactly(text: str) -> str:
    """The glob that meets a text and no other."""
    return re.sub(r"[*?[]", r"[\g<0>]", text)
