"""deepdiff, imported without what it has no use for here; the only module that imports it.

Its imports take longer than most diffs. A library that it caches with brings asyncio, and with that
ssl and sockets, for a lock that nobody makes here. Where numpy, pandas, polars or pydantic are
installed it imports them to know their types, of which JSON has none; that takes four times as long
as all else.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepdiff import DeepDiff


@cache
def engine() -> "type[DeepDiff]":
    """What computes differences."""
    missing = dict.fromkeys(("numpy", "pandas", "polars", "pydantic"))
    with _instead({"asyncio": _put_off("asyncio"), **missing}):
        from deepdiff import DeepDiff
    return DeepDiff


def _put_off(name: str) -> ModuleType:
    """A module that imports the one it is called after when something of that is first used."""
    found = ModuleType(name)
    found.__getattr__ = lambda attribute: getattr(import_module(name), attribute)  # type: ignore[method-assign]
    return found


@contextmanager
def _instead(modules: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Let others be found for a while instead of modules not imported yet; None is no module."""
    new = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(new)  # type: ignore[arg-type]  # None says that there is none
    try:
        yield
    finally:
        for name in new:
            del sys.modules[name]
