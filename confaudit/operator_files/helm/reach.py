"""Which values reach Coder's chart: by what the files of a chart, or a release, say of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from confaudit.core.text.wording import listing, visible
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.chart_file import Installed, installed, is_lock
from confaudit.yaml_nodes import Node, Scalar, get, resolve

Path = tuple[str, ...]
"""Keys that lead from the root of values to a map."""

_OWN: Final[Path] = ("coder",)
"""Where Coder's chart has its server, as seen from the root of its values."""


class Reach(Struct, frozen=True):
    """Where in values charts of Coder look for a server's."""

    charts: Mapping[Path, Installed]
    """One at least."""
    why: str
    """What tells so, to follow "because"."""

    def version_at(self, path: Path) -> str:
        """What is said of the version of the chart that reads what stands at a path."""
        found = self.charts.get(path)
        return found.version if found else ""

    @property
    def version(self) -> str:
        """What is said of the version of the first chart that tells one."""
        return next((one.version for one in self.charts.values() if one.version), "")

    def instead_of(self, path: Path) -> Path | None:
        """Where the chart looks instead; None where it does look, or somebody else may."""
        if path in self.charts or not all(one.is_vendors for one in self.charts.values()):
            return None
        is_meant = path[-1:] == _OWN or (*path, *_OWN) in self.charts
        return min(self.charts, key=lambda one: (one[0] not in path, one)) if is_meant else None

    @property
    def part(self) -> Path:
        """The keys that lead to the values of the first chart."""
        return next(iter(self.charts))[:-1]

    def not_installed(self, key: str) -> str:
        """The note on a chart that a value switches off."""
        return f"{self.why}, and installs none of it: {visible(key)} is false."

    def switched_off(self, root: Node) -> Mapping[Path, str]:
        """The charts that the values of their condition switch off, and which value does."""
        found = ((path, _off(one, root)) for path, one in self.charts.items())
        return {path: key for path, key in found if key}


def of_release(what: str, version: str) -> Reach:
    """What a release reads that names Coder's own chart."""
    return Reach({_OWN: Installed("", version)}, f"{what} installs Coder's chart itself")


def of_values(file: OperatorFile, beside: Beside) -> Reach | None:
    """What is read of values that lie in the folder of a chart, or below one."""
    return _of(beside.above(file, "chart"), beside)


def of_folder(path: str, near: OperatorFile, beside: Beside) -> Reach | None:
    """What is read of the values of a chart that lies in a folder, if its files were given."""
    found = beside.find(f"{path}/Chart.yaml", near)
    return of_values(found, beside) if found else None


def _of(files: Sequence[OperatorFile], beside: Beside) -> Reach | None:
    parts = installed(files)
    if not parts:
        return None
    charts = {(one.key, *_OWN) if one.key else _OWN: one for one in parts}
    told = [one for one in files if any(part.version for part in installed([one]))]
    for one in told:
        beside.take(one)
    if all(map(is_lock, files)):  # it does not tell other names that the parts may have
        charts = {path: _of_anyone(one) for path, one in charts.items()}
    return Reach(charts, _because(parts, files[0].name))


def _of_anyone(part: Installed) -> Installed:
    return Installed(part.key, part.version, is_vendors=False)


def _because(parts: Sequence[Installed], name: str) -> str:
    keys = [one.key for one in parts if one.key]
    if not keys:
        return f"{name} is of Coder's chart itself"
    return f"{name} has Coder's chart as its part {listing([*map(visible, keys)])}"


def _off(part: Installed, root: Node) -> str:
    """The path of the condition that is false; of several the first that is there counts."""
    for path in filter(None, map(str.strip, part.condition.split(","))):
        value = get(root, *path.split("."))
        if isinstance(value, Scalar) and isinstance(on := resolve(value), bool):
            return "" if on else path
    return ""
