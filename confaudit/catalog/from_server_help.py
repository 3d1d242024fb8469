"""Learn a release from what `coder server --help` prints.

It has every visible option, with all that the docs page of the command has but the YAML path; that
is in what `coder server --write-config` prints, under the same description.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from confaudit.catalog.computed import computed_default, computed_texts
from confaudit.catalog.partial import Facts, Kind, Partial, in_one_line, type_of_shown
from confaudit.core.coder.releases import Version
from confaudit.patterns import regex

HINT: Final = "save what `coder server --help` prints, complete"

_COLOUR: Final = regex(r"\x1b\[[0-9;]*m")
_USAGE: Final = regex(r"^[ \t]+coder server \[flags\][ \t]*$", re.MULTILINE)
_VERSION: Final = regex(r"^coder v(\S{1,80})[ \t]*$", re.MULTILINE)
_OPTION: Final = regex(
    r"^ {2,8}(?:-(?P<shorthand>\w), )?--(?P<flag>[a-z0-9][a-z0-9-]*) (?P<type>[^\s,]+)"
    r"(?:, \$(?P<env>\w+))?(?: \(default: (?P<default>.*)\))?[ \t]*$",
    re.MULTILINE,
)
_DESCRIPTION: Final = regex(r"\n(?:[ \t]{10,}\S[^\n]*(?:\n|\Z))*+")


def recognise(text: str) -> bool:
    """Whether a text is the help of this command, and lists options."""
    plain = _plain(text)
    return _USAGE.search(plain) is not None and _OPTION.search(plain) is not None


def read(text: str) -> Partial:
    """Learn from the help; what the line of an option leaves out, it does not have."""
    plain = _plain(text)
    found = list(_OPTION.finditer(plain))
    version = _version(plain)
    computed = computed_texts(version, [option.groupdict() for option in found])
    return Partial(
        Kind.SERVER_HELP,
        options=tuple(_facts(option, computed) for option in found),
        descriptions={option["flag"]: _description(plain, option.end()) for option in found},
        version=version,
    )


def _plain(text: str) -> str:
    return _COLOUR.sub("", "\n".join(text.splitlines()))


def _facts(option: re.Match[str], computed: Mapping[str, tuple[str, str]]) -> Facts:
    default = option["default"]
    facts: dict[str, Any] = {
        "flag": option["flag"],
        "flag_shorthand": option["shorthand"] or "",
        "env": option["env"] or "",
        "type": type_of_shown(option["type"]),
        "hidden": False,
        "default": default,
    }
    return {**facts, **computed_default(default or "", computed)}


def _description(plain: str, position: int) -> str:
    found = _DESCRIPTION.match(plain, position)
    return in_one_line(found[0]) if found else ""


def _version(plain: str) -> str:
    """The version of the program, unless it is of a build that has none."""
    named = _VERSION.search(plain)
    try:
        has_one = named is not None and Version.parse(named[1]).major > 0
    except ValueError:
        return ""
    return named[1] if named and has_one else ""
