"""What came of the tests that stand beside rules, and the exit code that it leads to."""

import click

from confaudit.core.text.wording import plural
from confaudit.errors import ExitCode
from confaudit.workflows.examples import Tried


def tell(tried: Tried) -> ExitCode:
    """Print what failed, what has no test, and the count."""
    for text in tried.failures:
        click.echo(text)
    for name in tried.without:
        click.echo(f"{name} has no tests.")
    click.echo(f"{plural(tried.count, 'test')}, {len(tried.failures)} failed.")
    return ExitCode.FOUND if tried.failures else ExitCode.OK
