"""Error messages read alike, as those of git and Unix do: `confaudit: there is no …`."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import confaudit
from confaudit import errors
from confaudit.sources.refusals import Refusal
from tests.tables import every_row

SOURCES = sorted(Path(confaudit.__file__).parent.rglob("*.py"))
PROPER = ("Coder", "Go")
"""What keeps its capital at the start, beside names in capitals."""


def _kinds(kind: type) -> set[type]:
    return {kind}.union(*map(_kinds, kind.__subclasses__()))


for module in pkgutil.walk_packages(confaudit.__path__, "confaudit."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
SPOKEN = {kind.__name__ for kind in (*_kinds(errors.ConfauditError), Refusal)}


def _texts(node: ast.AST, names: dict[str, list[ast.expr]]) -> Iterator[str]:
    """What an argument can say; `{}` stands for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)
        case ast.Name(id=name):
            for value in names.get(name, []):
                yield from _texts(value, {})
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one, names), *_texts(other, names))
        case ast.BoolOp() | ast.Tuple() | ast.Starred():
            for child in ast.iter_child_nodes(node):
                yield from _texts(child, names)


def _assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found.setdefault(name, []).append(value)
    return found


def said(source: str) -> list[str]:
    """All messages and hints that a module spells out."""
    tree = ast.parse(source)
    names = _assigned(tree)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        text
        for call in calls
        if getattr(call.func, "id", "") in SPOKEN
        for argument in call.args
        for text in _texts(argument, names)
    ]


def is_in_style(text: str) -> bool:
    """Whether it starts small, unless with a name, and ends without a stop."""
    first = re.split(r"[^A-Za-z_]", text)[0]
    is_name = first in PROPER or first != first.capitalize()
    return (is_name or not text[0].isupper()) and not text.endswith(".")


def test_every_error_starts_small_and_ends_without_a_stop() -> None:
    spoken = [text for path in SOURCES for text in said(path.read_text())]
    assert [text for text in spoken if not is_in_style(text)] == []
    assert len(spoken) > 250
    assert "there is no deployment to ask" in spoken
    assert "see templates/README.md for the data a template receives" in spoken
    assert "the server answered something else than Coder's API" in spoken


@every_row(
    ("text", "fits"),
    [
        ("there is no file", True),
        ("There is no file", False),
        ("there is no file.", False),
        ("Coder refused the session token", True),
        ("SOURCE_DATE_EPOCH is not a number", True),
        ("{} cannot be read", True),
        ("A file is missing", False),
    ],
)
def test_the_style(text: str, fits: bool) -> None:
    assert is_in_style(text) == fits
