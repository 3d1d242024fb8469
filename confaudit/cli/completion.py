"""confaudit completion."""

import click
from click.shell_completion import get_completion_class

from confaudit.cli.choices import Choice
from confaudit.cli.commands import Command


@click.command("completion", cls=Command)
@click.argument("shell", type=Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash: eval "$(confaudit completion bash)"  in ~/.bashrc
    zsh:  eval "$(confaudit completion zsh)"   in ~/.zshrc
    fish: confaudit completion fish | source   in ~/.config/fish/config.fish
    """
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(
        completion(context.find_root().command, {}, "confaudit", "_CONFAUDIT_COMPLETE").source()
    )
