"""A history with everything that happens to values over time."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from confaudit.core.history.entry import Entry
from confaudit.core.model import MISSING, Cause, Change, ChangeKind, Value, ValueSource
from confaudit.core.secret import secret
from tests.golden.sample_changes import option

DEFAULT, ENV = ValueSource.DEFAULT, ValueSource.ENV
HOUR: Final = 3_600_000_000_000
START: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def entry(day: float, *changes: Change, **more: Any) -> Entry:
    """A snapshot so many days after the first one."""
    taken_at = START + timedelta(days=day)
    known = {
        "deployment": "prod",
        "commit": f"{taken_at:%Y%m%d%H%M%S}".ljust(40, "0"),
        "version_before": "2.33.2",
        "version": "2.33.2",
    }
    return Entry(
        taken_at=taken_at,
        author="Ada",
        mail="ada@example.com",
        subject="a snapshot",
        changes=changes,
        **known | more,
    )


def change(
    flag: str,
    before: Value,
    after: Value,
    sources: tuple[ValueSource | None, ValueSource | None] = (DEFAULT, ENV),
    cause: Cause = Cause.OPERATOR,
    **declared: object,
) -> Change:
    """An option that changed, came (it was MISSING) or went."""
    kind = ChangeKind.ADDED if before is MISSING else ChangeKind.CHANGED
    kind = ChangeKind.REMOVED if after is MISSING else kind
    return replace(option(flag, kind, before, after, sources, **declared), cause=cause)


def session(before: int, after: int, *sources: ValueSource) -> Change:
    """A change of the one option that people often change, in hours."""
    hours = before * HOUR, after * HOUR
    return change("session-duration", *hours, (sources[0], sources[1]), type="duration")


LATER: Final = {"version_before": "2.34.5", "version": "2.34.5"}
HISTORY: Final = (
    entry(0, is_first=True, version_before=""),
    entry(6, session(24, 8, DEFAULT, ENV)),
    entry(
        12,
        change("oidc-scopes", ["openid"], ["openid", "email", "profile"]),
        change("postgres-url", secret(True, "0" * 16), secret(True, "1" * 16), (ENV, ENV)),
    ),
    entry(20, session(8, 12, ENV, ENV), change("pprof-enable", False, True)),
    entry(
        33,
        change("new-option", MISSING, "x", (None, DEFAULT), Cause.RELEASE),
        change("old-option", "y", MISSING, (DEFAULT, None), Cause.RELEASE),
        version="2.34.5",
    ),
    entry(34, change("pprof-enable", True, False, (ENV, DEFAULT)), **LATER),
    entry(40, trouble="settings.json is damaged", **LATER),
    entry(50, session(12, 24, ENV, DEFAULT), **LATER),
    entry(50, session(24, 10, DEFAULT, ENV), commit="f" * 40, **LATER),
    entry(
        60,
        change("build-hash", "a", "b", (DEFAULT, DEFAULT), Cause.COMPUTED),
        change("leaf", "a", "b", (None, None), Cause.UNKNOWN),
        version_before="2.34.5",
        version="2.35.1",
    ),
)[::-1]
"""Newest first."""
