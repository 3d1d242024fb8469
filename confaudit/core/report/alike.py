"""Findings that are equal but for names: reports tell them as one, and the plan asks for them once.

Equal are those of one rule that say the same about this deployment, each of another option.
"""

from collections.abc import Hashable, Iterable, Sequence
from itertools import takewhile
from typing import Final

from msgspec import Struct

from confaudit.core.judge.finding import Finding
from confaudit.core.model import OptionSpec
from confaudit.core.text.wording import listing, option_name
from confaudit.patterns import regex

BLANK: Final = "\N{HORIZONTAL ELLIPSIS}"
"""What stands for the name of each in a sentence about all."""
_FEW: Final = 5
"""So many names are read in one sentence."""


class Likeness(Struct, frozen=True):
    """What findings that are told as one have in common."""

    title: str
    """What they are, by their rule: `Old name of an option`."""
    sentence: str
    """What they say, with a blank in place of the name; empty where that would be more blanks."""
    own: str
    """What this one says beside it, its names included; empty where that is all."""
    about: str
    """The name that this one is about, where it is none of its option's: a misspelt one."""
    kin: Hashable
    """Equal for those that are told as one, and for no others."""


def likeness(finding: Finding) -> Likeness:
    """What a finding has in common with others of its kind."""
    pattern = blanked(finding.message, finding)
    answer = (finding.affects, finding.severity, finding.phase)
    is_named = finding.spec is None or finding.subject in _option_names(finding)
    about = "" if is_named else finding.subject
    kin = (finding.rule.id, answer, pattern)
    return Likeness(finding.rule.title, *_shared_and_own(pattern, finding.message), about, kin)


def _shared_and_own(pattern: str, message: str) -> tuple[str, str]:
    """What a message says of all, in whole sentences, and what only its names tell.

    The first sentence says what is the matter; a later one with blanks would tell nothing.
    """
    patterns, texts = _SENTENCE_END.split(pattern), _SENTENCE_END.split(message)
    if len(patterns) != len(texts):
        return "", message
    shared = 1 + len([*takewhile(lambda one: BLANK not in one, patterns[1:])])
    said = " ".join(patterns[:shared])
    is_telling = said.count(BLANK) <= 1
    return said.replace(f"{BLANK}.", BLANK) if is_telling else "", " ".join(texts[shared:])


_SENTENCE_END: Final = regex(r"(?<=\.)\s+")


def blanked(text: str, finding: Finding, blank: str = BLANK) -> str:
    """A text about a finding with a blank in place of its names."""
    names = _names(finding)
    found = _WORD.sub(lambda word: blank if word[0] in names else word[0], text)
    for name in sorted(filter(_is_odd, names), key=len, reverse=True):
        found = found.replace(name, blank)
    return found


_WORD: Final = regex(r"[\w-]+(?:\.[\w-]+)*")
"""A whole name, be it a flag, a variable or a dotted path; one expression for all takes no time."""


def _is_odd(name: str) -> bool:
    """Whether it has signs that no option's name has."""
    return not _WORD.fullmatch(name)


def in_one(texts: Sequence[str], patterns: Iterable[str]) -> str:
    """Sentences that are equal but for names, as one: `Rename A and B.`.

    `patterns` are the same, blanked. Empty where they differ in more, where each begins with its
    name, or where they are too many to read.
    """
    if len(set(texts)) == 1:
        return texts[0]
    return _joined(texts) if len(set(patterns)) == 1 and len(texts) <= _FEW else ""


def _joined(texts: Sequence[str]) -> str:
    """The words that all begin and end with, and between them what differs."""
    words = [_PART.findall(text) for text in texts]
    lead = _shared(words)
    tail = _shared(one[lead:][::-1] for one in words)
    middles = ["".join(one[lead : len(one) - tail]).strip() for one in words]
    if not lead or not all(middles):
        return ""
    end = words[0][len(words[0]) - tail :]
    return "".join((*words[0][:lead], listing(middles), *end))


_PART: Final = regex(r"\s+|[,;:.](?=\s|$)|(?:(?![,;:.](?:\s|$))\S)+")
"""A word, the blanks after it, or the sign that ends it."""


def _shared(rows: Iterable[Sequence[str]]) -> int:
    """How many words all rows begin with."""
    columns = list(zip(*rows, strict=False))
    return next((n for n, words in enumerate(columns) if len(set(words)) > 1), len(columns))


def _names(finding: Finding) -> set[str]:
    return {name for name in (*_option_names(finding), finding.subject) if name}


def _option_names(finding: Finding) -> set[str]:
    options = [one for one in (finding.spec, *finding.instead) if one]
    return {name for one in options for name in (one.key, *_spelled(one))}


def _spelled(spec: OptionSpec) -> tuple[str, ...]:
    return option_name(spec.key), spec.env, spec.yaml_path
