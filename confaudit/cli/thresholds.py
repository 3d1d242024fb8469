"""What is shown and what fails: --cause, --only, --exclude, --fail-on and their kin."""

import functools
from collections.abc import Callable
from typing import Any, Final

from confaudit.cli.arguments import OPTION
from confaudit.cli.choices import Choice
from confaudit.cli.commands import Section
from confaudit.cli.parameters import Decorator, option, stack
from confaudit.core.changes.selection import Selection
from confaudit.core.judge.threshold import Threshold
from confaudit.core.model import Cause, Level

NEVER: Final = "never"
ANY: Final = "any"
LEVELS: Final = {NEVER: None, ANY: min(Level)} | {level.word: level for level in Level}


strict_option: Final = option(
    "--strict",
    is_flag=True,
    section=Section.JUDGEMENT,
    help="Exit with 3 where too little is known.",
)
"""For commands whose answer rests on what is known of a release."""


def threshold_options(default: str, *more: Decorator) -> Decorator:
    """Add --fail-on and its short forms; the command gets a Threshold in their place."""
    options = (
        option(
            "--fail-on",
            type=Choice(list(LEVELS)),
            metavar="LEVEL",
            default=default,
            section=Section.JUDGEMENT,
            help=f"Exit with 1 from this on: {', '.join(LEVELS)}.  [default: {default}]",
        ),
        option(
            "--exit-code",
            is_flag=True,
            section=Section.JUDGEMENT,
            help="--fail-on any.",
        ),
        option(
            "--exit-zero",
            is_flag=True,
            section=Section.JUDGEMENT,
            beside="--exit-code",
            help="--fail-on never.",
        ),
        *more,
    )

    def decorate(command: Callable[..., Any]) -> Any:
        @functools.wraps(command)
        def with_threshold(
            fail_on: str, exit_code: bool, exit_zero: bool, strict: bool = False, **values: Any
        ) -> Any:
            level = LEVELS[ANY if exit_code else fail_on]
            threshold = Threshold(None, is_waived=True) if exit_zero else Threshold(level, strict)
            return command(threshold=threshold, **values)

        return stack(options)(with_threshold)

    return decorate


cause_option: Final = option(
    "--cause",
    "causes",
    multiple=True,
    type=Choice([cause.value for cause in Cause]),
    metavar="CAUSE",
    section=Section.JUDGEMENT,
    help=f"Only what came by {', '.join(Cause)}.",
)
_GLOBS: Final = (
    option(
        "--only",
        multiple=True,
        type=OPTION,
        metavar="GLOB",
        section=Section.JUDGEMENT,
        help="Show only options with a name like this.",
    ),
    option(
        "--exclude",
        multiple=True,
        type=OPTION,
        metavar="GLOB",
        section=Section.JUDGEMENT,
        help="Leave out options with a name like this.",
    ),
)


def selection_options(command: Callable[..., Any]) -> Any:
    """Add the filters; the command gets a Selection in their place."""

    @functools.wraps(command)
    def with_selection(
        causes: tuple[str, ...], only: tuple[str, ...], exclude: tuple[str, ...], **values: Any
    ) -> Any:
        wanted = frozenset(map(Cause, causes))
        return command(selection=Selection(wanted, only, exclude), **values)

    return stack((cause_option, *_GLOBS))(with_selection)


def glob_options(command: Callable[..., Any]) -> Any:
    """Add the filters by name alone; the command gets a Selection in their place."""

    @functools.wraps(command)
    def with_selection(only: tuple[str, ...], exclude: tuple[str, ...], **values: Any) -> Any:
        return command(selection=Selection(only=only, exclude=exclude), **values)

    return stack(_GLOBS)(with_selection)
