"""Ranges of versions as charts, image tags and Terraform write them: `2.30.x`, `~2.30`, `^2`.

As Helm reads them: parts that are left out or are `x` stand for any number, comparisons beside each
other all hold, and `||` stands between alternatives.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from confaudit.core.coder.releases import Version
from confaudit.patterns import regex

_Test: TypeAlias = Callable[[Version], bool]

_PART: Final = r"(?:[0-9]{1,9}|[xX*])"
_WRITTEN: Final = rf"v?{_PART}(?:\.{_PART}){{0,2}}(?:-[0-9A-Za-z.]{{1,40}})?"
"""What follows a dash is not looked at: the `-0` that lets candidates in, a kind of image."""
_COMPARISON: Final = regex(rf"(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*({_WRITTEN})(?=[\s,]|\Z)[\s,]*")
_COMPARISONS: Final = regex(rf"(?:{_COMPARISON.pattern})+")
_SPAN: Final = regex(rf"({_WRITTEN})\s+-\s+({_WRITTEN})")
_START: Final = Version(0, 0, 0)
_END: Final = Version(10**9, 0, 0)


def within(text: str, versions: Iterable[str]) -> tuple[str, ...]:
    """Those of some versions that lie in a range; none where the text is no range.

    Candidates and builds lie in none.
    """
    alternatives = [_alternative(part.strip()) for part in text.split("||")]
    if not all(alternatives):
        return ()
    parsed = ((version, Version.parse(version)) for version in versions)
    return tuple(
        version
        for version, one in parsed
        if one == one.base and any(all(holds(one) for holds in part) for part in alternatives)
    )


def _alternative(text: str) -> Sequence[_Test]:
    """What all holds of a version; nothing where the text cannot be read."""
    if span := _SPAN.fullmatch(text):
        return (_comparison(">=", span[1]), _comparison("<=", span[2]))
    if not _COMPARISONS.fullmatch(text):
        return ()
    return [_comparison(found[1] or "=", found[2]) for found in _COMPARISON.finditer(text)]


def _comparison(sign: str, written: str) -> _Test:
    start, end = _bounds(written)
    is_open = end == _END
    lower, upper = {
        ">": (end, _END),
        "<": (_START, start),
        ">=": (start, _END),
        "=>": (start, _END),
        "<=": (_START, end),
        "=<": (_START, end),
        "^": (start, _END if is_open else Version(start.major + 1, 0, 0)),
        "~": (start, max(end, Version(start.major, start.minor + 1, 0))),
        "~>": (start, max(end, Version(start.major, start.minor + 1, 0))),
    }.get(sign, (start, end))
    if sign == "!=":
        return lambda version: not lower <= version < upper
    return lambda version: lower <= version < upper


def _bounds(written: str) -> tuple[Version, Version]:
    """The versions that begin with the numbers that are written: 2.30 is 2.30.0 up to 2.31.0."""
    numbers: list[int] = []
    for part in written.removeprefix("v").partition("-")[0].split("."):
        if not part.isdecimal():
            break
        numbers.append(int(part))
    if not numbers:
        return _START, _END
    ended = [*numbers[:-1], numbers[-1] + 1]
    return _version(numbers), _version(ended)


def _version(numbers: Sequence[int]) -> Version:
    major, minor, patch = (*numbers, 0, 0)[:3]
    return Version(major, minor, patch)
