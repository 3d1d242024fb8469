"""deepdiff comes without what it never uses here, and leaves the imports of others alone."""

import os
import subprocess
import sys

import pytest

DIFF = """
import sys
from confaudit.core.changes.documents import differing
print(*differing({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}), sep="")
"""
COSTLY = ("asyncio", "ssl", "socket", "numpy", "pandas", "polars", "pydantic")


def said(code, path):
    environment = {**os.environ, "PYTHONPATH": str(path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.splitlines()


@pytest.fixture
def others(tmp_path):
    """A folder in which numpy and its like are installed."""
    for name in ("numpy", "pandas", "polars", "pydantic"):
        (tmp_path / f"{name}.py").write_text(f"print('{name} is imported')")
    return tmp_path


def test_deepdiff_brings_neither_asyncio_nor_libraries_of_numbers(others):
    code = DIFF + f"print([one for one in {COSTLY} if one in sys.modules])"
    assert said(code, others) == ["('a', '1', 'b')", "[]"]


def test_what_was_hidden_is_there_for_others_before_and_after(others):
    code = "import polars" + DIFF + "import pandas, asyncio; print(asyncio.Lock.__module__)"
    assert said(code, others) == [
        "polars is imported",
        "('a', '1', 'b')",
        "pandas is imported",
        "asyncio.locks",
    ]


def test_what_needs_asyncio_after_all_has_it(tmp_path):
    code = DIFF + "from cachebox import utils; print(utils.asyncio.Lock.__module__)"
    assert said(code, tmp_path) == ["('a', '1', 'b')", "asyncio.locks"]
