"""The folder of a site: only what changed is written, only what the site once wrote is removed."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError
from confaudit.patterns import regex
from confaudit.site.plan import Page
from confaudit.workflows.write import telling, write_text

MANIFEST: Final = "confaudit-site.json"
"""Names every page with what it rests on; written last, so that a broken run is made good."""
_OURS: Final = regex(r"(?:[a-z0-9_][a-z0-9._-]*/)*[a-z0-9_][a-z0-9._-]*")
_HINT: Final = "name a new folder, or one that `confaudit site` wrote"


class Written(Struct, frozen=True):
    """What a build did."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


def update(folder: Path, pages: Iterable[Page]) -> Written:
    """Make a folder hold these pages and no others of an earlier build.

    Raises:
        ConfigError: it holds something else, or cannot be written to.
    """
    before = _manifest(folder)
    with telling(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if not before:
        _note(folder, before)
    keys: dict[str, str] = {}
    written = []
    for page in pages:
        keys[page.path] = page.key
        if before.get(page.path) != page.key or not (folder / page.path).is_file():
            _write(folder, page)
            written.append(page.path)
    removed = sorted(before.keys() - keys.keys())
    for path in removed:
        _remove(folder, path)
    if keys != before:
        _note(folder, keys)
    return Written(tuple(written), tuple(removed), len(keys) - len(written))


def _write(folder: Path, page: Page) -> None:
    place = _within(folder, page.path)
    with telling(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    write_text(place, page.make())


def _remove(folder: Path, path: str) -> None:
    place = _within(folder, path)
    with telling(place):
        place.unlink(missing_ok=True)


def _within(folder: Path, path: str) -> Path:
    """The place of a page. No link leads out of the folder."""
    place = folder / path
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(f"{visible(str(place.parent))} is a link that leads elsewhere", _HINT)
    return place


def _note(folder: Path, keys: Mapping[str, str]) -> None:
    text = json.dumps({"pages": dict(sorted(keys.items()))}, indent=0)
    write_text(folder / MANIFEST, f"{text}\n")


def _manifest(folder: Path) -> Mapping[str, str]:
    """What an earlier build wrote; nothing where there was none."""
    with telling(folder):
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return {}
        if not (folder / MANIFEST).is_file():
            raise ConfigError(f"{visible(str(folder))} holds something else than a site", _HINT)
        text = (folder / MANIFEST).read_text(encoding="utf-8", errors="replace")
    try:
        pages = json.loads(text)["pages"]
        return {path: key for path, key in pages.items() if _OURS.fullmatch(path)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ConfigError(f"{MANIFEST} in {visible(str(folder))} is damaged", _HINT) from None
