"""Tables whose rows take less than what a test costs besides: two thousandths of a second."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

import pytest

Ids = Iterable[object] | Callable[[Any], object] | None


def every_row(
    names: str | Sequence[str], rows: Iterable[Any], ids: Ids = None
) -> Callable[..., Any]:
    """Hold every row to a test, in one: all that fail are told, each with its id.

    It is written as `pytest.mark.parametrize` is, in whose place it stands. All rows get the same
    fixtures: what one of them leaves there, the next one finds.
    """
    given = [one.strip() for one in names.split(",")] if isinstance(names, str) else [*names]
    values = [dict(zip(given, _parts(given, row), strict=True)) for row in rows]
    assert values, "a table without rows holds nothing to the test"
    told = list(ids) if isinstance(ids, Iterable) else [ids or repr] * len(values)

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)
        fixtures = [one for one in signature.parameters.values() if one.name not in given]

        @wraps(test)
        def whole(**fixture: Any) -> None:
            faults = [*_faults(test, zip(values, told, strict=True), fixture)]
            if faults:
                raise BaseExceptionGroup(f"{len(faults)} of {len(values)} rows", faults)

        whole.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]
        return whole

    return decorated


def _parts(given: Sequence[str], row: Any) -> Sequence[Any]:
    return row if len(given) > 1 else (row,)


def _faults(
    test: Callable[..., None],
    rows: Iterable[tuple[Mapping[str, Any], Any]],
    fixtures: Mapping[str, Any],
) -> Iterator[BaseException]:
    for row, told in rows:
        try:
            test(**row, **fixtures)
        except (Exception, pytest.fail.Exception) as fault:
            name = "-".join(str(told(one)) for one in row.values()) if callable(told) else told
            fault.add_note(f"in the row {name!s:.200}")
            yield fault
