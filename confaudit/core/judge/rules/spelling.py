"""Variables that are no option: which option was meant, and which names are legal all the same.

What is certain comes first: a name made from any spelling of any option in any release (flag, YAML
path, config leaf). Then a name with one word too many or too few, then a slip of the pen. Where
nothing is close nothing is suggested: a wrong hint is worse than none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from confaudit.core.coder.facts import Facts, ReadBy
from confaudit.core.coder.releases import Catalog
from confaudit.core.judge.finding import Confidence
from confaudit.core.model import OptionSpec
from confaudit.core.upgrade.predict import is_server_variable

PREFIX: Final = "CODER_"


@dataclass(frozen=True, slots=True)
class Meant:
    """What an operator may have meant by a name that no release reads."""

    name: str
    """The variable to use, or the pattern of a numbered family."""
    key: str = ""
    """The option's key; empty when the name is none of the server's options."""
    confidence: Confidence = Confidence.CERTAIN
    note: str = ""
    """What else is to be said, in a whole sentence."""


_HELPER: Final = re.compile(
    r"CODER_(?:VERSION|IMAGE\w*|(?:DB|POSTGRES)_\w+|PG_(?:USER|USERNAME|PASSWORD|HOST|PORT|DATABASE|DB)"
    r"|(?:HTTP_|HTTPS_)?PORT|HOST(?:NAME)?|(?:WILDCARD_)?DOMAIN|ADMIN_\w+)"
)
"""Names that operators take for values of their own: image tag, port, host, database."""

_CLOSE: Final = 0.9
_FEWEST_WORDS: Final = 2
"""How many words two names must share; one alone says too little."""
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_legal(name: str, facts: Facts) -> bool:
    """Whether something may well read the variable where it is given, though it is no option."""
    known = facts.variable(name)
    is_client = known is not None and known.reader is ReadBy.CLIENT
    return is_server_variable(name, facts) or (known is not None and not is_client)


def is_usual_helper(name: str) -> bool:
    """Whether operators usually give this name to a value of their own."""
    return bool(_HELPER.fullmatch(name))


def meant(name: str, catalog: Catalog, options: Iterable[OptionSpec]) -> Meant | None:
    """The option that a name stands for which none has; `options` are those of the target.

    An option that the target has is preferred to one of another release, and a current name to a
    deprecated one.
    """
    facts = catalog.nearest("").facts
    if retired := facts.retired(name):
        confidence = Confidence.GUESSED if retired.is_likely else Confidence.CERTAIN
        return Meant(retired.by, retired.option, confidence, retired.note)
    specs = [spec for spec in (*_current(options), *_declared(catalog)) if spec.env]
    if same := next((spec for spec in specs if name in _spellings(spec)), None):
        current = next(spec for spec in specs if _is_same_setting(spec, same))
        return Meant(current.env, current.key)
    word = name.removeprefix(PREFIX)
    near = _same_words(word, specs) or _slip(word, specs)
    if near:
        return Meant(near.env, near.key, Confidence.GUESSED)
    readable = facts.names(ReadBy.LOGIN, ReadBy.CLIENT)
    own = next((own for own in readable if _ratio(name, own) >= _CLOSE), "")
    return Meant(own, confidence=Confidence.GUESSED, note="The CLI reads it.") if own else None


def _current(options: Iterable[OptionSpec]) -> list[OptionSpec]:
    return sorted(options, key=lambda spec: bool(spec.use_instead))


def _declared(catalog: Catalog) -> Iterator[OptionSpec]:
    """Every declaration of any option, the newest first."""
    releases = (catalog.nearest(version) for version in reversed(catalog.versions))
    return iter({id(s): s for release in releases for s in release.options.values()}.values())


def _is_same_setting(spec: OptionSpec, other: OptionSpec) -> bool:
    return spec.key == other.key or (bool(spec.json_path) and spec.json_path == other.json_path)


def _spellings(spec: OptionSpec) -> set[str]:
    """The flag, YAML path and config leaf of an option in the form of a variable."""
    return {_as_variable(text) for text in (spec.flag, spec.yaml_path, spec.json_path) if text}


@lru_cache(maxsize=4096)
def _as_variable(text: str) -> str:
    return PREFIX + re.sub(r"[^A-Za-z0-9]+", "_", _CAMEL.sub("_", text)).upper()


def _same_words(word: str, specs: Iterable[OptionSpec]) -> OptionSpec | None:
    """The most similar of those with one word more or less; plural or not is the same."""
    mine = _words(word)
    found = [
        spec
        for spec in specs
        if len(mine ^ (theirs := _words(spec.env.removeprefix(PREFIX)))) <= 1
        and len(mine & theirs) >= _FEWEST_WORDS
    ]
    return max(found, key=lambda spec: _ratio(word, spec.env.removeprefix(PREFIX)), default=None)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(map(_singular, text.split("_")))


def _singular(word: str) -> str:
    """One form for a word and its plural; `COOKIE` may become `COOKY` as long as both do."""
    plural = word.endswith("S") and not word.endswith("SS") and len(word) > len("TLS")
    stem = word[:-1] if plural else word
    return f"{stem[:-2]}Y" if stem.endswith("IE") else stem


def _slip(word: str, specs: Iterable[OptionSpec]) -> OptionSpec | None:
    rated = [(_ratio(word, spec.env.removeprefix(PREFIX)), spec) for spec in specs]
    best, found = max(rated, key=lambda pair: pair[0])
    return found if best >= _CLOSE else None


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
