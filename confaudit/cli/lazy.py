"""Groups whose commands are imported only when they run: start-up counts for a cron job."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from confaudit.cli.choices import did_you_mean
from confaudit.cli.commands import Command


class Group(click.Group):
    """A group that knows what was meant by a command that it does not have."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest."""
        known = self.list_commands(ctx)
        name = args[0]
        if name in known or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise click.UsageError(f"No such command {name!r}.{did_you_mean(name, known)}", ctx)


class LazyGroup(Group):
    """A group that knows its commands by name only, until one runs."""

    def __init__(self, *arguments: Any, table: Mapping[str, tuple[str, str]], **more: Any) -> None:
        """`table`: command → the module of `confaudit.cli` that holds it, and its line in --help.

        The module calls the command object `command`.
        """
        super().__init__(*arguments, **more)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order a newcomer meets them."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in self._table:
            return None
        module = importlib.import_module(f"confaudit.cli.{self._table[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._table.items()])
