"""What an audit comes to, in a few words."""

from collections.abc import Iterable

from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.model import Level
from confaudit.core.text.wording import plural
from confaudit.core.upgrade.known import Truth


def verdict(findings: Iterable[Finding], *, is_known: bool = True) -> str:
    """What it comes to, in a few words: `will not start`, `starts, 3 behaviours change`, `safe`.

    Of releases that are not all known (`is_known`) nothing is called safe that leaves a question
    open, though none about the start or a behaviour.
    """
    found = [finding for finding in findings if finding.affects is not Truth.NO]
    fatal = [one.affects for one in found if _is_fatal(one)]
    if Truth.YES in fatal:
        return "will not start"
    changed = [one for one in found if one.rule.effect is Effect.BEHAVIOUR]
    sure = sum(one.affects is Truth.YES for one in changed)
    parts = ["may not start" if fatal else "starts"]
    if sure:
        parts.append(f"{plural(sure, 'behaviour')} {'changes' if sure == 1 else 'change'}")
    if maybe := len(changed) - sure:
        parts.append(f"{maybe} {'more may' if sure else 'may'} change")
    is_open = not is_known and any(
        one.affects is Truth.DEPENDS and one.severity > Level.INFO for one in found
    )
    return ", ".join(parts) if fatal or changed or is_open else "safe"


def _is_fatal(finding: Finding) -> bool:
    """Whether it is about the start, and more than a word on what must be there beside it."""
    return finding.rule.effect is Effect.WILL_NOT_START and finding.severity > Level.INFO
