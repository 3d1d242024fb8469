"""confaudit-exceptions.yaml: what people decided about findings, checked and read into entries."""

from datetime import date
from typing import Annotated, Final

import msgspec

from confaudit.core.judge.exceptions import Decision, ExceptionEntry
from confaudit.errors import ConfigError
from confaudit.rulebook.conditions import version
from confaudit.rulebook.texts import Glob, Words
from confaudit.rulebook.wording import public_words
from confaudit.yaml_file import Origin, Part, parse

MAX_ENTRIES: Final = 2000
"""Every entry is held against every finding."""

_HINT: Final = (
    "`confaudit schema exceptions` tells its form, `confaudit help exceptions` an example"
)

_Owner = Annotated[str, msgspec.Meta(max_length=200)]
_Fingerprint = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9a-f]{12}$",
        description="the twelve letters and digits that a report shows beside a finding",
    ),
]


class _Written(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What all entries have in common."""

    rule: Glob = "*"
    """Glob over ids of rules: `option-unknown`, `start-*`."""
    option: Glob = "*"
    """Glob over all names of an option or whatever else a finding is about: `oidc-*`."""
    deployment: Glob = "*"
    """Glob over names of deployments."""
    owner: _Owner = ""
    """Who answers for it."""
    expires: date | None = None
    """The last day on which it holds."""
    until_version: str = ""
    """The release of Coder from which on it holds no longer."""


class WrittenIgnore(_Written, forbid_unknown_fields=True, kw_only=True):
    """These findings do not count, whatever the values are."""

    reason: Words
    """Why they do not count here."""


class WrittenAccept(_Written, forbid_unknown_fields=True, kw_only=True):
    """This finding does not count as it is; with another value it does again."""

    fingerprint: _Fingerprint
    """Which finding, as a report shows it."""
    reason: Words
    """Why it does not count here."""


class WrittenAnnotate(_Written, forbid_unknown_fields=True, kw_only=True):
    """These findings count, and a note stands beside them."""

    note: Words
    """What is to stand there."""
    fingerprint: _Fingerprint = ""
    """The one finding that is meant; left out where rule, option or deployment say it."""


class WrittenExceptions(msgspec.Struct, forbid_unknown_fields=True):
    """What people decided about findings."""

    ignore: list[WrittenIgnore] | None = None
    accept: list[WrittenAccept] | None = None
    annotate: list[WrittenAnnotate] | None = None


def read(data: bytes, name: str) -> tuple[ExceptionEntry, ...]:
    """The entries of a file in its order, wherever it came from; `name` is what errors call it.

    Raises:
        ConfigError: it is no YAML, or says what it cannot; names file, line and key.
    """
    return tuple(entry for entry, _ in placed_entries(data, name))


def read_file(data: bytes, name: str) -> Part | None:
    """What stands in a file, as it is written; None where that is nothing.

    Raises:
        ConfigError: it is no YAML.
    """
    return parse(data, Origin(name, ConfigError, _HINT))


def placed_entries(data: bytes, name: str) -> tuple[tuple[ExceptionEntry, Part], ...]:
    """The entries with the places where they stand.

    Raises:
        ConfigError: see `read`.
    """
    part = read_file(data, name)
    if part is None:
        return ()
    written = part.read(WrittenExceptions)
    found = tuple(
        (_entry(Decision(decision), one, place), place)
        for decision, places in part.children().items()
        for one, place in zip(getattr(written, decision) or (), places.items(), strict=True)
    )
    if len(found) > MAX_ENTRIES:
        raise part.fault(f"it holds more than {MAX_ENTRIES} entries", "prune it, or use globs")
    return found


def _entry(decision: Decision, written: _Written, place: Part) -> ExceptionEntry:
    if written.until_version:
        version(place.at("until_version"))
    entry = ExceptionEntry(
        decision=decision,
        reason=public_words(getattr(written, "reason", "") or getattr(written, "note", "")),
        rule=written.rule,
        option=written.option,
        deployment=written.deployment,
        fingerprint=getattr(written, "fingerprint", ""),
        owner=public_words(written.owner),
        expires=written.expires,
        until_version=written.until_version,
        where=f"{place.origin.name}:{place.line + 1}",
    )
    if entry.is_about_everything:
        raise place.fault("it is about every finding there is", "name a rule or an option")
    return entry
