"""What releases call differently, under the name that the newest of them has for it.

Options that set the same config leaf are one setting (see `core/changes/aliases`).
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec.structs import replace

from confaudit.core.changes.owners import current_name, owners
from confaudit.core.coder.releases import Version
from confaudit.core.model import OptionSpec, Snapshot
from confaudit.core.text.wording import exact

Renames: TypeAlias = Mapping[str, OptionSpec]
"""Older name → the option as the newest release has it."""


def renames(snapshots: Iterable[Snapshot]) -> Renames:
    """The names by which some of these have what others have under a newer one alone."""
    found: dict[str, OptionSpec] = {}
    newest: dict[str, Mapping[str, OptionSpec]] = {}
    for one in sorted(snapshots, key=_release, reverse=True):
        for leaf, options in owners(one.declared).items():
            here, latest = current_name(options), newest.setdefault(leaf, options)
            today = current_name(latest)
            if today not in options and (here not in latest or latest[here].use_instead):
                found[here] = latest[today]
    return found


def under_new_names(snapshot: Snapshot, found: Renames) -> Snapshot:
    """A snapshot that tells what was renamed under the newer name.

    Where it has both, the older one is left out, unless it has a value of its own.
    """
    names = {key: key for key in (*snapshot.settings, *snapshot.declared)}
    for older, option in found.items():
        setting, newer = (snapshot.settings.get(key) for key in (older, option.key))
        if older in names and not newer:
            names[older] = option.key
        elif setting and newer and exact(setting.value) == exact(newer.value):
            del names[older]
    declared = {names[key]: spec for key, spec in snapshot.declared.items() if key in names}
    newest = {option.key: option for option in found.values() if option.key in declared}
    settings = {names[key]: one for key, one in snapshot.settings.items() if key in names}
    return replace(snapshot, settings=settings, declared={**declared, **newest})


def _release(snapshot: Snapshot) -> Version:
    """To sort by; what does not tell of which release it is comes first."""
    try:
        return Version.parse(snapshot.version)
    except ValueError:
        return Version(0, 0, 0)
