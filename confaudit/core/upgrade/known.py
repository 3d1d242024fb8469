"""What is known about one setting, and questions about it that have three answers."""

import operator
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder import regexps
from confaudit.core.coder.chart import is_by_chart
from confaudit.core.coder.go import RefusedError, csv_record
from confaudit.core.given import WITH_DEFAULT, Given, GivenState, Position
from confaudit.core.model import MISSING, Json, OptionSpec, Value, ValueSource
from confaudit.core.secret import is_secret
from confaudit.core.text.wording import reasons
from confaudit.core.upgrade.networks import Network, lie_within


class Truth(StrEnum):
    """Whether something holds for this deployment; templates leave a third answer."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


class UpgradeSide(StrEnum):
    """The two sides of an upgrade."""

    BEFORE = "before"
    AFTER = "after"


class Known(Struct, frozen=True):
    """What is known about one setting on one side of the upgrade."""

    name: str
    """As the operator writes it, else its variable or flag."""
    value: Value
    """Effective value, redacted; MISSING when nobody can know it here. The value of an option that
    the release does not have is the zero value of its type, of a number none."""
    source: ValueSource | None
    """None: it is set, and nobody knows by which way."""
    given: tuple[Given, ...]
    """The entries of the operator's files, or of the chart, that set it; what counts first."""
    is_set: Truth
    """DEPENDS: nothing here sets it, though something out of sight may; or what sets it may come
    to nothing."""
    because: str
    """Why the value is not known, else how it is or is not set."""
    spec: OptionSpec | None = None
    """As the release of this side declares it; None when that has no such option."""
    is_refused: bool = False
    """Whether the option code refuses what is given, so that no value comes of it."""

    @property
    def is_presumed(self) -> bool:
        """Whether it counts as not set only because nothing that is seen here sets it."""
        return self.is_set is Truth.DEPENDS and not self.given

    @property
    def prefix(self) -> str:
        """The literal text that a value begins with that is not known further."""
        return self.given[0].prefix if self.given else ""

    @property
    def positions(self) -> tuple[Position, ...]:
        """Where in the operator's files it stands."""
        return tuple(one.position for one in self.given if not is_by_chart(one))


class Conclusion(Struct, frozen=True):
    """The answer to a question about the deployment, and what it rests on."""

    answer: Truth
    because: str = ""
    presumed: bool = False
    """The answer is true as long as nothing out of sight sets what it is about."""
    positions: tuple[Position, ...] = ()
    """Where in the operator's files stands what it rests on."""
    is_moot: bool = False
    """Whether it rests on a value that the option code refuses: a start asks no further."""

    @property
    def verdict(self) -> Truth:
        """The answer to report: what is only presumed to hold depends on what is out of sight.

        What is presumed not to hold does not: else everything would depend on everything, which
        is said once, as coverage.
        """
        return Truth.DEPENDS if self.presumed and self.answer is Truth.YES else self.answer


class Answer(Struct, frozen=True):
    """What a condition came to, asked about one thing; it holds no secret."""

    item: str
    """What was looked at, to be told apart from others; empty where there is only one thing."""
    conclusion: Conclusion
    option: str = ""
    """Key of the option that was looked at, or whose variable was."""


class ValueTest(Struct, frozen=True):
    """A question about a value, and what the beginning of an unknown text says about it."""

    holds: Callable[[Value], bool | None]
    """None: even the value does not tell."""
    by_prefix: Callable[[str], Truth] = lambda prefix: Truth.DEPENDS
    unclear: str = ""
    """Why a value may not tell, to follow the setting's name."""

    def of(self, value: Value) -> Truth:
        """The answer for a value that is known."""
        return {True: Truth.YES, False: Truth.NO, None: Truth.DEPENDS}[self.holds(value)]


def is_empty(value: Value) -> bool:
    """Whether a value is what an option has that is given nothing: no text, no item."""
    return value in ("", None, [], {})


def set_to(value: Value) -> str:
    """How an option is set, in words that give no secret away: those of switches and of nothing."""
    if isinstance(value, bool):
        return f"set to {str(value).lower()}"
    return "set to nothing" if is_empty(value) else "set"


def equals(wanted: Json) -> ValueTest:
    """The value is this one."""
    return one_of([wanted])


