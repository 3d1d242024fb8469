"""confaudit init."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from confaudit.cli.commands import Command
from confaudit.cli.parameters import repo_option, url_option
from confaudit.cli.setup import user_folder
from confaudit.workflows.clock import Clock
from confaudit.workflows.init import Made, Newcomer, init


@click.command("init", cls=Command)
@click.argument("name", required=False, default="")
@url_option(default="")
@repo_option("this folder", default=Path())
def command(name: str, url: str, repo: Path) -> None:
    """Set up a repository of snapshots, or add a deployment to it.

    Makes the folder a git repository if it is none, and writes a commented
    confaudit.yaml, files of decisions to fill in with their schemas, and a
    .gitattributes. Files that exist are kept; a confaudit.yaml gets the lines of
    the deployment. What was written is committed, and nothing else.

    \b
    Examples:
      confaudit init prod --url https://coder.example.com
      confaudit init staging --url https://coder.staging.example.com
    """
    made = init(repo, name, url if name else "", Clock.of(os.environ), user_folder())
    if name and not made.added:
        click.echo(f"{name} is set up already")
    for line in (*_told(made), *_undone(made), *_next(made, repo)):
        click.echo(line)


def _told(made: Made) -> Iterator[str]:
    """What was done."""
    for file in made.written:
        yield f"wrote {_shown(file)}"
    if made.added and made.configuration in made.kept:
        yield f"added {made.added.name} to {_shown(made.configuration)}"
    if kept := [_shown(file) for file in made.kept if not made.added or file != made.configuration]:
        yield f"kept {', '.join(kept)}"
    if made.commit:
        yield f"committed what is new [{made.commit[:10]}]"


def _undone(made: Made) -> Iterator[str]:
    """What is left to do about trust and git."""
    for what, trouble in (("trusted", made.distrust), ("committed", made.trouble)):
        if trouble:
            yield f"not {what}: {trouble.message}; {trouble.hint}"
    if made.left:
        if not made.trouble:
            yield "not committed, as it was changed before:"
        files = shlex.join(_shown(file) for file in made.left)
        yield f"  git add {files} && git commit   # so that a clone has it"


def _shown(file: Path) -> str:
    """As it is named from here."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def _next(made: Made, repo: Path) -> Iterator[str]:
    """How to get to a snapshot."""
    where = "" if repo == Path() else f" --repo {shlex.quote(str(repo))}"
    yield ""
    if made.added:
        name = f" {made.added.name}" if made.configuration in made.kept else ""
        yield from _steps(made.added, made.configuration.name, f"{name} -v{where}")
    else:
        yield "Next:"
        yield f"  confaudit init NAME --url URL{where}   # add a deployment"
        yield f"  confaudit snapshot -v{where}           # record those that are there"
    yield "Treat the repository as confidential: it describes your deployment."


def _steps(added: Newcomer, file: str, what: str) -> Iterator[str]:
    yield "Next, with a token of a user who has the Auditor role (`coder tokens create`):"
    yield f"  export {added.token_env}=…   # or token_file or token_command in {file}"
    if added.is_encrypted:
        yield f"  confaudit snapshot{what}"
    else:
        yield f"  confaudit snapshot{what} --allow-http   # everybody on the way sees the token"
