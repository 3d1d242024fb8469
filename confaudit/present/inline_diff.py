"""What differs inside two values: words of a text, items of a list, entries of a mapping."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Final, TypeAlias, TypeGuard

from msgspec import Struct

from confaudit.core.model import Json, Value
from confaudit.core.secret import is_secret
from confaudit.core.text.wording import exact, human, plural
from confaudit.patterns import regex


class Segment(Struct, frozen=True):
    """A stretch of text, and whether it differs from the other side."""

    text: str
    changed: bool = False


Segments: TypeAlias = tuple[Segment, ...]
Item: TypeAlias = tuple[str, str]
"""An item in its exact form and in words."""


class Items(Struct, frozen=True):
    """What happened to the items of a list or the entries of a mapping."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]
    reordered: bool
    """The kept items are in another order."""
    unchanged: str
    """How many are kept, and whether in another order, in words; empty where none is."""


# --- words --------------------------------------------------------------------------------------

_WORD: Final = regex(r"\w+|\W")
_MOST_WORDS: Final = 500
"""Beyond this, comparing word by word takes longer than a reader would look: mark it all."""


def mark_words(before: str, after: str) -> tuple[Segments, Segments]:
    """Split two texts into what they share and what differs, at word boundaries."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    start, end = Segment("".join(old[:head])), Segment("".join(old[len(old) - tail :]))
    old_marks, new_marks = _match(old_middle, new_middle)
    return _without_empty(start, *old_marks, end), _without_empty(start, *new_marks, end)


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words two sequences start with in common."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(old), len(new)))


def _match(old: Sequence[str], new: Sequence[str]) -> tuple[Segments, Segments]:
    if min(len(old), len(new)) < 2 or max(len(old), len(new)) > _MOST_WORDS:
        return (Segment("".join(old), changed=True),), (Segment("".join(new), changed=True),)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return (
        tuple(Segment("".join(old[a:b]), tag != "equal") for tag, a, b, _, _ in steps),
        tuple(Segment("".join(new[c:d]), tag != "equal") for tag, _, _, c, d in steps),
    )


def _without_empty(*segments: Segment) -> Segments:
    return tuple(segment for segment in segments if segment.text)


def shorten(segments: Segments, limit: int) -> Segments:
    """Show a long text around its differences: about `limit` characters, at most twice that."""
    if sum(len(segment.text) for segment in segments) <= limit:
        return segments
    room = max(40, limit // len(segments))
    short = [
        Segment(middle_out(segment.text, room if segment.changed else room // 2), segment.changed)
        for segment in segments
    ]
    sizes = accumulate(len(segment.text) for segment in short)
    shown = max(1, sum(1 for size in sizes if size <= 2 * limit))
    rest = sum(len(segment.text) for segment in segments[shown:])
    return (*short[:shown], *([Segment(f" […{rest:,} characters…]")] if rest else []))


def middle_out(text: str, limit: int) -> str:
    """Replace the middle of a text longer than `limit` by how many characters are left out."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} […{len(text) - 2 * half:,} characters…] {text[-half:]}"


# --- items --------------------------------------------------------------------------------------


def compare_items(before: Value, after: Value) -> Items | None:
    """Compare two lists or two mappings item by item; None when the values are anything else."""
    if isinstance(before, list) and isinstance(after, list):
        return _compare(_spelled(before), _spelled(after))
    if _is_mapping(before) and _is_mapping(after):
        return _compare(_entries(before), _entries(after))
    return None


def _is_mapping(value: Value) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict) and not is_secret(value)


def _spelled(items: list[Json]) -> list[Item]:
    return [(exact(item), human(item)) for item in items]


def _entries(mapping: dict[str, Json]) -> list[Item]:
    return [
        (f"{exact(key)}: {exact(value)}", f"{human(key)}: {human(value)}")
        for key, value in sorted(mapping.items())
    ]


def _compare(before: list[Item], after: list[Item]) -> Items:
    """Compare by exact form, show in words; exactly where words would hide a difference."""
    words = dict((*before, *after))
    if len(set(words.values())) < len(words):
        words = {form: form for form in words}
    old, new = [form for form, _ in before], [form for form, _ in after]
    removed, added = _surplus(old, new), _surplus(new, old)
    kept = _surplus(new, added)
    is_reordered = _surplus(old, removed) != kept
    old_is_kept = not (removed or added)
    return Items(
        removed=tuple(words[form] for form in removed),
        added=tuple(words[form] for form in added),
        kept=tuple(words[form] for form in kept),
        reordered=is_reordered,
        unchanged=_unchanged(len(kept), is_all=old_is_kept, is_reordered=is_reordered),
    )


def _unchanged(number: int, *, is_all: bool, is_reordered: bool) -> str:
    if is_all and is_reordered:
        return f"the same {plural(number, 'value')} in another order"
    order = ", in another order" if is_reordered else ""
    return f"{number:,} unchanged{order}" if number else ""


def _surplus(items: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The items that `others` does not hold (as often), in their order."""
    left = Counter(others)

    def is_surplus(item: str) -> bool:
        left[item] -= 1
        return left[item] < 0

    return tuple(item for item in items if is_surplus(item))