def one_of(wanted: Sequence[Json]) -> ValueTest:
    """The value is one of these; true is not 1."""
    texts = [one for one in wanted if isinstance(one, str)]
    may_be = len(texts) < len(wanted)  # what is no text has many spellings
    return ValueTest(
        lambda value: any(value == one and type(value) is type(one) for one in wanted),
        lambda prefix: (
            Truth.DEPENDS if may_be or any(text.startswith(prefix) for text in texts) else Truth.NO
        ),
    )


COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
}
"""How a bound of a range is compared with what stands on its left."""


def in_range(value: Any, bounds: Mapping[str, Any]) -> bool:
    """Whether a value keeps to every bound, each named as in `COMPARISONS`."""
    return all(COMPARISONS[name](value, bound) for name, bound in bounds.items())


def ranges(bounds: Mapping[str, int], measure: Callable[[Value], int | None]) -> ValueTest:
    """The value, as a number, keeps to all bounds; what `measure` makes no number does not."""

    def holds(value: Value) -> bool:
        number = measure(value)
        return number is not None and in_range(number, bounds)

    return ValueTest(holds)


def within(networks: Sequence[Network]) -> ValueTest:
    """Every address and network of the value lies in these; none at all lies anywhere."""

    def holds(value: Value) -> bool | None:
        return lie_within(value if isinstance(value, list) else [value], networks)

    return ValueTest(holds, unclear="names a host, whose address is not known here")


def contains(part: str) -> ValueTest:
    """A list has this item, or a text this part; either case of letters."""
    wanted = part.casefold()
    return ValueTest(
        lambda value: wanted in _folded(value),
        lambda prefix: Truth.YES if wanted in prefix.casefold() else Truth.DEPENDS,
    )


def starts_with(start: str) -> ValueTest:
    """A text begins so; either case of letters."""
    wanted = start.casefold()
    return ValueTest(
        lambda value: isinstance(value, str) and value.casefold().startswith(wanted),
        lambda prefix: _begins(prefix.casefold(), wanted),
    )


def matches(pattern: str) -> ValueTest:
    """A regular expression of RE2 is found in a text, or in an item or key of a structure.

    Raises:
        RefusedError: It is none.
        TooLargeError: It takes too much memory.
    """
    regexps.compiled(pattern)
    return ValueTest(lambda value: any(regexps.is_found(pattern, text) for text in _texts(value)))


def every(test: ValueTest) -> ValueTest:
    """Every item passes a test; see `items`."""

    def holds(value: Value) -> bool | None:
        return _joined([test.holds(item) for item in items(value)])

    def by_prefix(prefix: str) -> Truth:
        return Truth.NO if holds(_whole_items(prefix)) is False else Truth.DEPENDS

    return ValueTest(holds, by_prefix, unclear=test.unclear)


def some(test: ValueTest) -> ValueTest:
    """At least one item passes a test."""

    def holds(value: Value) -> bool | None:
        fails = _joined([_denied(test.holds(item)) for item in items(value)])
        return _denied(fails)

    def by_prefix(prefix: str) -> Truth:
        return Truth.YES if holds(_whole_items(prefix)) else Truth.DEPENDS

    return ValueTest(holds, by_prefix, unclear=test.unclear)


def _whole_items(prefix: str) -> list[Json]:
    """The items of a list in the beginning of its text; the last may go on out of sight."""
    try:
        return csv_record(prefix.rpartition(",")[0])
    except RefusedError:
        return []


def repeats(*, wanted: bool) -> ValueTest:
    """Whether an item is there twice, in the same spelling."""
    return ValueTest(lambda value: (len({*map(repr, items(value))}) < len(items(value))) is wanted)


def counts(bounds: Mapping[str, int]) -> ValueTest:
    """The number of items keeps to all bounds."""
    return ValueTest(lambda value: in_range(len(items(value)), bounds))


def in_notation(accepts: Callable[[Value], bool | None]) -> ValueTest:
    """A value is in a notation of those in `core.coder.notations`."""
    return ValueTest(accepts, unclear="holds what only the server can tell")


def items(value: Value) -> list[Json]:
    """The items of a list; a text is its own only item, and nothing has none."""
    if isinstance(value, list):
        return value
    return [] if value is MISSING or is_empty(value) else [value]


