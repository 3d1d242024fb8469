"""Chart.yaml, Chart.lock and requirements.yaml: which Coder they install, and by which values.

They set nothing themselves: they count for the values that are given to the chart, see `reach`.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from msgspec import Struct

from confaudit.core.given import OperatorSettings
from confaudit.errors import SourceError
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.version import CHARTS, version_of
from confaudit.yaml_nodes import Mapping, Node, Scalar, get, items_at, text_at

_VENDORS: Final = ("coder.com", "/coder/")
"""What stands in the addresses of the vendor's charts."""


class Installed(Struct, frozen=True):
    """Coder's chart, as the files of a chart have it: as a part of theirs, or as that itself."""

    key: str
    """The part's name, below which its values stand; empty for the chart itself."""
    version: str
    """What is said of its version; empty where that says nothing of Coder's."""
    condition: str = ""
    """Paths in the values of which the first that is there switches it on or off."""
    is_vendors: bool = True
    """Whether it is the vendor's chart, rather than somebody's own of this name."""


def recognise(file: OperatorFile) -> bool:
    """Whether it describes a chart, or lists the charts that it depends on."""
    root = _root(file)
    if root is None or get(root, "kind") is not None:
        return False
    is_chart = all(isinstance(get(root, key), Scalar) for key in ("apiVersion", "name", "version"))
    listed = items_at(root, "dependencies")
    return is_chart or (bool(listed) and all(text_at(one, "name") for one in listed))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Nothing: it counts for the values beside it."""
    return ()


def silence(file: OperatorFile) -> SourceError:
    """Why nothing came of a file."""
    if any(one.version for one in installed([file])):
        return SourceError(
            f"{file.name} describes a chart that installs Coder, and sets nothing itself",
            "give the values for it as well",
        )
    return SourceError(
        f"{file.name} describes a chart, and nothing in it tells that it installs Coder",
        "give the file that sets Coder's variables",
    )


def installed(files: Sequence[OperatorFile]) -> tuple[Installed, ...]:
    """The charts of Coder that the files of one chart install.

    Of a range, the lock file tells which version it came to; alone it does not tell the keys.
    """
    locks = [one for one in files if is_lock(one)]
    parts = [part for one in files if one not in locks for part in _parts(one)]
    locked = [part for one in locks for part in _parts(one)]
    if not parts:
        return tuple(locked) or tuple(own for one in files if (own := _itself(one)))
    pairs = zip_longest(parts, locked[: len(parts)])
    return tuple(_locked(part, lock) for part, lock in pairs if part)


def is_lock(file: OperatorFile) -> bool:
    """Whether it says what ranges of versions came to."""
    root = _root(file)
    return get(root, "digest") is not None and get(root, "name") is None


def is_vendors_address(address: str) -> bool:
    """Whether the vendor's charts come from an address."""
    return any(one in address for one in _VENDORS)


def _root(file: OperatorFile) -> Mapping | None:
    root = file.yaml.roots[0] if file.yaml and file.yaml.roots else None
    return root if isinstance(root, Mapping) else None


def _parts(file: OperatorFile) -> Iterator[Installed]:
    for one in items_at(_root(file), "dependencies"):
        if text_at(one, "name") in CHARTS:
            key = text_at(one, "alias") or text_at(one, "name")
            version = _of_dependency(one)
            yield Installed(key, version, text_at(one, "condition"), bool(version))


def _locked(part: Installed, lock: Installed | None) -> Installed:
    exact, _ = version_of(part.version)
    if exact or lock is None:
        return part
    return Installed(part.key, lock.version or part.version, part.condition, part.is_vendors)


def _itself(file: OperatorFile) -> Installed | None:
    root = _root(file)
    if text_at(root, "name") not in CHARTS:
        return None
    return Installed("", _of_chart(root), is_vendors=_is_vendors(root))


def _of_dependency(dependency: Node) -> str:
    """Empty for a chart of somebody's own around Coder's: its version is its own."""
    version = text_at(dependency, "version")
    is_local = text_at(dependency, "repository").startswith("file:")
    return "" if is_local or (_is_small(version) and not _is_vendors(dependency)) else version


def _of_chart(root: Node | None) -> str:
    version, app = text_at(root, "version"), text_at(root, "appVersion")
    candidates = (app, version if _is_vendors(root) else "")
    return next((one for one in candidates if one and not _is_small(one)), "")


def _is_small(version: str) -> bool:
    """Whether a version is rather a chart's own than Coder's."""
    exact, _ = version_of(version)
    return exact.startswith(("0.", "1."))


def _is_vendors(node: Node | None) -> bool:
    sources = (one.text for one in items_at(node, "sources") if isinstance(one, Scalar))
    return any(
        map(is_vendors_address, (text_at(node, "repository"), text_at(node, "home"), *sources))
    )


READER: Final = Reader(recognise, read, silence=silence)
