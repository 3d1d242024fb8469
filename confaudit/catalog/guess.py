"""What an input does not tell of a new option, guessed from the words in names. A hint, no fact.

The config leaf: over the new options of Coder's releases, against the new leaves of the same
release, 93 % of the guesses that can be made are made, and none is wrong; eight minor releases
apart, five in 900 are.

The variable: of the 300 options with a flag and one, 273 have it after their flag.

The type: of the 96 options that ever were new and whose form on the wire leaves it open, 84 are
guessed right, seven wrong and five not at all.
"""

from collections.abc import Iterable
from typing import Final

from confaudit.core.model import OptionSpec
from confaudit.patterns import regex

_WORD: Final = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LIKELY: Final = 0.3
"""The least share of words in common; fewer are chance."""


def leaf_of(spec: OptionSpec, leaves: Iterable[str]) -> str:
    """The leaf whose words are most like those of the option's names; empty when in doubt."""
    words = _words(spec.flag, spec.env.removeprefix("CODER_"), spec.yaml_path)
    ranked = sorted(((_likeness(words, leaf), leaf) for leaf in leaves), reverse=True)
    best = [leaf for likeness, leaf in ranked if likeness == ranked[0][0] >= _LIKELY]
    return best[0] if len(best) == 1 else ""


def _likeness(words: frozenset[str], leaf: str) -> float:
    """Words in common per words in all; none without all those of the leaf's last part."""
    if not _words(leaf.rpartition(".")[2]) <= words:
        return 0.0
    path = _words(leaf)
    return len(words & path) / len(words | path)


def variable_of(flag: str) -> str:
    """The likely environment variable of a flag."""
    return "CODER_" + flag.upper().replace("-", "_")


_STRUCTS: Final = {"links", "mapping", "params", "providers"}
"""Last words of the options that hold more than texts."""


def type_of(spec: OptionSpec, suggested: str) -> str:
    """The likely type of an option whose wire form is shared by several, or is kept secret.

    `suggested` is what the form says: see `Partial.wire_types`. Empty when in doubt.
    """
    words = _WORD.findall(spec.flag or spec.env or spec.yaml_path or spec.name)
    before, word = ["", "", *map(str.lower, words)][-2:]
    if suggested in ("string-array", "null") or (spec.secret and word.endswith("s")):
        is_struct = word in _STRUCTS or (spec.default or "").startswith(("{", "["))
        return "" if is_struct else "string-array"
    if suggested == "string" and word == "url" and before != "base":
        return "url"
    return "string" if spec.secret else suggested


def _words(*names: str) -> frozenset[str]:
    return frozenset(word.lower() for name in names for word in _WORD.findall(name))
