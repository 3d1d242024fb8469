"""What pip builds confaudit with: setuptools, and what is made of other things before it runs.

The manual pages of a wheel are made from --help. README as an index shows it has absolute
addresses, of the release that it belongs to.
"""

import functools
import re
import shutil
import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from confaudit import __version__

PAGES: Final = Path("build/man")
README: Final = Path("build/README.md")
"""Where pyproject.toml takes them from."""

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
