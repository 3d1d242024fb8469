"""confaudit catalog import."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from confaudit.cli.arguments import INPUT
from confaudit.cli.commands import Command, Section
from confaudit.cli.parameters import catalog_output, option, setup_options
from confaudit.cli.setup import fold_setup
from confaudit.core.coder.releases import Marks, Version
from confaudit.core.lifecycle.declarations import declared_changes
from confaudit.core.model import ChangeKind
from confaudit.core.text.wording import FIELD_TITLES, plural, visible
from confaudit.workflows.catalog_import import Imported, import_release
from confaudit.workflows.setup import Setup


@click.command("import", cls=Command)
@click.argument("arguments", nargs=-1, required=True, type=INPUT, metavar="[VERSION] INPUT...")
@option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    section=Section.INPUTS,
    help="When the release was published.",
)
@catalog_output(
    "catalog import",
    "Where to write.  [default: coder-releases/VERSION.json beside confaudit.yaml]",
)
@option(
    "--force",
    is_flag=True,
    section=Section.OUTPUT,
    help="Replace what is known of the release.",
)
@setup_options
@fold_setup
def command(
    setup: Setup,
    arguments: tuple[str, ...],
    date: datetime | None,
    output: Path | None,
    force: bool,
) -> None:
    """Learn a release of Coder that confaudit does not know.

    Joins what all inputs tell; what none tells is taken from the nearest release
    that is known. The file holds one release, line by line, to be reviewed and
    committed: every field that was taken so, or guessed, is marked in it. Values
    and secrets never get there. VERSION may be left out when an input tells it.

    \b
    An input is any of, the one believed first on top, or a folder of these:
      codersdk/deployment.go in Coder's source: hidden options and experiments too
      live, live:NAME, URL, a saved API answer, a support bundle: hidden ones too
      docs/reference/cli/server/index.md (or server.md), or text copied from it
      what `coder server --help` prints
      what `coder server --write-config` prints
      docs/reference/api/general.md of the release

    \b
    Examples:
      confaudit catalog import live:staging --date 2026-08-04
      confaudit catalog import 2.38.8 deployment.go
      confaudit catalog import 2.38.8 server.md general.md
    """
    version, inputs = _split(arguments)
    day = date.date().isoformat() if date else ""
    imported = import_release(setup, inputs, version, day, output, force)
    for line in account(imported):
        click.echo(visible(line))
    click.echo(visible(f"{'wrote' if imported.written else 'unchanged:'} {imported.path}"))


def _split(arguments: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A file named like a version is written ./2.36.0."""
    try:
        Version.parse(arguments[0])
    except ValueError:
        return "", arguments
    if len(arguments) == 1:
        raise click.UsageError("Give at least one INPUT to learn the release from.")
    return arguments[0], arguments[1:]


def account(imported: Imported) -> Iterator[str]:
    """What was learnt, and what is doubtful."""
    release = imported.learnt.release
    unsure = f", and {len(release.unsure)} that may be removed or hidden" if release.unsure else ""
    yield f"Coder {release.version}: {plural(len(release.options), 'option')}{unsure}"
    if imported.learnt.has_lost_most:
        yield "  doubtful: most options are gone, as in no release so far; are the inputs whole?"
    for heading, items in _findings(imported).items():
        if items:
            yield f"  {heading}: {', '.join(items)}"


def _findings(imported: Imported) -> dict[str, list[str]]:
    learnt = imported.learnt
    new, old, unsure = learnt.release.options, learnt.base.options, learnt.release.unsure
    date = [] if learnt.release.date else ["when it was published (give --date)"]
    near = learnt.base.version
    return {
        "from": [f"{label} ({kind})" for label, kind in imported.inputs],
        "new": sorted(new.keys() - old.keys()),
        "renamed": [
            f"{one.was} to {one.key}"
            for one in declared_changes(learnt.base, learnt.release)
            if one.kind is ChangeKind.RENAMED
        ],
        "gone": sorted(learnt.gone),
        "removed or hidden, not known": sorted(key for key in unsure if not old[key].hidden),
        f"hidden in {near} already, not known": _number(key for key in unsure if old[key].hidden),
        f"declared differently than in {near}": [
            key for key in sorted(new.keys() & old.keys()) if new[key] != old[key]
        ],
        f"taken from {near}, because no input tells": _by_field(learnt.release.borrowed),
        "guessed": _by_field(learnt.release.guessed),
        "not known": [*_by_field(learnt.release.unknown), *date],
        "experiments that * stands for": sorted(learnt.release.experiments.safe),
        "config leaves that no known option sets": list(learnt.unclaimed),
        "left out, because what shows all options lacks them": list(learnt.foreign),
    }


def _number(keys: Iterable[str]) -> list[str]:
    number = len(list(keys))
    return [plural(number, "option")] if number else []


_FEW: Final = 5
"""Options that are named one by one; of more the number, as they are marked in the file."""


def _by_field(marks: Marks) -> list[str]:
    """Each field, and whose it is."""
    options = {
        title: [key for key, names in marks.items() if field in names]
        for field, title in FIELD_TITLES.items()
    }
    return [
        f"{title} of {' and '.join(keys) if len(keys) <= _FEW else f'{len(keys)} options'}"
        for title, keys in options.items()
        if keys
    ]
