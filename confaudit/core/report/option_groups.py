"""What an option is about, by Coder's own groups: one word for filters and tables."""

from typing import Final

from confaudit.core.model import OptionSpec

OTHER_OPTIONS: Final = "Other options"


def option_group(spec: OptionSpec | None) -> str:
    """The outermost group of an option."""
    return outermost(spec.group if spec else "")


def outermost(group: str) -> str:
    """The first of some groups that are joined by slashes."""
    return group.partition(" / ")[0] or OTHER_OPTIONS