def _denied(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _joined(answers: Sequence[bool | None]) -> bool | None:
    """Whether all hold: a NO decides, then what is not known."""
    return False if False in answers else None if None in answers else True


EMPTY: Final = ValueTest(is_empty, lambda prefix: Truth.NO if prefix else Truth.DEPENDS)
"""Nothing is given, or the empty text."""


def _folded(value: Value) -> str | list[str]:
    if isinstance(value, list):
        return [str(item).casefold() for item in value]
    return value.casefold() if isinstance(value, str) else ""


def _begins(prefix: str, wanted: str) -> Truth:
    if prefix.startswith(wanted):
        return Truth.YES
    return Truth.DEPENDS if wanted.startswith(prefix) else Truth.NO


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        yield from _texts([*value.values()])
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


UNSEEN: Final[Mapping[GivenState, str]] = {
    GivenState.REFERENCE: "comes from a Secret or another resource",
    GivenState.ENCRYPTED: "is encrypted",
    GivenState.UNRESOLVED: "is filled in by a template",
    GivenState.DISPUTED: "is one for systemd and another for docker",
    GivenState.PASS_THROUGH: "is taken from the shell that starts the server",
    GivenState.MALFORMED: "cannot be made out",
}
"""Why the value of an entry cannot be seen."""
WHY_UNKNOWN: Final[Mapping[GivenState, str]] = {
    GivenState.LITERAL: "is refused",
    GivenState.EMPTY: "is refused",
    **UNSEEN,
}
"""Why the value of an entry is not known: a literal one is known unless the release refuses it."""

_OPEN: Final = frozenset({*WITH_DEFAULT, GivenState.PASS_THROUGH, GivenState.MALFORMED})
"""States of an entry that may come to nothing."""


def conclude(known: Known, test: ValueTest) -> Conclusion:
    """Whether a setting passes a test."""
    answer = _answer(known, test)
    because = known.because
    if known.value is MISSING and answer is not Truth.DEPENDS:
        because = f"{known.name} is set"
    elif known.value is not MISSING and answer is Truth.DEPENDS and test.unclear:
        because = f"{known.name} {test.unclear}"
    return Conclusion(answer, because, known.is_presumed, known.positions, known.is_refused)


def compare(known: Known, other: Known, holds: Callable[[Value, Value], bool | None]) -> Conclusion:
    """Whether two settings stand to each other in a way that their values tell."""

    def held_against(value: Value) -> bool | None:
        is_open = other.value is MISSING or is_secret(other.value)
        return None if is_open else holds(value, other.value)

    one, two = conclude(known, ValueTest(held_against)), conclude(other, _ANYTHING)
    return replace(
        one,
        because=reasons((one.because, two.because)),
        presumed=one.presumed or two.presumed,
        positions=tuple(dict.fromkeys((*one.positions, *two.positions))),
        is_moot=one.is_moot or two.is_moot,
    )


_ANYTHING: Final = ValueTest(lambda value: None)


def is_set(known: Known) -> Conclusion:
    """Whether something sets it."""
    answer = Truth.NO if known.is_presumed else known.is_set
    return Conclusion(answer, known.because, known.is_presumed, known.positions)


def comes_from(known: Known, sources: Collection[ValueSource]) -> Conclusion:
    """Whether it is set in one of these ways; DEFAULT is also what nothing sets."""
    source = ValueSource.DEFAULT if known.source is ValueSource.UNSET else known.source
    answer = Truth.YES if source in sources else Truth.NO
    if source is None or (known.given and known.is_set is Truth.DEPENDS):
        answer = Truth.DEPENDS
    because = known.because if source else f"it is not known what sets {known.name}"
    return Conclusion(answer, because, known.is_presumed, known.positions)


def is_unresolved(known: Known) -> Conclusion:
    """Whether a template or another resource has the last word on its value."""
    literal = (GivenState.LITERAL, GivenState.EMPTY)
    unresolved = bool(known.given) and known.given[0].state not in literal
    return Conclusion(Truth.YES if unresolved else Truth.NO, known.because, False, known.positions)


def _answer(known: Known, test: ValueTest) -> Truth:
    state = known.given[0].state if known.given else GivenState.LITERAL
    if test is EMPTY and state in (GivenState.REFERENCE, GivenState.ENCRYPTED):
        return Truth.NO  # nobody keeps nothing in a Secret
    if known.value is MISSING or (is_secret(known.value) and state in _OPEN):
        return test.by_prefix(known.prefix)
    if is_secret(known.value):
        return _answer_about_secret(known.value, test)
    return test.of(known.value)


def _answer_about_secret(marker: Value, test: ValueTest) -> Truth:
    """Of a secret only whether it is set is known."""
    state = marker.get("secret_set") if isinstance(marker, dict) else None
    if state is False:
        return test.of("")
    return Truth.NO if state and test is EMPTY else Truth.DEPENDS
