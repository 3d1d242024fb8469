"""confaudit demo."""

import shutil
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

import click

from confaudit.cli.commands import Command, Section
from confaudit.cli.parameters import option, wants_color
from confaudit.cli.streams import say
from confaudit.errors import ConfigError, ExitCode
from confaudit.render import RenderOptions, render

if TYPE_CHECKING:
    from confaudit.workflows.demo import Scene

FOLDER: Final = Path("confaudit-demo")
PORT: Final = 7390


@click.command("demo", cls=Command)
@option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    command="demo",
    section=Section.OUTPUT,
    help=f"New, for repository and report.  [default: {FOLDER}]",
)
@option("--serve", is_flag=True, help="Serve the look-alike, to try all by hand.")
@option("--port", type=click.IntRange(0, 65535), metavar="PORT", help=f"Where  [{PORT}].")
def command(output: Path | None, serve: bool, port: int | None) -> int:
    """Show the main job on embedded data, in a few seconds.

    Starts a look-alike of Coder's API on the loopback interface, snapshots it
    three times over HTTP as the deployment evolves (an operator changes
    settings, then an upgrade), shows what changed, what an audit would have said
    before the upgrade and what is wrong in a file, and writes pages of it.

    With --serve the look-alike waits for you instead, until Ctrl-C, and tells
    each reading of it the next part of the same story.

    \b
    Examples:
      confaudit demo
      confaudit demo --serve
    """
    if serve:
        if output:
            raise ConfigError("--serve writes nothing", "leave --output out")
        return _serve(PORT if port is None else port)
    if port is not None:
        raise ConfigError("--port is that of the look-alike to try by hand", "add --serve")
    return _tell(output or FOLDER)


def _tell(output: Path) -> int:
    """Play the whole story, show a part of it and say where the rest is."""
    from confaudit.workflows.demo import tell

    click.echo("Three snapshots of a deployment, taken over HTTP from a look-alike on loopback:")
    made = tell(output, lambda state, outcome: click.echo(f"  {outcome.summary or outcome.error}"))
    failed = next((outcome.error for outcome in made.outcomes if outcome.error), None)
    if failed:
        raise failed
    for scene in made.scenes:
        _show(scene)
    click.echo(f"\nThe repository is {made.folder}, and these are pages to open in a browser:")
    for scene in made.scenes:
        if scene.page:
            click.echo(f"  {scene.page}")
    click.echo("\nTry next:")
    click.echo(f"  git -C {made.folder} log --stat")
    click.echo(f"  confaudit upgrade --repo {made.folder} HEAD --to 2.36.0")
    click.echo("  confaudit demo --serve   # to do all of it by hand")
    return ExitCode.OK


def _show(scene: "Scene") -> None:
    """One job as a user would see it."""
    from confaudit.render.terminal import legend

    width = shutil.get_terminal_size((RenderOptions.DEFAULT_WIDTH, 24)).columns
    click.echo(f"\n{scene.sentence}\n\n$ {scene.command}")
    shown = render(scene.report, scene.format, RenderOptions(width, wants_color("auto")))
    click.echo(shown.rstrip("\n"), color=True)
    if scene.has_marks:
        click.echo(f"\nThe marks: {legend()}.")


def _serve(port: int) -> int:
    """Serve until the user has seen enough, which is no failure."""
    from confaudit.workflows.demo import serving

    with serving(port, _say_read) as coder:
        click.echo(f"A look-alike of Coder answers at {coder.url} until you press Ctrl-C.")
        click.echo("In another terminal:\n")
        click.echo("  mkdir coder-config && cd coder-config")
        click.echo(f"  export CODER_SESSION_TOKEN={coder.token}")
        click.echo(f"  confaudit init prod --url {coder.url}")
        click.echo("  confaudit snapshot -v\n")
        click.echo("Each time it is read, its story goes on:")
        try:
            Event().wait()
        except KeyboardInterrupt:
            click.echo("")
    return ExitCode.OK


def _say_read(told: str, coming: str) -> None:
    say(f"  read: {told}; next: {coming}\n")  # whoever asks gets an answer, heard or not
