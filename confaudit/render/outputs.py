"""What a step of a pipeline hands on: a name and a value a line, as GITHUB_OUTPUT wants them."""

from confaudit.core.judge.finding import Origin
from confaudit.core.report.exits import exit_code
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.render import RenderOptions


def render(report: Report, options: RenderOptions) -> str:
    """No value can hold a line end, so that none adds a line or begins a block."""
    judged = report.judged
    values = {
        "verdict": visible(report.headline),
        "exit_code": exit_code(report, options.threshold).value,
        **{f"{level.word}_count": number for level, number in report.levels.items()},
        "today_count": report.origins.get(Origin.TODAY, 0),
        "hidden_count": report.hidden,
        "excused_count": len(judged.excused),
        "older_count": len(judged.older),
        "expired_count": len({one.entry for one in judged.lapsed}),
        "idle_count": len(judged.unmatched),
        "fingerprints": " ".join(one.fingerprint for one in judged.everything),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())
