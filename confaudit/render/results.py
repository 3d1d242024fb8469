"""Everything that was found, row by row: what the formats of continuous integration share."""

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from confaudit.core.judge.finding import Finding, Rule
from confaudit.core.judge.judge import Suppressed
from confaudit.core.report.report import Report
from confaudit.present.sentences import remarks, sentence, suppression
from confaudit.render import RenderOptions
from confaudit.render.places import Place, places


class Result(Struct, frozen=True):
    """A finding or change, where it stands, and what became of it."""

    finding: Finding
    sentence: str
    remarks: tuple[str, ...]
    """What people decided that leaves it counting, in a few words each."""
    places: tuple[Place, ...]
    suppressed: Suppressed | None
    """None where it is listed."""
    decides: bool
    """Whether verdict and exit code go by it."""

    @property
    def message(self) -> str:
        """The sentence, with the remarks on it."""
        return f"{self.sentence} ({'; '.join(self.remarks)})" if self.remarks else self.sentence

    @property
    def why_not(self) -> str:
        """Why it is not listed; empty where it is."""
        return suppression(self.suppressed) if self.suppressed else ""


def results(report: Report, options: RenderOptions) -> tuple[Result, ...]:
    """What is listed, in its order; then what is not."""
    deciding = {finding.fingerprint for finding in report.deciding}
    lapsed = defaultdict(list)
    for one in report.judged.lapsed:
        lapsed[one.fingerprint].append(one)
    return tuple(
        Result(
            finding=finding,
            sentence=sentence(finding),
            remarks=remarks(finding, lapsed[finding.fingerprint]),
            places=places(finding, options.folder),
            suppressed=suppressed,
            decides=finding.fingerprint in deciding,
        )
        for finding, suppressed in _everything(report)
    )


def _everything(report: Report) -> Iterator[tuple[Finding, Suppressed | None]]:
    yield from ((finding, None) for finding in report.judged.shown)
    yield from ((one.finding, one) for one in report.judged.suppressed)


def rules_of(report: Report) -> tuple[Rule, ...]:
    """Every rule that was looked for, and those of old reports that do not tell them."""
    known = {rule.id: rule for rule in report.rules}
    found = {one.rule.id: one.rule for one in report.judged.everything}
    return tuple((known | found | known).values())
