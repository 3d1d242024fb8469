"""Every test can fail: it asserts something, itself or in a helper that it calls."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MODULES = sorted(TESTS.rglob("test_*.py"))
JUDGES = {"raises", "fail", "expect", "validate", "check_schema", "bounded", "wait_until"}
"""Calls that fail a test: pytest's, Playwright's, jsonschema's, and two of ours."""


def functions(text: str) -> dict[str, ast.FunctionDef]:
    """All functions and methods of a module by name."""
    nodes = ast.walk(ast.parse(text))
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}


def calls(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr


def can_fail(function: ast.FunctionDef, known: dict[str, ast.FunctionDef]) -> bool:
    seen, waiting = {function.name}, [function]
    for one in waiting:  # grows as helpers are found
        called = set(calls(one))
        if called & JUDGES or any(isinstance(node, ast.Assert) for node in ast.walk(one)):
            return True
        waiting += [known[name] for name in (called & known.keys()) - seen]
        seen |= called
    return False


def test_every_test_can_fail() -> None:
    for path in MODULES:
        known = functions(path.read_text(encoding="utf-8"))
        tests = [function for name, function in known.items() if name.startswith("test_")]
        assert tests, path
        assert [test.name for test in tests if not can_fail(test, known)] == [], path


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", False),
        ("work()", False),
        ("check()", True),
        ("assert work()", True),
        ("with pytest.raises(ValueError): work()", True),
    ],
)
def test_what_can_fail(body: str, expected: bool) -> None:
    known = functions(
        f"def test_it():\n  {body}\ndef work(): test_it()\ndef check(): assert work()"
    )
    assert can_fail(known["test_it"], known) is expected
