"""Words for reports: those that people wrote, and a condition in words where they wrote none."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from confaudit.core.secret import SECRET_OPTIONS, looks_secret
from confaudit.core.snapshot.credentials import redact_text
from confaudit.core.text.wording import one_line, visible
from confaudit.core.upgrade.known import COMPARISONS
from confaudit.rulebook.conditions import KINDS
from confaudit.yaml_file import Part

LONGEST: Final = 160
"""Letters of a condition that can still be said in a sentence."""

_UNTOLD: Final = "a value that is not told"
"""What a secret is compared with is one as well."""


def public_words(text: str) -> str:
    """What people wrote, in one line and without what looks like a credential."""
    return one_line(redact_text(text))


def is_secret_name(name: str) -> bool:
    """Whether what a condition asks about is secret, by its name."""
    return name in SECRET_OPTIONS or looks_secret(name)


def in_words(condition: Part, *, holds: bool = True) -> str:
    """A condition that was read before, to follow "that": `session-duration is at most 24h`.

    Without `holds`, that it does not hold. Empty where that takes too many words.
    """
    said = _said(condition, holds)
    return said if len(said) <= LONGEST else ""


def subject(condition: Part) -> str:
    """Key of the first option that a condition asks about; empty if it asks about none."""
    return next((key for key in _options(condition) if key != "*"), "")


def _options(part: Part) -> Iterator[str]:
    for name, below in part.children().items():
        if name in ("all", "any"):
            for one in below.items():
                yield from _options(one)
        elif name == "not":
            yield from _options(below)
        elif name in ("option", "moved", "moved_before"):
            yield _text(below)
        elif name == "together":
            yield from map(_text, below.items())


def _said(part: Part, holds: bool) -> str:
    given = part.children()
    kind = next(name for name in given if name in KINDS)
    return _KINDS[kind](part, holds)


def _joined(name: str, word: str, opposite: str) -> Callable[[Part, bool], str]:
    def say(part: Part, holds: bool) -> str:
        parts = part.at(name).items()
        said = [_said(one, holds) for one in parts]
        if len(said) > 1:
            said = [f"({one})" if " or " in one or " and " in one else one for one in said]
        return f" {word if holds else opposite} ".join(said)

    return say


def _denied(part: Part, holds: bool) -> str:
    return _said(part.at("not"), not holds)


def _setting(kind: str) -> Callable[[Part, bool], str]:
    def say(part: Part, holds: bool) -> str:
        name = _text(part.at(kind))
        when = " today" if "at" in part.children() and _text(part.at("at")) == "before" else ""
        question = _question(part, holds, is_secret=is_secret_name(name))
        return f"{'it' if name == '*' else name} {question}{when}"

    return say


def _question(part: Part, holds: bool, *, is_secret: bool = False) -> str:
    """What is asked of a setting or an item."""
    given = part.children()
    if "repeats" in given:
        return "has an item twice" if holds is given["repeats"].read(bool) else "repeats no item"
    for name, (yes, no) in _QUESTIONS.items():
        if name in given:
            value = _UNTOLD if is_secret and name in _COMPARED else _value(given[name])
            return f"{yes if holds else no} {value}".rstrip()
    if bounds := {name: given[name] for name in COMPARISONS if name in given}:
        return f"{'is' if holds else 'is not'} {_range(bounds)}"
    return "is given" if holds else "is not given"


def _range(bounds: Mapping[str, Part]) -> str:
    said = (f"{name.replace('_', ' ')} {_value(part)}" for name, part in bounds.items())
    return " and ".join(said)


def _value(part: Part) -> str:
    """A value, a list of them, or a question about an item."""
    if items := part.items():
        return ", ".join(map(_value, items))
    given = part.children()
    if not given:
        return _text(part)
    if other := next((given[one] for one in ("option", "field") if one in given), None):
        return _text(other)
    if set(given) <= set(COMPARISONS):
        return _range(given)
    return _question(part, holds=True)


def _text(part: Part) -> str:
    return visible(redact_text(part.read(str)))


_QUESTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "equals": ("is", "is not"),
    "in": ("is one of", "is none of"),
    "contains": ("contains", "does not contain"),
    "starts_with": ("begins with", "does not begin with"),
    "matches": ("matches", "does not match"),
    "within": ("lies within", "does not lie within"),
    "notation": ("is in the notation", "is not in the notation"),
    "some": ("has an item that", "has no item that"),
    "every": ("has only items of which each", "has an item for which it is not so that it"),
    "count": ("has a number of items", "has no number of items"),
    "is": ("is", "is not"),
    "source": ("comes from", "does not come from"),
    "as_many_as": ("has as many items as", "has not as many items as"),
}
"""How a question begins, and its opposite."""
_COMPARED: Final = {"equals", "in", "contains", "starts_with", "matches", "some", "every"}
"""Those that hold a part of the value."""


def _plainly(name: str, yes: str, no: str) -> Callable[[Part, bool], str]:
    """A condition that is told by the value of its first key, put in place of the braces."""
    return lambda part, holds: (yes if holds else no).format(_value(part.at(name)))


def _of_family(part: Part, holds: bool) -> str:
    has = "has" if holds else "does not have"
    return f"the family {_value(part.at('family'))} {has} {_value(part.at('has'))}"


_KINDS: Final[Mapping[str, Callable[[Part, bool], str]]] = {
    "all": _joined("all", "and", "or"),
    "any": _joined("any", "or", "and"),
    "not": _denied,
    "option": _setting("option"),
    "field": _setting("field"),
    "variable": _setting("variable"),
    "family": _of_family,
    "together": _plainly("together", "{} go together", "{} do not go together"),
    "experiment": _plainly("experiment", "the experiment {} is on", "the experiment {} is off"),
    "chart": _plainly("chart", "the chart's values have {}", "the chart's values do not have {}"),
    "form": _plainly("form", "one of the files is of {}", "none of the files is of {}"),
    "moved": _plainly("moved", "{} moves", "{} stays as it is"),
    "moved_before": _plainly("moved_before", "{} moved before", "{} was always the same"),
    "release": lambda part, holds: (
        f"the release is {'' if holds else 'not '}{_range(part.at('release').children())}"
    ),
}
"""How each thing that can be asked of a deployment is said."""
