"""confaudit help."""

import shutil
import sys
from typing import Final

import click
from click.shell_completion import CompletionItem

from confaudit import topics
from confaudit.cli.choices import did_you_mean
from confaudit.cli.commands import Command
from confaudit.cli.output import show_text
from confaudit.cli.parameters import wants_color
from confaudit.render import RenderOptions

_WIDEST: Final = 100
"""Columns that a text is at most wide: longer lines are hard to read."""


class _Topic(click.ParamType[str]):
    """A word of which a shell can complete topics and commands."""

    name = "topic"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Those that begin so."""
        return [CompletionItem(one) for one in _known(ctx) if one.startswith(incomplete)]


@click.command("help", cls=Command)
@click.argument("words", metavar="[TOPIC|COMMAND]...", nargs=-1, type=_Topic())
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> None:
    """Tell what there is to know beside the options of a command.

    Without a word it lists the topics; of a command it shows the options. Into
    a file or a pipe a topic goes as the Markdown that it is.

    \b
    Examples:
      confaudit help
      confaudit help exit-codes
      confaudit help catalog update
    """
    if not words:
        show_text(_listed())
    elif len(words) == 1 and words[0] in topics.NAMES:
        show_text(_shown(topics.text(words[0])))
    else:
        show_text(_of_command(context, words) + "\n")


def _listed() -> str:
    wide = max(map(len, topics.NAMES))
    lines = (f"  {name:{wide}}  {topics.title(name)}" for name in topics.NAMES)
    return "\n".join(("Topics:", *lines, "", _CLOSING, ""))


_CLOSING: Final = "`confaudit help TOPIC` tells one; `confaudit --help` lists the commands."


def _shown(text: str) -> str:
    """On a terminal laid out, else as it stands."""
    if not sys.stdout.isatty():
        return text
    from confaudit.render.topic import laid_out

    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return laid_out(text, RenderOptions(width, wants_color("auto")))


def _of_command(context: click.Context, words: tuple[str, ...]) -> str:
    """What `--help` of a command tells.

    Raises:
        click.UsageError: there is neither such a topic nor such a command.
    """
    found = context.find_root()
    for word in words:
        group = found.command
        child = group.get_command(found, word) if isinstance(group, click.Group) else None
        if child is None:
            raise _unknown(word, found, context)
        found = click.Context(child, info_name=word, parent=found)
    return found.get_help()


def _unknown(word: str, where: click.Context, context: click.Context) -> click.UsageError:
    if where.parent is None:
        told = f"No such topic or command {word!r}.{did_you_mean(word, _known(context))}"
        return click.UsageError(f"{told} `confaudit help` lists the topics.", context)
    told = f"No such command {word!r}.{did_you_mean(word, _commands(where))}"
    return click.UsageError(told, context)


def _known(context: click.Context) -> list[str]:
    """All topics and commands."""
    return [*topics.NAMES, *_commands(context.find_root())]


def _commands(where: click.Context) -> list[str]:
    """Those of a group; none of what is no group."""
    group = where.command
    return group.list_commands(where) if isinstance(group, click.Group) else []
