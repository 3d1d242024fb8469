"""Chart.yaml, Chart.lock and requirements.yaml: which Coder the values beside them are for."""

from collections.abc import Iterator
from typing import Final

from confaudit.core.given import Form, OperatorSettings
from confaudit.errors import SourceError
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.version import CHARTS, version_of
from confaudit.yaml_nodes import Mapping, Node, Scalar, get, items_at, text_at

_VENDORS: Final = ("coder.com", "/coder/")
"""What stands in the addresses of the vendor's charts."""


def recognise(file: OperatorFile) -> bool:
    """Whether it describes a chart, or lists the charts that it depends on."""
    root = _root(file)
    if root is None or get(root, "kind") is not None:
        return False
    is_chart = all(isinstance(get(root, key), Scalar) for key in ("apiVersion", "name", "version"))
    listed = items_at(root, "dependencies")
    return is_chart or (bool(listed) and all(text_at(one, "name") for one in listed))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Nothing: it counts for the values beside it, see `with_version`."""
    return ()


def silence(file: OperatorFile) -> SourceError:
    """Why nothing came of a file."""
    if any(_versions(file)):
        return SourceError(
            f"{file.name} describes a chart that installs Coder, and sets nothing itself",
            "give the values for it as well",
        )
    return SourceError(
        f"{file.name} describes a chart, and nothing in it tells that it installs Coder",
        "give the file that sets Coder's variables",
    )


def with_version(
    operator: OperatorSettings, file: OperatorFile, beside: Beside
) -> OperatorSettings:
    """Values with the version of their chart, which counts less than what they say themselves.

    Of a range, the lock file tells which version it came to.
    """
    if Form.HELM_VALUES not in operator.forms:
        return operator
    found = sorted(beside.above(file, "chart"), key=lambda one: one.name.endswith(".lock"))
    told = [
        OperatorSettings(version=version, version_hint=hint)
        for one in found
        for version, hint in map(version_of, _versions(one))
        if beside.take(one)
    ]
    return merge(*told, operator)


def _root(file: OperatorFile) -> Mapping | None:
    root = file.yaml.roots[0] if file.yaml and file.yaml.roots else None
    return root if isinstance(root, Mapping) else None


def _versions(file: OperatorFile) -> Iterator[str]:
    """What is said of Coder's version: as a dependency, else as the chart itself."""
    root = _root(file)
    own = [one for one in items_at(root, "dependencies") if text_at(one, "name") in CHARTS]
    yield from filter(None, map(_of_dependency, own))
    if not own and text_at(root, "name") in CHARTS:
        yield from filter(None, [_of_chart(root)])


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
    places = (text_at(node, "repository"), text_at(node, "home"), *sources)
    return any(one in place for place in places for one in _VENDORS)


READER: Final = Reader(recognise, read, silence=silence)
