"""What arguments are: which of them may be standard input, and how a shell completes them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from confaudit.cli.setup import read_setup
from confaudit.errors import ConfauditError
from confaudit.patterns import regex
from confaudit.workflows import complete
from confaudit.workflows.complete import Words

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_STDIN: Final = "-"
_PLAIN: Final = regex(r"[\w./:@+,%-]+")
"""What shells take as it stands. They put no quotes around a branch called `$(…)`."""


class Word(click.ParamType[str]):
    """A text of which a shell can complete some."""

    reads_stdin = False

    def __init__(self, name: str, words: Words) -> None:
        self.name = name
        self._words = words

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """The words that begin so; none where they cannot be told, as a shell shows no error."""
        from click.shell_completion import CompletionItem  # only a shell that completes needs it

        try:
            setup = read_setup(
                repo=ctx.params.get("repo"),
                config=ctx.params.get("config"),
                no_config=bool(ctx.params.get("no_config")),
            )
            known = [word for word in self._words(setup) if word.startswith(incomplete)]
        except ConfauditError:
            return []
        return [CompletionItem(word) for word in known if _PLAIN.fullmatch(word)]


class InputName(Word):
    """An input of `confaudit diff`: a live deployment, a commit, a file or a folder, or `-`."""

    reads_stdin = True

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """What is no file, and let the shell go on with files."""
        from click.shell_completion import CompletionItem

        known = super().shell_complete(ctx, param, incomplete)
        return [CompletionItem(incomplete, type="file"), *known]  # bash forgets what came before


class File(click.Path):
    """A file that is read, or `-` for standard input; `./-` is a file of that name."""

    reads_stdin = True

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The path, which says more than a dash where that is not what was given."""
        found = super().convert(value, param, ctx)
        return Path.cwd() / found if found == Path(_STDIN) and value != _STDIN else found


VERSION: Final = Word("version", complete.versions)
OPTION: Final = Word("option", complete.options)
RULE: Final = Word("rule", complete.rules)
DEPLOYMENT: Final = Word("deployment", complete.deployments)
CONFIGURED: Final = Word("deployment", complete.configured)
NOTIFICATION: Final = Word("notification", complete.notifications)
REVISION: Final = Word("revision", complete.revisions)
SNAPSHOT: Final = Word("snapshot", complete.snapshots)
INPUT: Final = InputName("input", complete.inputs)
COMPARED: Final = InputName("input", complete.compared)
