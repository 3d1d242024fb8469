"""Commands: their --help, in sections that are the same for all, and what holds for every one.

Own code and not `cloup`, as that takes as long to import as click itself.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final

import click

from confaudit.errors import ConfigError

_COLUMN: Final = 27
"""Width of the names of options; what is longer stands on a line of its own."""


class Section(StrEnum):
    """The sections, in the order in which --help lists them."""

    OPTIONS = "Options"
    INPUTS = "Inputs"
    JUDGEMENT = "Judgement"
    OUTPUT = "Output"
    REPOSITORY = "Repository"
    CONNECTION = "Connection"


class SectionedOption(click.Option):
    """An option that knows its section."""

    def __init__(
        self,
        *arguments: Any,
        section: Section = Section.OPTIONS,
        beside: str = "",
        **settings: Any,
    ) -> None:
        """`beside`: the flag on whose line it is told as well."""
        super().__init__(*arguments, **settings)
        self.section = section
        self.beside = beside

    def get_help_extra(self, ctx: click.Context) -> Any:
        """What click adds to the text, without the range of numbers: an error tells it."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra

    @property
    def flag(self) -> str:
        """The long name."""
        return next(name for name in self.opts if name.startswith("--"))


def flag_twin(flag: str, command: str = "") -> str:
    """The environment variable of a flag; of one that only this command means so, if named."""
    words = (command, flag.lstrip("-").split("/")[0])
    return "_".join(("CONFAUDIT", *filter(None, words))).replace("-", "_").replace(" ", "_").upper()


def start_debugging(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    """Log requests, of this run on."""
    if not wanted or context.resilient_parsing:
        return
    context.find_root().obj = True
    logging.basicConfig(level=logging.DEBUG, format="%(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("confaudit").setLevel(logging.DEBUG)


def debug_option() -> click.Option:
    """--debug, which stands before a command or after it."""
    return click.Option(
        ["--debug"],
        is_flag=True,
        envvar=flag_twin("--debug"),
        expose_value=False,
        callback=start_debugging,
        help="Log requests to stderr.",
    )


class Command(click.Command):
    """A command whose --help has sections, with --debug, that reads standard input once at most."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params.append(debug_option())

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, unless it would read standard input twice."""
        _refuse_stdin_twice(self.params, ctx.params)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections, without blank lines between them, and what holds for all options."""
        options = [one for one in self.params if isinstance(one, SectionedOption)]
        width = max((len(names) for names, _ in _rows(options, ctx)), default=0)
        formatter.write_paragraph()
        for section in Section:
            rows = _rows([one for one in options if one.section is section], ctx)
            padded = [(names.ljust(min(width, _COLUMN)), text) for names, text in rows]
            if padded:
                formatter.write_heading(section)
                with formatter.indentation():
                    formatter.write_dl(padded, col_max=_COLUMN + 2)
        formatter.write_paragraph()
        formatter.write_text(" ".join(_environment(options, ctx.command_path)))


def _refuse_stdin_twice(parameters: Iterable[click.Parameter], values: dict[str, Any]) -> None:
    """Make sure that not two inputs of a command are standard input."""
    reading = (one for one in parameters if getattr(one.type, "reads_stdin", False))
    given = [values.get(one.name or "") for one in reading]
    flat = [one for value in given for one in (value if isinstance(value, tuple) else (value,))]
    if sum(str(one) == "-" for one in flat) > 1:
        raise ConfigError(
            "standard input can be one file alone, and `-` is given twice",
            "write the others to files and name these",
        )


def _rows(options: list[SectionedOption], context: click.Context) -> Iterator[tuple[str, str]]:
    """Names and text, a row each; options that are told beside another share its row."""
    for one in options:
        if not one.beside:
            sharing = [one, *(other for other in options if other.beside == one.flag)]
            records = [record for each in sharing if (record := each.get_help_record(context))]
            names = " / ".join(name for name, _ in records)
            yield names, " / ".join(text.rstrip(".") for _, text in records)


def _environment(options: list[SectionedOption], path: str) -> Iterator[str]:
    """What there is besides the options that are listed."""
    _, _, command = path.partition(" ")
    twins = {one.flag: one.envvar for one in options}
    common = [flag for flag, twin in twins.items() if twin == flag_twin(flag)]
    own = [twin for flag, twin in twins.items() if twin == flag_twin(flag, command)]
    foreign = [f"{twin} for {flag}" for flag, twin in twins.items() if flag not in common]
    named = [one for one in foreign if one.split()[0] not in own]
    first = [f"{flag_twin(common[-1])} for {common[-1]} and so on"] if common else []
    if twins:
        yield f"Variables: {', '.join((*first, *own, *named))}."
    yield "--debug logs requests."
