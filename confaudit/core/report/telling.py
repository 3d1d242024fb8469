"""Whether what a snapshot brought is worth telling to those who asked to be told."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from confaudit.core.judge.finding import Finding
from confaudit.core.model import Cause, Level
from confaudit.core.report.report import Report
from confaudit.core.text.globs import fits_any


class Wish(Struct, frozen=True):
    """What somebody asked to be told."""

    deployments: Sequence[str] = ()
    """Globs over their names; of all where there is none."""
    level: Level = Level.INFO
    """The lowest that counts."""
    causes: Collection[Cause] = ()
    """Whose doing counts; anybody's where there is none."""

    def is_about(self, deployment: str) -> bool:
        """Whether it is about a deployment."""
        return not self.deployments or fits_any(deployment, self.deployments)

    def is_met(self, report: Report) -> bool:
        """Whether a report on what a commit brought holds something of it.

        Of what is no comparison, as of a first snapshot, nothing is judged: it has neither level
        nor cause.
        """
        if not self.is_about(report.deployment):
            return False
        if not report.sides:
            return self.level is Level.INFO and not self.causes
        return any(map(self._counts, report.judged.shown))

    def _counts(self, finding: Finding) -> bool:
        is_theirs = finding.change is not None and finding.change.cause in self.causes
        return finding.severity >= self.level and (is_theirs or not self.causes)
