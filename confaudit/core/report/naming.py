"""What findings are about, in names that people know."""

from typing import Final

from confaudit.core.judge.finding import Finding
from confaudit.core.judge.rules import DOWNGRADE, OPTION_ADDED
from confaudit.core.judge.rules.changes import CONTROL_RESTORED
from confaudit.core.text.wording import option_name

_OF_RELEASES: Final = frozenset({DOWNGRADE.id, OPTION_ADDED.id})


def name_of(finding: Finding) -> str:
    """An option as it is typed, else the name of a variable, a key or a file.

    Empty where the subject only tells the finding from others, and its message says it all: of a
    rule on the deployment as a whole that is the rule's own id.
    """
    if finding.spec:
        return option_name(finding.spec.key)
    rule, subject = finding.rule.id, finding.subject
    if rule == CONTROL_RESTORED.id:
        rule, _, subject = subject.partition(":")
    return "" if rule in _OF_RELEASES or subject in (rule, ".") else subject


def name_or_title(finding: Finding) -> str:
    """What a finding is about; of a deployment as a whole what is the matter with it."""
    return name_of(finding) or finding.rule.title or finding.rule.id
