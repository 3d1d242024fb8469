"""One line for each finding, `file:line:col: level rule message`: for editors, grep and logs."""

from collections.abc import Iterator

from confaudit.core.report.report import Report
from confaudit.core.text.wording import inert, listing_some, visible
from confaudit.render import RenderOptions
from confaudit.render.places import NOWHERE, Place
from confaudit.render.results import Result, results


def render(report: Report, options: RenderOptions) -> str:
    """What is listed, what is not, and last the verdict and the result."""
    lines = (line(result, bool(report.parts)) for result in results(report, options))
    ends = map(visible, (report.headline, report.result))
    return "\n".join((*lines, *ends, ""))


def line(result: Result, is_of_several: bool = False) -> str:
    """A finding in one line; its deployment is told where it is `is_of_several`."""
    finding = result.finding
    level = finding.severity.word if result.decides else "ignored"
    where = _where(result.places[0]) if result.places else NOWHERE
    words = (level, visible(finding.rule.id), result.sentence, f"[{finding.fingerprint}]")
    beside = "; ".join(_beside(result, is_of_several))
    return inert(f"{where}: {' '.join(words)}" + (f" ({beside})" if beside else ""))


def _where(place: Place) -> str:
    return ":".join(map(str, filter(None, (place.file, place.line, place.column))))


def _beside(result: Result, is_of_several: bool) -> Iterator[str]:
    deployment = visible(result.finding.deployment)
    if is_of_several and deployment not in ("", *(place.file for place in result.places[:1])):
        yield deployment
    if others := [_where(place) for place in result.places[1:]]:
        yield f"also {listing_some(others, 'place')}"
    yield from result.remarks
    if result.why_not:
        yield result.why_not
