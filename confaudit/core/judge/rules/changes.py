"""Rules on changes: a difference that somebody should judge becomes a finding like every other.

The rule follows from the cause; the level from what the change does to the deployment.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from confaudit.core.changes.attribution import CAUSE_ORDER
from confaudit.core.changes.diff import position
from confaudit.core.judge.finding import Effect, Finding, Rule
from confaudit.core.model import EXPLICIT, Cause, Change, ChangeKind, Level, Subject
from confaudit.core.text.wording import exact, visible

OPERATOR_CHANGE: Final = Rule(
    id="operator-change",
    title="Setting that the operator changed",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why="A value or its source changed, and no release explains it; no audit log of Coder has it.",
    fix="Check that the change was meant, and that somebody approved it.",
)
EFFECTIVE_CHANGE: Final = Rule(
    id="effective-change",
    title="Setting that files change",
    effect=Effect.BEHAVIOUR,
    level=Level.INFO,
    why="The files of both revisions, held against one release, come to different values.",
    fix="Check that the change was meant: the server has it from its next start on.",
)
FILE_BROKEN: Final = Rule(
    id="file-broken",
    title="File that cannot be read any more",
    effect=Effect.ADVICE,
    level=Level.ERROR,
    why="It set up a server before the change; now its tool is likely to refuse it as well.",
    fix="Mend it, and see with `confaudit lint` that it is read.",
)
DEPLOYMENT_GONE: Final = Rule(
    id="deployment-gone",
    title="Deployment that is no longer set up, or seen",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why="What it was set up by, or its snapshot, is gone with the change.",
    fix="Check that it is to go; what has moved out of the repository is not looked at here.",
)
RELEASE_CHANGE: Final = Rule(
    id="release-change",
    title="Change that the release brought",
    effect=Effect.BEHAVIOUR,
    level=Level.INFO,
    why="The release added, removed, renamed or deprecated it, or moved its default, type or path.",
    fix="Where a value in effect differs, decide whether to keep the old one by setting it.",
)
CONTROL_RESTORED: Final = Rule(
    id="control-restored",
    title="Control of the hardening pack that holds again",
    effect=Effect.INFO,
    level=Level.INFO,
    why="A change closed what was open before it.",
    fix="Nothing is to be done.",
)
COMPUTED_CHANGE: Final = Rule(
    id="computed-change",
    title="Value that follows from something else, or differs in order only",
    effect=Effect.INFO,
    level=Level.INFO,
    why="It follows from the version, the host or another setting, or its order means nothing.",
    fix="Nothing is to be done where what it follows from was meant.",
)
UNEXPLAINED_CHANGE: Final = Rule(
    id="unexplained-change",
    title="Change whose cause cannot be told",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why="What both sides tell does not decide between the operator and the release.",
    fix="Look at the files that set the server up; the evidence says what is missing.",
)
DECLARATION_CHANGE: Final = Rule(
    id="declaration-change",
    title="Option that two releases declare differently",
    effect=Effect.INFO,
    level=Level.INFO,
    why="Releases are compared, not deployments: nobody is affected who does not set the option.",
    fix="Audit an upgrade of your own configuration to see what of it concerns you.",
)
NOT_AS_PREDICTED: Final = Rule(
    id="not-as-predicted",
    title="Setting that is not as the upgrade was predicted to leave it",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why="Nobody is known to have changed it, and the release is not known to do this.",
    fix="Find out what set it: files that were not given, or something confaudit does not know.",
)

CHANGE_RULES: Final[Mapping[str, Rule]] = {
    rule.id: rule
    for rule in (
        OPERATOR_CHANGE,
        EFFECTIVE_CHANGE,
        FILE_BROKEN,
        DEPLOYMENT_GONE,
        RELEASE_CHANGE,
        COMPUTED_CHANGE,
        UNEXPLAINED_CHANGE,
        DECLARATION_CHANGE,
        NOT_AS_PREDICTED,
    )
}
"""Every rule on changes by id."""

_BY_CAUSE: Final[Mapping[Cause | None, Rule]] = {
    Cause.OPERATOR: OPERATOR_CHANGE,
    Cause.RELEASE: RELEASE_CHANGE,
    Cause.COMPUTED: COMPUTED_CHANGE,
    Cause.UNKNOWN: UNEXPLAINED_CHANGE,
    None: DECLARATION_CHANGE,
}


def gone(deployment: str, outcome: str) -> Finding:
    """That a deployment goes with a change; `outcome` says how, to follow its name and "is"."""
    return Finding(DEPLOYMENT_GONE, f"{visible(deployment)} is {outcome}.", visible(deployment))


def change_rule(cause: Cause | None) -> Rule:
    """The rule on changes of this cause; None is that of releases compared with each other."""
    return _BY_CAUSE[cause]


def change_findings(changes: Iterable[Change]) -> Iterator[Finding]:
    """A finding for each change whose cause was asked for, or of a comparison of releases."""
    return (change_finding(one, change_rule(one.cause), change_level(one)) for one in changes)


def unpredicted(changes: Iterable[Change]) -> Iterator[Finding]:
    """A finding for each difference from a prediction that nobody can explain."""
    return (change_finding(one, NOT_AS_PREDICTED, NOT_AS_PREDICTED.level) for one in changes)


def refuted(changes: Iterable[Change]) -> Iterator[Finding]:
    """The same for what the target itself told before the upgrade: a finding of the audit."""
    for change in changes:
        finding = change_finding(change, NOT_AS_PREDICTED, NOT_AS_PREDICTED.level)
        yield replace(
            finding,
            message=f"{change.evidence[:1].upper()}{change.evidence[1:]}.",
            subject=change.key,
            steps=(_ASK_AGAIN, NOT_AS_PREDICTED.fix),
            change=None,
        )


_ASK_AGAIN: Final = (
    "Make sure that the target was asked with all that the server gets: environment, flags, YAML."
)


def change_finding(change: Change, rule: Rule, level: Level) -> Finding:
    """A change under a rule."""
    return Finding(
        rule=rule,
        message=change.evidence,
        subject=f"{change.subject}:{change.key}",
        level=level,
        spec=change.spec,
        before=change.before,
        after=change.after,
        change=change,
    )


def change_level(change: Change) -> Level:
    """How much a change matters: what is in effect, by whoever's doing, more than what is declared.

    What follows from something else is worth a glance; so is what a release adds or declares.
    """
    differs = exact(change.before) != exact(change.after) and not change.is_reordered
    effective = change.kind in _VALUE_KINDS and differs
    lost = change.kind is ChangeKind.REMOVED and change.source_before in EXPLICIT
    if change.cause is not Cause.OPERATOR and not (effective or lost):
        return Level.INFO
    is_quiet = change.cause in (Cause.COMPUTED, None) or _is_release_fact(change)
    return Level.INFO if is_quiet else Level.WARNING


_VALUE_KINDS: Final = (ChangeKind.CHANGED, ChangeKind.RENAMED)


def _is_release_fact(change: Change) -> bool:
    """What the server says of its own build is the upgrade itself."""
    return change.subject is Subject.SERVER and change.cause is Cause.RELEASE


def change_order(change: Change, level: Level) -> tuple[int | str, ...]:
    """Where a change is to be listed among others."""
    return (CAUSE_ORDER.index(change.cause), -level, *position(change))
