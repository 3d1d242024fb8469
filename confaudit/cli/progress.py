"""A progress display for several deployments on a terminal; nothing in cron."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from confaudit.workflows.snapshot import Outcome


@contextmanager
def progress(total: int) -> Iterator[Callable[[Outcome], None]]:
    """Yield what to call with each outcome."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from confaudit.render.progress import bar

    with bar(total) as advance:
        yield lambda outcome: advance(f"{outcome.deployment}: {outcome.status}")
