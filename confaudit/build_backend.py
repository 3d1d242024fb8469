"""What pip builds confaudit with: setuptools, and the manual pages that go into a wheel."""

import shutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

_PAGES: Final = Path("build/man")
"""Where pyproject.toml takes them from."""


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build a wheel, and return its name: see PEP 517."""
    write_pages()
    built: str = _setuptools().build_wheel(wheel_directory, config_settings, metadata_directory)
    return built


def __getattr__(hook: str) -> Any:
    """All else is setuptools' affair, which need not be there once confaudit is installed."""
    return getattr(_setuptools(), hook)


def _setuptools() -> Any:
    return import_module("setuptools.build_meta")


def write_pages() -> None:
    """Make the manual pages anew, below the folder that is built in."""
    from confaudit.cli.main import group
    from confaudit.cli.manual import pages

    shutil.rmtree(_PAGES, ignore_errors=True)
    _PAGES.mkdir(parents=True)
    for name, text in pages(group, "confaudit").items():
        (_PAGES / name).write_text(text, encoding="utf-8")
