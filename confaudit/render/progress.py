"""A progress display on a terminal; on stderr, so that results stay clean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def bar(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar of `total` steps; yields what to call with a line for each step done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("asking", total=total)
        yield lambda line: display.update(task, advance=1, description=line)
