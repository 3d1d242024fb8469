"""Read a saved JSON report back, to show it in another format."""

import sys
from collections.abc import Callable
from pathlib import Path

from confaudit.core.report.report import Report
from confaudit.sources.input import STDIN, read_file, visible


def saved_report(path: str, stdin: Callable[[], bytes] = lambda: sys.stdin.buffer.read()) -> Report:
    """The report that a JSON file tells of; `-` is standard input.

    Raises:
        SourceError: it cannot be read, or is no report of this program, or of a newer one.
    """
    from confaudit.render.saved import load

    return load(stdin() if path == STDIN else read_file(Path(path), visible(path)))
