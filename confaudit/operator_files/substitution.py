"""Texts that somebody else fills in: `${V:-d}`, `$(V)`, `{{ }}` and their kin, never executed.

A dialect says which of them a tool knows. What can be resolved is: from variables that were
given, or from an earlier entry of the same list. The rest stays open, with its default.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import merge
from operator import itemgetter
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from confaudit.operator_files.templates import OPAQUE, templates
from confaudit.patterns import regex

_MAX_BRACES: Final = 4000
"""Longest `${…}`, in characters."""
_MAX_NESTING: Final = 10
_MAY_FILL: Final = regex(rf"[${{{OPAQUE}]")
"""What is in every text with something to fill in: most have nothing."""

_ESCAPE: Final = r"(?P<escape>\$\$)"
_BRACE: Final = r"(?P<brace>\$\{)"
_PAREN: Final = r"(?P<paren>\$\((?P<dependent>[A-Za-z_][\w.-]*)\))"
_BARE: Final = r"\$(?P<bare>[A-Za-z_]\w*)"
_UPPER: Final = r"\$(?P<bare>[A-Z_][A-Z0-9_]+\b)"  # a regular expression's `$` is none
_OPAQUE: Final = rf"(?P<opaque>{OPAQUE})"


class Reading(Struct, frozen=True):
    """A text after everything that can be filled in was."""

    text: str | None
    """With the defaults of what is open; None when something open has none."""
    known: bool = True
    """Nothing is left open."""
    prefix: str = ""
    """What comes before the first thing left open."""
    names: tuple[str, ...] = ()
    """The variables it is made of."""
    left: tuple[str, ...] = ()
    """Those of them that the tool leaves as text, because nothing defines them there."""


Lookup: TypeAlias = Callable[[str], Reading | None]
"""What a variable stands for; None where the tool leaves the reference as it stands."""


class Dialect(Struct, frozen=True):
    """How one tool spells what it fills in."""

    pattern: re.Pattern[str]
    unset: str | None = None
    """What a variable without value and default becomes; None: not known here."""

    def read(
        self,
        text: str,
        variables: Mapping[str, str] | None = None,
        earlier: Lookup | None = None,
        depth: int = 0,
    ) -> Reading:
        """Fill in what `variables` (`${V}`) and `earlier` (`$(V)`) say.

        Without `variables` every `${V}` stays open, without `earlier` every `$(V)`.
        """
        if not _MAY_FILL.search(text):
            return _literal(text)
        if depth > _MAX_NESTING:
            return Reading(None, known=False)
        holes = _Holes(self, variables, earlier, depth)
        return _joined(holes.parts(text))


class _Holes(Struct, frozen=True):
    dialect: Dialect
    variables: Mapping[str, str] | None
    earlier: Lookup | None
    depth: int

    def parts(self, text: str) -> Iterator[Reading]:
        done = 0
        for begin, end, match in _found(self.dialect.pattern, text):
            yield _literal(text[done:begin])
            if match is None:
                yield Reading(None, known=False)
            elif match.lastgroup == "brace":
                yield self._braces(text[match.end() : end - 1])
            else:
                yield self._simple(match)
            done = end
        yield _literal(text[done:])

    def _simple(self, match: re.Match[str]) -> Reading:
        groups = match.groupdict()
        if groups.get("escape"):
            return _literal("$")
        if groups.get("dependent"):
            return self._dependent(groups["dependent"], match[0])
        if groups.get("bare"):
            return self._variable(groups["bare"], self.dialect.unset)
        return Reading(None, known=False)

    def _dependent(self, name: str, text: str) -> Reading:
        found = self.earlier(name) if self.earlier else Reading(None, known=False)
        if found is None:
            return Reading(text, prefix=text, names=(name,), left=(name,))
        return replace(found, names=(name,), left=())

    def _variable(self, name: str, default: str | None) -> Reading:
        if self.variables is None:
            return Reading(default, known=False, names=(name,))
        value = self.variables.get(name, default)
        return Reading(value, value is not None, value or "", (name,))

    def _braces(self, body: str) -> Reading:
        match = re.fullmatch(r"([A-Za-z_]\w*)(?:(:?[-=+?])(.*))?", body, re.DOTALL)
        if match is None:
            return Reading(None, known=False)
        name, operator, rest = match[1], match[2] or "", match[3] or ""
        if not operator:
            return self._variable(name, self.dialect.unset)
        value = (self.variables or {}).get(name)
        present = value is not None and (value != "" or ":" not in operator)
        if operator.endswith("+"):
            return self._either(name, rest if present else "")
        if present:
            return self._variable(name, None)
        if operator.endswith("?"):  # the tool refuses to go on without it
            return Reading(None, known=False, names=(name,))
        return self._either(name, rest)

    def _either(self, name: str, text: str) -> Reading:
        inner = self.dialect.read(text, self.variables, self.earlier, self.depth + 1)
        known = inner.known and self.variables is not None
        prefix = inner.prefix if known else ""
        return Reading(inner.text, known, prefix, (name, *inner.names), inner.left)


_Place: TypeAlias = tuple[int, int, re.Match[str] | None]
"""Where something is filled in, and how it is spelled; None: as a template."""


def _found(pattern: re.Pattern[str], text: str) -> Iterator[_Place]:
    """What is filled in, in order; what another has around it is part of that."""
    cut = ((begin, end, None) for begin, end in templates(text))
    done = 0
    for place in merge(_spelled(pattern, text), cut, key=itemgetter(0)):
        if place[0] >= done:
            yield place
            done = place[1]


def _spelled(pattern: re.Pattern[str], text: str) -> Iterator[_Place]:
    done = 0
    while match := pattern.search(text, done):
        done = _closing(text, match.end()) if match.lastgroup == "brace" else match.end()
        yield match.start(), done, match


def _literal(text: str) -> Reading:
    return Reading(text, prefix=text)


def _joined(parts: Iterable[Reading]) -> Reading:
    texts: list[str | None] = []
    names: list[str] = []
    left: list[str] = []
    prefix, known = "", True
    for part in parts:
        texts.append(part.text)
        prefix += part.prefix if known else ""
        names += part.names
        left += part.left
        known = known and part.known
    text = None if None in texts else "".join(filter(None, texts))
    return Reading(text, known, prefix, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(left)))


def _closing(text: str, start: int) -> int:
    """The end of the braces that open before `start`; a counter, since defaults nest."""
    depth, end = 1, min(len(text), start + _MAX_BRACES)
    for index in range(start, end):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    return len(text) + 1


def _dialect(*parts: str, unset: str | None = None) -> Dialect:
    return Dialect(regex("|".join(parts), re.DOTALL), unset)


COMPOSE: Final = _dialect(_ESCAPE, _BRACE, _OPAQUE, _BARE, unset="")
"""Compose files and the `.env` beside them: what is not set becomes the empty text."""
CLUSTER: Final = _dialect(r"(?P<escape>\$\$)(?=\()", _BRACE, _PAREN, _OPAQUE, _UPPER)
"""Kubernetes' own `$(V)`, and what Flux, envsubst, Helm and Terraform fill in before."""
CODE: Final = _dialect(r"(?P<escape>\$\$)(?=\{)", _BRACE, _OPAQUE)
"""Strings of Terraform and Nix."""
SHELL: Final = _dialect(_ESCAPE, _BRACE, _OPAQUE, _BARE)
"""The words of a script as `shell` has them: `$$` is a dollar sign."""
SCRIPT: Final = _dialect(_BRACE, _OPAQUE, _BARE)
"""A text inside a shell script."""
TEMPLATED: Final = _dialect(_OPAQUE)
"""Files that fill in nothing themselves, though a template may have been made of them."""


def verbatim(text: str) -> Reading:
    """The text itself: what a tool reports after it filled everything in."""
    return _literal(text)


Fill: TypeAlias = Callable[[str], Reading]
"""A dialect with its variables: reads one text."""
