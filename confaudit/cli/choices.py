"""Words that are one of a few: a mistyped one gets a suggestion."""

from collections.abc import Iterable
from typing import Any

import click


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the nearest of the known words, after a blank; empty if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


class Choice(click.Choice[str]):
    """One of these words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Name the words, and the nearest of them."""
        told = super().get_invalid_choice_message(value, ctx)
        return told + did_you_mean(str(value), map(str, self.choices))
