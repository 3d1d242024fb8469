"""The review of one deployment whose files a change touches.

What the change brings is what counts. The files as they were are held against the release that is
to run, which shows what the server will see differently; what was to be said of them under the
release in use was there before.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.changes.selection import Selection
from confaudit.core.coder.releases import Release
from confaudit.core.given import Position
from confaudit.core.judge.already import with_origin
from confaudit.core.judge.audit import audit
from confaudit.core.judge.effective import effective_changes
from confaudit.core.judge.finding import Finding, Origin, Rule, subjects
from confaudit.core.judge.hardening import check
from confaudit.core.judge.judge import Judged, judge
from confaudit.core.judge.rules.changes import (
    CONTROL_RESTORED,
    EFFECTIVE_CHANGE,
    FILE_BROKEN,
    gone,
)
from confaudit.core.judge.turned import turned
from confaudit.core.judge.verdict import NEWLY_SET_UP, NOT_SET_UP, review_verdict
from confaudit.core.lifecycle.lives import Lives, lives
from confaudit.core.model import Fidelity
from confaudit.core.report.audited import Audited
from confaudit.core.report.coverage import anything_read, horizon, resting_on
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report, Side
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.situation import Situation
from confaudit.operator_files import Deployment
from confaudit.store.revisions import Range
from confaudit.workflows.audit import AuditScope, Examined, examine, forms_of, situate
from confaudit.workflows.hardening import NO_FILES
from confaudit.workflows.house import House
from confaudit.workflows.in_use import InUse, before_and_after
from confaudit.workflows.operator_files import blind_spots, files_table
from confaudit.workflows.reviewed_files import Broken, Pair
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import about, as_far_as, release_of

if TYPE_CHECKING:
    from confaudit.core.judge.advisories import Advisory


class Reviewer(Struct, frozen=True):
    """Reviews deployments, all by the same rules."""

    setup: Setup
    range: Range
    known: "Sequence[Advisory]"
    controls: "Sequence[Advisory]"
    house: House
    selection: Selection
    version: str = ""
    """The release in use, where the files do not tell it."""

    def review(self, pair: Pair) -> Report:
        """The report on one deployment."""
        if pair.broken:
            return self._broken(pair)
        if pair.after is None:
            return self._gone(pair)
        return self._changed(_Case.of(self.setup, pair, pair.after, self.version))

    def _changed(self, case: "_Case") -> Report:
        situation = situate(self.setup, case.newer, self.known, self.controls)
        new = examine(situation, case.newer, self._rules(case))
        rules = (*new.rules, *(one.rule for one in self.controls), *_OWN_RULES)
        judged, limits = self._judged(case, new, rules), case.limits(self.setup)
        is_read = anything_read(situation)
        return Report(
            kind=ReportKind.REVIEW,
            title=f"Review of {visible(case.name)}",
            before=_side(case.before, case.source, self.range.base.label),
            after=_side(case.after, case.target, self.range.head.label),
            judged=judged,
            rules=rules,
            as_far_as=limits,
            statement=self._statement(case, judged, is_known=not limits, is_read=is_read),
            nothing_read=not is_read,
            audited=case.newer.about,
            tables=files_table(case.after),
            lives=self._lives(case, judged),
            notes=tuple(self._notes(case, new, judged)),
            generated_at=self.setup.now(),
            tool_version=__version__,
        )

    def _statement(self, case: "_Case", judged: Judged, **known: bool) -> str:
        opening = "" if case.before.files else NEWLY_SET_UP
        return review_verdict(judged.found, case.way, opening=opening, **known)

    def _judged(self, case: "_Case", new: Examined, rules: Iterable[Rule]) -> Judged:
        """What the change brings."""
        checked = check(self.controls, new.situation)
        found = [*new.found]
        older: tuple[Finding, ...] = ()
        if case.before.files:
            old = self._before(case, new.situation)
            older = tuple(audit(old, self._rules(case)))
            found += turned(check(self.controls, old), checked)
            found += self._effective(case, old, new.situation)
        else:
            found += checked.findings
        told = with_origin(found, older, case.target, are_same_files=case.is_bump)
        return judge(
            case.newer.placed(found, new.situation),
            case.name,
            self.selection,
            self.house.rulings.about(case.target.version),
            older={
                replace(one, deployment=case.name).fingerprint
                for one in told
                if one.origin is Origin.TODAY
            },
            rules=[one.id for one in rules],
        )

    def _before(self, case: "_Case", newer: Situation) -> Situation:
        """The files as they were, under the release in use."""
        if case.is_bump:  # most changes are nothing else
            return newer.staying
        return situate(self.setup, case.older, self.known, self.controls)

    def _rules(self, case: "_Case") -> "Sequence[Advisory]":
        """What is asked of a deployment, the rules of the house among it."""
        return (*self.known, *self.house.policy.advisories(case.name))

    def _effective(self, case: "_Case", old: Situation, new: Situation) -> Iterator[Finding]:
        """What the server will see differently, and not because of the upgrade."""
        if not case.is_bump:
            stayed = situate(self.setup, case.stayed, self.known) if case.way else old
            yield from effective_changes(stayed, new)

    def _lives(self, case: "_Case", judged: Judged) -> Lives | None:
        keys, catalog = subjects(judged.shown), self.setup.catalog()
        return lives(keys, catalog, case.source.version, case.target.version)

    def _notes(self, case: "_Case", new: Examined, judged: Judged) -> Iterator[str]:
        catalog = self.setup.catalog()
        yield from case.basis
        yield from dict.fromkeys((*about(case.source, catalog), *about(case.target, catalog)))
        yield from resting_on(new.situation, judged.found)
        yield from blind_spots(case.after.operator)
        yield horizon(catalog)

    def _broken(self, pair: Pair) -> Report:
        """The report on a deployment of which the change broke a file: on nothing but that."""
        return self._without_settings(pair, [_broken_file(one) for one in pair.broken])

    def _gone(self, pair: Pair) -> Report:
        """The report on a deployment that is set up no longer."""
        return self._without_settings(pair, [gone(pair.name, NOT_SET_UP)], NOT_SET_UP)

    def _without_settings(
        self, pair: Pair, found: Sequence[Finding], statement: str = ""
    ) -> Report:
        """The report on a deployment of which one rule alone has something to say."""
        opened, rule = pair.before or NO_FILES, found[0].rule
        judged = judge(found, pair.name, self.selection, self.house.rulings, rules=[rule.id])
        outcome = review_verdict(judged.found, "", is_known=True, is_read=True)
        return Report(
            kind=ReportKind.REVIEW,
            title=f"Review of {visible(pair.name)}",
            judged=judged,
            rules=(rule,),
            statement=statement or outcome,
            audited=Audited(pair.name, forms_of(opened)),
            tables=files_table(opened),
            generated_at=self.setup.now(),
            tool_version=__version__,
        )


class _Case(Struct, frozen=True):
    """A deployment that is set up after the change, and how it is looked at."""

    name: str
    before: Deployment
    after: Deployment
    now: InUse
    """The release that it runs before the change."""
    then: InUse
    source: Release
    target: Release

    @classmethod
    def of(cls, setup: Setup, pair: Pair, after: Deployment, version: str) -> "_Case":
        """Find out which releases it runs before and after the change."""
        catalog = setup.catalog()
        before = pair.before or NO_FILES
        now, then = before_and_after(version, pair.before or after, after, catalog)
        releases = (release_of(one.version, catalog) for one in (now, then))
        return cls(pair.name, before, after, now, then, *releases)

    @property
    def way(self) -> str:
        """The upgrade that is part of the change, empty without one."""
        source, target = self.source.version, self.target.version
        return "" if source == target else f"{visible(source)} → {visible(target)}"

    @property
    def is_bump(self) -> bool:
        """Whether the release is all that differs."""
        now, then = self.before.operator, self.after.operator
        return now == replace(then, version=now.version, version_hint=now.version_hint)

    @property
    def newer(self) -> AuditScope:
        """What the change leaves, on its way from one release to the other."""
        return AuditScope(self.source, self.target, None, self.after, told_by=self.then.told_by)

    @property
    def older(self) -> AuditScope:
        """What was there before, under the release in use."""
        return AuditScope(self.source, self.source, None, self.before)

    @property
    def stayed(self) -> AuditScope:
        """What was there before, if the upgrade were all."""
        return AuditScope(self.source, self.target, None, self.before)

    @property
    def basis(self) -> Iterator[str]:
        """How the releases are known, where files do not tell them."""
        yield from dict.fromkeys((*self.now.basis("--version"), *self.then.basis("--version")))

    def limits(self, setup: Setup) -> tuple[str, ...]:
        """See `Report.as_far_as`."""
        asked = ((self.now.version, self.source), (self.then.version, self.target))
        return as_far_as(setup.catalog(), *asked)


_OWN_RULES: Final = (EFFECTIVE_CHANGE, FILE_BROKEN, CONTROL_RESTORED)
"""What a review looks for beside the rules of an audit."""


def _broken_file(broken: Broken) -> Finding:
    return Finding(
        rule=FILE_BROKEN,
        message=f"{broken.why}.",
        subject=broken.file,
        positions=(Position(broken.file, broken.line),),
    )


def _side(opened: Deployment, release: Release, label: str) -> Side | None:
    """The files at one revision."""
    if not opened.files:
        return None
    return Side(
        label=label,
        deployment="",
        version=release.version,
        taken_at=None,
        fidelity=Fidelity.FULL,
        commit="",
        options=len(opened.operator.given),
        leaves=0,
    )
