"""Variables that are no option: which option was meant, and which names are legal all the same.

What is certain comes first: a name made from any spelling of any option in any release (flag, YAML
path, config leaf). Then a name with one word too many or too few, then a slip of the pen. Where
nothing is close nothing is suggested: a wrong hint is worse than none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Final

from msgspec import Struct

from confaudit.core.coder.facts import Facts
from confaudit.core.coder.programs import Program
from confaudit.core.coder.releases import Catalog
from confaudit.core.model import OptionSpec
from confaudit.core.upgrade.families import FIELDS_READ, PREFIXES, Family
from confaudit.core.upgrade.predict import is_server_variable
from confaudit.patterns import regex

PREFIX: Final = "CODER_"


class Meant(Struct, frozen=True):
    """What an operator may have meant by a name that no release reads."""

    name: str
    """The variable to use, or the pattern of a numbered family."""
    key: str = ""
    """The option's key; empty when the name is none of the server's options."""
    is_guess: bool = False
    """Whether it follows from likeness alone."""
    note: str = ""
    """What else is to be said, in a whole sentence."""


_HELPER: Final = regex(
    r"CODER_(?:VERSION|IMAGE\w*|(?:DB|POSTGRES)_\w+|PG_(?:USER|USERNAME|PASSWORD|HOST|PORT|DATABASE|DB)"
    r"|(?:HTTP_|HTTPS_)?PORT|HOST(?:NAME)?|(?:WILDCARD_)?DOMAIN|ADMIN_\w+)"
)
"""Names that operators take for values of their own: image tag, port, host, database."""

_CLOSE: Final = 0.9
_FEWEST_WORDS: Final = 2
"""How many words two names must share; one alone says too little."""
_CAMEL: Final = regex(r"(?<=[a-z0-9])(?=[A-Z])")


_NUMBERED: Final = regex(r"(CODER_[A-Z_]+?)([0-9]+)_([A-Z_]+)")
"""A numbered variable: its prefix, its number, its field."""
_PROVISIONER: Final = regex(r"(?<=CODER_)PROVISIONER(?:_?DAEMON|D)?S?(?=_)")
_DAEMON: Final = "PROVISIONERD"
"""What stands for each way in which a provisioner's variables begin."""

_NEVER_IN_VAIN: Final = frozenset({Program.SERVER, Program.LOGIN, Program.OTHER})
"""Who may well be started where the server is, by hand."""


def is_legal(name: str, facts: Facts) -> bool:
    """Whether something may well read the variable where it is given, though it is no option."""
    known = facts.variable(name)
    return is_server_variable(name, facts) or (known is not None and known.reader in _NEVER_IN_VAIN)


def is_usual_helper(name: str) -> bool:
    """Whether operators usually give this name to a value of their own."""
    return bool(_HELPER.fullmatch(name))


class Spelling:
    """The names there are, made ready once to hold many wrong ones against them.

    An option that the target has is preferred to one of another release, and a current name to a
    deprecated one.
    """

    def __init__(self, catalog: Catalog, options: Iterable[OptionSpec]) -> None:
        """Take the releases there are, and the options of the target."""
        self._facts = catalog.nearest("").facts
        current = sorted(options, key=lambda spec: bool(spec.use_instead))
        self._specs = [spec for spec in (*current, *catalog.declared) if spec.env]

    def meant(self, name: str) -> Meant | None:
        """What a name stands for which no option has."""
        if retired := self._facts.retired(name):
            return Meant(retired.by, retired.option, retired.is_likely, retired.note)
        if same := self._same(name):
            now = next(spec for spec in self._specs if _is_same_setting(spec, same))
            return Meant(now.env, now.key)
        if found := self._of_a_family(name) or self._of_a_provisioner(name):
            return found
        word = name.removeprefix(PREFIX)
        if near := self._words.same_words(word) or self._words.slip(word):
            spec = self._by_word[near]
            return Meant(spec.env, spec.key, is_guess=True)
        return self._of_another_program(name)

    def is_spelt(self, name: str) -> bool:
        """Whether a name is the flag, YAML path or config leaf of an option, as a variable."""
        return name in self._spelt

    def is_in_small_letters(self, name: str) -> bool:
        """Whether a name is an option's but for the case of its letters, which counts."""
        return name != name.upper() and name.upper().removeprefix(PREFIX) in self._by_word

    def _same(self, name: str) -> OptionSpec | None:
        """The option that a name is another spelling of."""
        if self.is_in_small_letters(name):
            return self._by_word[name.upper().removeprefix(PREFIX)]
        return self._spelt.get(name)

    def _of_a_family(self, name: str) -> Meant | None:
        """A numbered variable with a slip in its prefix or its field."""
        found = _NUMBERED.fullmatch(name)
        near = self._prefixes.slip(found[1]) if found else ""
        field = self._fields.slip(found[3]) if found else ""
        if not (found and near and field):
            return None
        return Meant(f"{PREFIXES[Family.EXTERNAL_AUTH][0].text}{found[2]}_{field}", is_guess=True)

    def _of_a_provisioner(self, name: str) -> Meant | None:
        """Its variables begin in two ways, which are easily taken for one."""
        found = self._provisioners.get(_PROVISIONER.sub(_DAEMON, name), name)
        if found == name:
            return None
        spec = self._by_word.get(found.removeprefix(PREFIX))
        return Meant(found, spec.key, is_guess=True) if spec else self._meant_by_another(found)

    def is_slip(self, name: str) -> bool:
        """Whether a name is an option's in another spelling, or with a slip of the pen."""
        word = name.removeprefix(PREFIX)
        is_spelt = name in self._spelt and "_" in word
        return is_spelt or bool(self._words.slip(word))

    def _of_another_program(self, name: str) -> Meant | None:
        return self._meant_by_another(self._others.slip(name))

    def _meant_by_another(self, name: str) -> Meant | None:
        found = self._facts.variable(name)
        if found is None:
            return None
        reader = found.reader.label
        note = f"{reader[0].upper()}{reader[1:]} reads it."
        return Meant(found.name, is_guess=True, note=note)

    @cached_property
    def _spelt(self) -> Mapping[str, OptionSpec]:
        found: dict[str, OptionSpec] = {}
        for spec in self._specs:
            for text in _spellings(spec):
                found.setdefault(text, spec)
        return found

    @cached_property
    def _by_word(self) -> Mapping[str, OptionSpec]:
        found: dict[str, OptionSpec] = {}
        for spec in self._specs:
            found.setdefault(spec.env.removeprefix(PREFIX), spec)
        return found

    @cached_property
    def _words(self) -> "_Likeness":
        return _Likeness(self._by_word)

    @cached_property
    def _provisioners(self) -> Mapping[str, str]:
        names = (*self._facts.other_names(), *(spec.env for spec in reversed(self._specs)))
        return {
            _PROVISIONER.sub(_DAEMON, name): name for name in names if _PROVISIONER.search(name)
        }

    @cached_property
    def _prefixes(self) -> "_Likeness":
        return _Likeness(prefix.text for prefix in PREFIXES[Family.EXTERNAL_AUTH])

    @cached_property
    def _fields(self) -> "_Likeness":
        return _Likeness(FIELDS_READ[Family.EXTERNAL_AUTH].split("|"))

    @cached_property
    def _others(self) -> "_Likeness":
        exact = (name for name in self._facts.other_names() if "*" not in name)
        return _Likeness(dict.fromkeys(exact))


