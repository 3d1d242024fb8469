"""What becomes of a good document by a few edits, so that most get past the first check."""

import copy
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from hypothesis import strategies as st

SECRET: Final = "R4nd0mPl4ntedS3cretZk3vQ9xT7bLm2RwYc"
TOKEN: Final = f"ghp_{SECRET}"
"""Known for a secret wherever it stands."""

_EDITS: Final = (1, 1, 2, 3)
"""How many there may be; one alone is likeliest to get far."""
_PIECE: Final = re.compile(r"\n[ \t]*|\w+|[^\w\n]")
_ODD_PIECES: Final = (
    *"\"'{}[]():-&*|>\\$%#@=;`~,.!/<\t\r \x00\x1b\x85\ufeff\u2028\u00b2\u0663\u0130\U0001f600",
    "\n", "\n\n", "\n  ", "\n\t", "\r\n", "- ", ": ", "---\n", "\n...\n", "<<: ", "&a ", "*a",
    "!!binary ", "!!set ", "!x ", "? ", "|\n", ">-\n", "${", "$(", "${A:-", "{{", "}}",
    "{{ .Values.x }}", "{%", "<<EOF\n", "<<-'E'\n", "''", '"""', "```\n", "0", "-1", "00",
    "1e999", "9" * 30,
    "9" * 4400, "0x", "1_0", "null", "~", "true", "yes", ".inf", ".nan", "\\u", "\\ud800",
    "2026-13-45", "2026-01-05", "12:30:45", "/", "../", "*", "%s", "%41", "a" * 300, f" {TOKEN} ",
    f" \"{TOKEN}\" ", f" postgres://u:{TOKEN}@h/d ", f"\npassword: {TOKEN}\n",
    f" https://u:{TOKEN}@h ",
)  # fmt: skip
_ODD_VALUES: Final = (
    None, True, False, 0, -1, 0.5, 2**63, 10**30, 1e308, "", " ", "\x00", "\x1b[31m", "\u00b2",
    "\U0001f600", "a\nb", "a" * 300, "null", "-1", "99999999999h", "v2", "2026-13-45", "${A}",
    "{{ .x }}", "[", "..", "/", "https://[", "*", [], {}, [[]], [None], [""], [{}], {"": None},
    {"a": {"b": []}}, {"name": None}, {"name": "a", "value": []}, TOKEN, {"password": TOKEN},
    [f"--password={TOKEN}"], {"name": "password", "value": TOKEN}, {TOKEN: "a"},
)  # fmt: skip

Path = tuple[str | int, ...]


@st.composite
def texts(draw: st.DrawFn, seeds: tuple[str, ...]) -> bytes:
    """A text in which a few pieces (words, signs, ends of lines) are not as they were."""
    pieces = _PIECE.findall(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.sampled_from(_EDITS))):
        at = draw(st.integers(0, len(pieces)))
        edit = draw(
            st.sampled_from(("put", "put", "instead", "instead", "move", "repeat", "drop", "cut"))
        )
        width = draw(st.integers(1, 12)) if edit in ("move", "repeat", "drop") else 1
        new = [draw(st.sampled_from(_ODD_PIECES))] if edit in ("put", "instead") else []
        if edit in ("move", "repeat"):
            start = draw(st.integers(0, len(pieces)))
            new = pieces[start : start + width]
        pieces[at : at + _replaced(edit, width, len(pieces))] = new
    return "".join(pieces).encode("utf-8", "surrogatepass")


def _replaced(edit: str, width: int, whole: int) -> int:
    """How many pieces make room for what comes instead."""
    return {"put": 0, "repeat": 0, "cut": whole}.get(edit, width)


@st.composite
def documents(draw: st.DrawFn, seed: Any, dump: Callable[[Any], str] = json.dumps) -> bytes:
    """A document in which a few values or keys are not as they were."""
    return dump(draw(trees(seed))).encode("utf-8", "surrogatepass")


@st.composite
def trees(draw: st.DrawFn, seed: Any) -> Any:
    """The values of a document, a few of which are not as they were."""
    root = {"": copy.deepcopy(seed)}
    for _ in range(draw(st.sampled_from(_EDITS))):
        places = [*_places(root)][1:]
        if places:
            _edit(draw, root, draw(st.sampled_from(places)), places)
    return root.get("")


def _edit(draw: st.DrawFn, root: Any, path: Path, places: list[Path]) -> None:
    parent, key = _at(root, path[:-1]), path[-1]
    edit = draw(st.sampled_from(("odd", "odd", "odd", "drop", "name", "other", "twice", "within")))
    if edit == "drop":
        del parent[key]
    elif edit == "name" and isinstance(parent, dict):
        parent[draw(st.sampled_from(_ODD_PIECES))] = parent.pop(key)
    elif edit == "twice" and isinstance(parent, list):
        parent.insert(0, copy.deepcopy(parent[int(key)]))
    elif edit == "other":
        parent[key] = copy.deepcopy(_at(root, draw(st.sampled_from(places))))
    elif edit == "within":
        parent[key] = draw(st.sampled_from(([parent[key]], {"a": parent[key]})))
    else:
        parent[key] = copy.deepcopy(draw(st.sampled_from(_ODD_VALUES)))


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    for key, child in _below(value):
        yield from _places(child, (*path, key))


def _below(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value
