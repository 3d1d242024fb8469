"""What is known about an option that a release does not declare."""

from confaudit.core.coder.defaults import own_default
from confaudit.core.coder.options import zero
from confaudit.core.coder.releases import Release
from confaudit.core.given import Given
from confaudit.core.model import MISSING, OptionSpec, Value, ValueSource
from confaudit.core.upgrade.known import Known, Truth


def not_there(name: str, spec: OptionSpec | None, key: str, release: Release) -> Known:
    """An option that nothing sets; `spec` is how another release declares it.

    One that is removed or hidden, not known, stands at the default that it had.
    """
    unsure = release.unsure.get(key)
    return Known(
        name=name,
        value=own_default(unsure, release) if unsure else _nothing(spec),
        source=ValueSource.UNSET,
        given=(),
        is_set=Truth.NO,
        because=f"{release.version} has no such option",
    )


def _nothing(spec: OptionSpec | None) -> Value:
    """What an option comes to that there is not: its zero value, and no number."""
    return None if spec is None or spec.type in ("int", "duration") else zero(spec.type)


def removed_or_hidden(name: str, given: tuple[Given, ...], release: Release) -> Known:
    """An option that is set, of which nobody can tell whether the release still has it."""
    why = f"it is not known whether Coder {release.version} has {name}"
    return Known(name, MISSING, source=None, given=given, is_set=Truth.YES, because=why)
