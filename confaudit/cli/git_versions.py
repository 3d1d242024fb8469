"""How the difference between two versions of a file is printed for git."""

from collections.abc import Sequence

from confaudit.cli.parameters import wants_color
from confaudit.cli.setup import read_setup
from confaudit.core.report.report import Report
from confaudit.render import RenderOptions, render
from confaudit.workflows.git_lines import read_version
from confaudit.workflows.git_views import TwoVersions, difference


def differing_lines(before: str, after: str, path: str, earlier_path: str = "") -> Sequence[str]:
    """The lines for two files that git has made of two versions of one.

    Raises:
        ConfauditError: one of them cannot be read or understood.
    """
    old, new = read_version(before, earlier_path or path), read_version(after, path)
    shown = difference(read_setup(), TwoVersions(path, old, new, earlier_path))
    if isinstance(shown, Report):
        return render(shown, "text", RenderOptions(color=wants_color("auto"))).splitlines()
    return shown
