"""What `upgrade` and `lint` share: from inputs to findings, redacted on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from confaudit.core.audit import audit
from confaudit.core.findings import Finding
from confaudit.core.migrate import Migration, migrate
from confaudit.core.model import Snapshot
from confaudit.core.predict import predict
from confaudit.core.redact import redact_inputs
from confaudit.core.releases import Release
from confaudit.core.rules import LEGACY_PREFIX, OPTION_RENAMED
from confaudit.core.selection import Selection
from confaudit.core.situation import Situation
from confaudit.operator_files import with_chart
from confaudit.workflows.inputs import Opened
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.advisories import Advisory


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be audited; `lint` has one release for both."""

    source: Release
    """Under the version asked for, with the facts of the nearest release."""
    target: Release
    snapshot: Snapshot | None
    opened: Opened

    @property
    def migration(self) -> Migration:
        """The files with the names that the target calls current."""
        texts = {file.name: file.text for file in self.opened.files}
        return migrate(self.opened.inputs, texts, self.source, self.target)


def situate(setup: Setup, case: Case) -> Situation:
    """What rules may look at: the prediction knows the values, everybody else what is public."""
    source, target, snapshot = case.source, case.target, case.snapshot
    inputs = case.opened.inputs
    running = predict(snapshot, source, source, with_chart(inputs, source.version))
    same = source.version == target.version
    return Situation(
        snapshot=snapshot,
        inputs=redact_inputs(inputs, (*source.options.values(), *target.options.values())),
        prediction=running
        if same
        else predict(snapshot, source, target, with_chart(inputs, target.version)),
        running=running,
        source=source,
        target=target,
        catalog=setup.catalog(),
    )


def findings(setup: Setup, case: Case, situation: Situation) -> tuple[Finding, ...]:
    """Everything there is to say, with a ready change where a name can be rewritten.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
    """
    found = audit(situation, advisories(setup))
    return tuple(_with_patches(found, case)) if case.opened.files else found


_REWRITTEN: Final = frozenset({OPTION_RENAMED.id, LEGACY_PREFIX.id})


def _with_patches(found: Sequence[Finding], case: Case) -> Iterator[Finding]:
    rewrites = case.migration.patches
    for finding in found:
        mine = [one.patch for one in rewrites if one.given.position in finding.positions]
        renames = finding.rule.id in _REWRITTEN
        yield replace(finding, patches=tuple(mine)) if renames and mine else finding


def advisories(setup: Setup) -> "Sequence[Advisory]":
    """The advisories that come with confaudit, and the operator's own beside confaudit.yaml.

    Raises:
        CatalogError: one cannot be read.
    """
    from confaudit.catalog.advisories import USER_FILE, load

    own = setup.loaded.folder / USER_FILE
    return load([own] if own.is_file() else [], setup.catalog())


def select(found: Sequence[Finding], selection: Selection) -> tuple[Finding, ...]:
    """The findings to show, by any name of what they are about or of their rule."""
    return tuple(one for one in found if selection.matches(_names(one)))


def _names(finding: Finding) -> tuple[str, ...]:
    spec = finding.spec
    declared = (spec.flag, spec.env, spec.yaml_path) if spec else ()
    return tuple(filter(None, (finding.subject, finding.rule.id, *declared)))
