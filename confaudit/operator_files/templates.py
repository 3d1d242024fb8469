"""Where templates stand in a text: what Helm, Jinja or Terraform put in its place is not known."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from confaudit.patterns import regex

OPAQUE: Final = "\ue000"
"""Stands for a template that was cut out; a private-use character, so no text means it."""

_LONGEST: Final = 2000
"""Characters that a template may have before it closes."""


class _Kind(Struct, frozen=True):
    opening: re.Pattern[str]
    closing: str

    def first(self, text: str, start: int) -> tuple[int, int] | None:
        """Where the first one begins and ends; looked for backwards, from what closes.

        So a text is walked over once, however many open in it and never close.
        """
        close = text.find(self.closing, start)
        while close >= 0:
            opening = self.opening.search(text, max(start, close - _LONGEST), close)
            if opening:
                return opening.start(), close + len(self.closing)
            start, close = max(start, close - 1), text.find(self.closing, close + 1)
        return None


_KINDS: Final = (
    _Kind(regex(r"\{\{"), "}}"),
    _Kind(regex(r"\{%"), "%}"),
    _Kind(regex(r"(?<!%)%\{"), "}"),
    _Kind(regex(r"\[\{-?\s*[A-Za-z.]"), "}]"),  # `[{ env "x" }]`; JSON has a quote there
)
"""Helm and Jinja, Jinja's statements, Terraform's directives, custom delimiters."""


def templates(text: str) -> Iterator[tuple[int, int]]:
    """Where each template of a text begins and ends, in order; none overlaps another."""
    found = {kind: place for kind in _KINDS if (place := kind.first(text, 0))}
    done = 0
    while found:
        kind, (begin, end) = min(found.items(), key=lambda one: one[1])
        if begin >= done:
            yield begin, end
            done = end
        del found[kind]
        if place := kind.first(text, done):
            found[kind] = place


def has_template(text: str) -> bool:
    """Whether something in a text is a template, or stands for one that was cut out."""
    return OPAQUE in text or next(templates(text), None) is not None


def opaque(text: str) -> str:
    """A text with a mark in the place of each template, which may have blanks and quotes in it."""
    parts, done = list[str](), 0
    for begin, end in templates(text):
        parts += (text[done:begin], OPAQUE, "\n" * text.count("\n", begin, end))
        done = end
    return "".join((*parts, text[done:]))
