"""What pip builds confaudit with: setuptools, and what is made of other things before it runs.

The manual pages of a wheel are made from --help. README as an index shows it has absolute
addresses, of the release that it belongs to. The same sources always make the same bytes.
"""

import functools
import gzip
import os
import re
import shutil
import stat
import tarfile
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from confaudit import __version__

PAGES: Final = Path("build/man")
README: Final = Path("build/README.md")
"""Where pyproject.toml takes them from."""

_EARLIEST: Final = 315_532_800
"""The first moment that a wheel, which is a ZIP file, can tell: the begin of 1980, in seconds."""

_LINK: Final = re.compile(r"(!?)(\[[^\]]*\]\()(?!https?:|#)([^)]+\))")


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build a wheel, and return its name: see PEP 517."""
    write_pages()
    build = __getattr__("build_wheel")
    built: str = build(wheel_directory, config_settings, metadata_directory)
    level_wheel(Path(wheel_directory, built))
    return built


def build_sdist(sdist_directory: str, config_settings: Mapping[str, Any] | None = None) -> str:
    """Build a source distribution, and return its name: see PEP 517."""
    built: str = __getattr__("build_sdist")(sdist_directory, config_settings)
    level_sdist(Path(sdist_directory, built))
    return built


def __getattr__(name: str) -> Any:
    """The other hooks are setuptools' own, which need not be there once confaudit is installed."""
    hook = getattr(import_module("setuptools.build_meta"), name)

    @functools.wraps(hook)
    def prepared(*arguments: Any, **settings: Any) -> Any:
        write_readme()
        return hook(*arguments, **settings)

    return prepared


def write_readme() -> None:
    """Make README anew, for readers who do not have the files that it links."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = Path("README.md").read_text(encoding="utf-8")
    README.parent.mkdir(exist_ok=True)
    README.write_text(absolute(text, project["urls"]["Homepage"]), encoding="utf-8")


def absolute(text: str, home: str) -> str:
    """Markdown whose links and pictures are those of this release, at the home of the project."""

    def addressed(found: re.Match[str]) -> str:
        mark, words, path = found.groups()
        return f"{mark}{words}{home}/{'raw' if mark else 'blob'}/v{__version__}/{path}"

    return _LINK.sub(addressed, text)


def write_pages() -> None:
    """Make the manual pages anew."""
    from confaudit.cli.main import group
    from confaudit.cli.manual import pages

    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)
    for name, text in pages(group, "confaudit").items():
        (PAGES / name).write_text(text, encoding="utf-8")


def level_wheel(path: Path) -> None:
    """Take out of a wheel when it was built, and which rights its files had there."""
    aside = path.with_suffix(".part")
    moment = datetime.fromtimestamp(_moment(), UTC).timetuple()[:6]
    with ZipFile(path) as built, ZipFile(aside, "w", ZIP_DEFLATED) as levelled:
        for entry in built.infolist():
            kept = ZipInfo(entry.filename, moment)
            kept.external_attr = (stat.S_IFREG | _mode(entry.external_attr >> 16)) << 16
            levelled.writestr(kept, built.read(entry), ZIP_DEFLATED)
    aside.replace(path)


def level_sdist(path: Path) -> None:
    """Take out of a source distribution who built it and when, and which rights its files had."""
    aside = path.with_suffix(".part")
    with (
        tarfile.open(path) as built,
        aside.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=_moment()) as packed,
        tarfile.open(fileobj=packed, mode="w") as levelled,
    ):
        for member in sorted(built, key=lambda one: one.name):
            levelled.addfile(_levelled(member), built.extractfile(member))
    aside.replace(path)


def _levelled(member: tarfile.TarInfo) -> tarfile.TarInfo:
    mode = 0o755 if member.isdir() else _mode(member.mode)
    kept = member.replace(mtime=_moment(), mode=mode, uid=0, gid=0, uname="", gname="")
    kept.pax_headers = {}  # moments in fractions of seconds
    return kept


def _mode(rights: int) -> int:
    return 0o755 if rights & stat.S_IXUSR else 0o644


def _moment() -> int:
    """When all was changed, in seconds since 1970: as who builds says, else always the same."""
    return max(int(os.environ.get("SOURCE_DATE_EPOCH", _EARLIEST)), _EARLIEST)
