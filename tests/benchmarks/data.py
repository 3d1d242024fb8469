"""What is measured with. Repositories take minutes to make, and are kept in a folder."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from confaudit.catalog.loader import packaged
from tests import fleet, long_history
from tests.story import Set, payload


class Scale(NamedTuple):
    """How much of everything."""

    commits: int = 10_000
    """Each a snapshot that changed."""
    deployments: int = 500
    fleet_changed: int = 20
    """Those of the deployments that changed since the last snapshot."""
    changes: int = 5_000
    """Of one report."""
    copies: int = 10
    """How often a large document holds all that a usual one does."""
    options: int = 1_000
    """At most, of one document."""
    releases: int = 217
    """Of Coder, the newest."""
    kept: int = 2_000
    """Commits of 10,000 snapshots of which one in five changed."""


FULL: Final = Scale()
_EDITS: Final = {
    flag: Set(7_200_000_000_000, source)
    for flag, source in {
        "session-duration": "env",
        "max-token-lifetime": "flag",
        "proxy-health-interval": "yaml",
        "job-hang-detector-interval": "env",
        "autobuild-poll-interval": "env",
    }.items()
}
_NOTHING: Final[Mapping[str, Set]] = MappingProxyType({})
_DESCRIPTION: Final = "What an option is for, in as many words as Coder has for it. " * 4


class Data(NamedTuple):
    """The folder, and how much is in it."""

    folder: Path
    scale: Scale = FULL

    def long(self) -> Path:
        """The repository of one deployment with a long history."""
        return self._built("long", lambda place: long_history.build(place, self.scale.commits))

    def kept(self) -> Path:
        """The repository that 10,000 snapshots make, of which one in five changed."""
        return self._built("kept", lambda place: long_history.build(place, self.scale.kept))

    def fleet(self) -> Path:
        """The repository of many deployments."""
        scale = self.scale
        return self._built(
            "fleet", lambda place: fleet.build(place, scale.deployments, scale.commits)
        )

    def _built(self, name: str, build: Callable[[Path], None]) -> Path:
        place = self.folder / name
        if not place.exists():
            unfinished = self.folder / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            build(unfinished)
            unfinished.rename(place)
        return place

    def documents(self, folder: Path) -> "Documents":
        """Answers of Coder's API as files of a folder."""
        before, older = self.document("2.35.1"), self.document("2.30.0")
        edited, copies = self.document("2.35.1", _EDITS), self.scale.copies
        payloads = {
            "before": before,
            "edited": edited,
            "same": before,
            "older": older,
            "large": _enlarged(before, before, copies),
            "large_edited": _enlarged(edited, before, copies),
        }
        return Documents(**{n: _written(folder / f"{n}.json", one) for n, one in payloads.items()})

    def two_of_leaves(self, folder: Path) -> Iterator[Path]:
        """Two answers that differ in leaves that no option sets: the changes of one report."""
        plain, numbers = self.document("2.35.1"), range(self.scale.changes)
        for letter in "ab":
            section = {f"name_{n}": f"https://{letter}{n}.example.com" for n in numbers}
            config = {**plain["config"], "section": section}
            yield _written(folder / f"leaves-{letter}.json", {**plain, "config": config})

    def document(self, version: str, chosen: Mapping[str, Set] = _NOTHING) -> dict[str, Any]:
        """The answer of a server, in the length that Coder's own have."""
        found: dict[str, Any] = payload(packaged().release(version), chosen)
        options = found["options"][: self.scale.options]
        return {**found, "options": [{**one, "description": _DESCRIPTION} for one in options]}


class Documents(NamedTuple):
    """Files, each an answer of Coder's API."""

    before: Path
    edited: Path
    """Five options are set to something else."""
    same: Path
    """Byte by byte as before."""
    older: Path
    """Of a release five lines older, as before in all else."""
    large: Path
    large_edited: Path
    """The five edits stand in one of its copies."""


def _enlarged(first: dict[str, Any], others: dict[str, Any], copies: int) -> dict[str, Any]:
    """One document and copies of another under other names, as one."""
    options = [
        {**option, "flag": f"{option['flag']}-{number}", "env": f"{option['env']}_{number}"}
        for number in range(1, copies)
        for option in others["options"]
    ]
    config = {f"copy_{number}": others["config"] for number in range(1, copies)}
    return {"config": first["config"] | config, "options": [*first["options"], *options]}


def _written(file: Path, payload: dict[str, Any]) -> Path:
    text = json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")
    return file