def _is_same_setting(spec: OptionSpec, other: OptionSpec) -> bool:
    return spec.key == other.key or (bool(spec.json_path) and spec.json_path == other.json_path)


def _spellings(spec: OptionSpec) -> set[str]:
    """The flag, YAML path and config leaf of an option in the form of a variable."""
    return {_as_variable(text) for text in (spec.flag, spec.yaml_path, spec.json_path) if text}


@lru_cache(maxsize=4096)
def _as_variable(text: str) -> str:
    return PREFIX + re.sub(r"[^A-Za-z0-9]+", "_", _CAMEL.sub("_", text)).upper()


class _Likeness:
    """Texts to find the one in that is most like another; of equals the first one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = [_Candidate(text) for text in texts]

    def same_words(self, text: str) -> str:
        """The most similar of those with one word more or less; plural or not is the same."""
        mine = _words(text)
        shared = Counter(index for word in mine for index in self._by_word.get(word, ()))
        found = [
            self._texts[index]
            for index, count in sorted(shared.items())
            if count >= _FEWEST_WORDS and len(mine) + len(self._texts[index].words) - 2 * count <= 1
        ]
        best = max(found, key=lambda one: one.likeness(text), default=None)
        return best.text if best else ""

    def slip(self, text: str) -> str:
        """The most similar of those that are so much alike that it is a slip of the pen."""
        letters = _letters(text)
        rated = [
            (one.likeness(text, at_least=_CLOSE), one.text)
            for one in self._texts
            if one.may_be_close(len(text), letters)
        ]
        best, found = max(rated, key=lambda pair: pair[0], default=(0.0, ""))
        return found if best >= _CLOSE else ""

    @cached_property
    def _by_word(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, one in enumerate(self._texts):
            for word in one.words:
                found.setdefault(word, []).append(index)
        return found


class _Candidate:
    """A text, and what is worked out of it no more than once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._letters = _letters(text)

    @cached_property
    def words(self) -> frozenset[str]:
        return _words(self.text)

    @cached_property
    def _matcher(self) -> SequenceMatcher[str]:
        return SequenceMatcher(None, "", self.text)

    def likeness(self, text: str, *, at_least: float = 0.0) -> float:
        """From 0 to 1; 0 for one that is certainly less than `at_least`."""
        self._matcher.set_seq1(text)
        return 0.0 if self._matcher.quick_ratio() < at_least else self._matcher.ratio()

    def may_be_close(self, length: int, letters: int) -> bool:
        """Whether a text of these letters may be as like as a slip of the pen is.

        All that has no counterpart counts, so neither the lengths nor the letters that only one
        of both has may come to more than what is left over then.
        """
        own = len(self.text)
        left_over = (own + length) * (1 - _CLOSE) + 1e-6
        strange = (self._letters ^ letters).bit_count()
        return abs(own - length) <= left_over and strange <= left_over


def _letters(text: str) -> int:
    """Which characters a text has, as bits; some may share one."""
    found = 0
    for letter in set(text):
        found |= 1 << (ord(letter) & 63)
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(map(_singular, text.split("_")))


def _singular(word: str) -> str:
    """One form for a word and its plural; `COOKIE` may become `COOKY` as long as both do."""
    plural = word.endswith("S") and not word.endswith("SS") and len(word) > len("TLS")
    stem = word[:-1] if plural else word
    return f"{stem[:-2]}Y" if stem.endswith("IE") else stem
