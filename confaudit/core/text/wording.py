"""Values in words: one line that is safe to look at, the way an operator would write it."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeGuard

from confaudit.core.coder.options import human_duration
from confaudit.core.model import MISSING, Json, OptionSpec, Value, ValueSource
from confaudit.core.secret import is_secret
from confaudit.patterns import regex


def visible(text: str) -> str:
    r"""Spell out every character that would not show, or would make others show differently.

    ESC becomes `\x1b`, a line break `\n`, a right-to-left override `U+202E`. The answer is one
    line, moves no cursor, and can be encoded as UTF-8: lone surrogates are spelled out as well.
    So is what runners of CI take for the start of a command, `##[`.
    """
    if text.isascii() and text.isprintable() and "##[" not in text:
        return text
    return _UNSEEN.sub(_spell, text)


def inert(line: str) -> str:
    """A line of a log in which a runner of CI finds no command: these begin with two colons.

    Those that `##[` begins wherever it stands are none once they are `visible`.
    """
    return f"./{line}" if line.lstrip().startswith("::") else line


_UNSEEN: Final = regex(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e0fff]"
    r"|(?<=##)\["
)
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code < 0x100 else f"U+{code:04X}")


def human(value: Value, option_type: str = "") -> str:
    """A value in one line: durations as `10m`, secrets as whether they are set, no text as `""`."""
    if isinstance(value, dict) and is_secret(value):
        return _secret(value)
    if is_duration(value, option_type):
        return human_duration(value)
    if isinstance(value, str):
        return visible(value) or '""'
    return "absent" if value is MISSING else visible(json.dumps(value, ensure_ascii=False))


def exact(value: Value) -> str:
    """A value as ASCII JSON: never the same for two values, where words may be (`1` and `"1"`)."""
    return "absent" if value is MISSING else json.dumps(value)


def is_duration(value: Value, option_type: str) -> TypeGuard[int]:
    """Whether a value counts nanoseconds."""
    return option_type == "duration" and type(value) is int


def readable(value: Value, option_type: str) -> Value:
    """A duration in words, anything else as it is: for tables, which know of no types."""
    return human(value, option_type) if is_duration(value, option_type) else value


def moment(time: datetime) -> str:
    """A point in time to the minute, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def lasting(time: timedelta) -> str:
    """About how long: in the largest unit of which there are two or more."""
    seconds = time.total_seconds()
    unit, noun = next(
        ((size, noun) for size, noun in _UNITS if seconds >= 2 * size), (60, "minute")
    )
    return plural(int(seconds // unit), noun) if seconds >= unit else "less than a minute"


_UNITS: Final = ((31_557_600, "year"), (2_629_800, "month"), (86_400, "day"), (3_600, "hour"))
"""In seconds; years and months are those of the calendar's long run."""


def plural(number: int, noun: str) -> str:
    """`1 option`, `285 options`, `5,000 options`."""
    return f"{number:,} {agreeing(number, noun, f'{noun}s')}"


def setter(source: ValueSource | None) -> str:
    """By what an option was set, as far as the server says."""
    return "not known" if source is None else source or "nobody"


def amount(number: int, nouns: str) -> str:
    """`1 similarity`, `2 similarities`: for names of things that are known in the plural."""
    one = f"{nouns[:-3]}y" if nouns.endswith("ies") else nouns.removesuffix("s")
    return f"{number:,} {agreeing(number, one, nouns)}"


def agreeing(number: int, one: str, several: str) -> str:
    """The word that goes with a number: `is` or `are`, `leaf` or `leaves`."""
    return one if number == 1 else several


def _secret(marker: dict[str, Json]) -> str:
    """Whether a secret is set; its fingerprint, if there is one, tells two values apart."""
    is_set = marker["secret_set"]
    state = "whether set is unknown" if is_set is None else "set" if is_set else "not set"
    fingerprint = marker.get("fingerprint")
    return f"{state}, fingerprint {fingerprint}" if fingerprint else state


def one_line(text: str) -> str:
    """Words as a report shows them: how they were laid out in a file is of no matter."""
    return " ".join(text.split())


def listing(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def first_releases(versions: Sequence[str]) -> str:
    """The first release of each line that brings something, in order: `2.34.2 (also 2.33.8)`."""
    *backports, last = versions
    return f"{last} (also {listing(backports)})" if backports else last


def reasons(words: Iterable[str]) -> str:
    """A listing of different reasons; what another one says among others goes without saying."""
    different = [*dict.fromkeys(filter(None, words))]
    told = [
        one
        for one in different
        if not any(f" {one} " in f" {other} " for other in different if other != one)
    ]
    return listing(told) if told else ""


def listing_some(words: Sequence[str], noun: str, most: int = 5) -> str:
    """A listing of a few words; of more the first ones, and how many there are."""
    if len(words) <= most:
        return listing(words)
    return f"{', '.join(words[:most])} and {plural(len(words) - most, f'more {noun}')}"


FIELD_TITLES: Final = {name: name.replace("_", " ") for name in OptionSpec.__struct_fields__} | {
    "env": "variable",
    "json_path": "config leaf",
    "yaml_path": "YAML path",
    "default_computed_from": "what computes the default",
    "use_instead": "what to use instead",
}
"""Field of an `OptionSpec` → how it is called in a sentence."""


def option_name(key: str) -> str:
    """An option as an operator would type it; two had no flag before 2.7, only a YAML key."""
    return f"--{key}" if key.islower() else key
