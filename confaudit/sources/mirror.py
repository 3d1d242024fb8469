"""Where Coder's releases are published: the public repository, a mirror of it, or a folder.

All three are trees of the same files, `vVERSION/` and then the path in the repository, and a list
of the releases: JSON as GitHub's API lists them, in `releases.json` beside them or elsewhere. A
folder needs none, as its names say which releases there are. Everything read is bounded; only what
is a version ever becomes part of a path.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Self
from urllib.parse import urlsplit

from msgspec import Struct

from confaudit.core.coder.releases import Version
from confaudit.core.model import Json
from confaudit.core.text.wording import visible
from confaudit.errors import ApiError, ConfauditError, MirrorError
from confaudit.sources.address import mirror_url
from confaudit.sources.input import read_file
from confaudit.sources.wire import WireError, decode_json, decode_text
from confaudit.transport.pages import MOST_PAGES, PageError, next_place
from confaudit.transport.target import HttpTarget

if TYPE_CHECKING:
    from confaudit.transport.client import Response

PUBLIC: Final = "https://raw.githubusercontent.com/coder/coder"
"""The files of the public repository, by tag."""
PUBLIC_LIST: Final = "https://api.github.com/repos/coder/coder/releases?per_page=50"
"""The list of its releases; each page names the next."""
LIST: Final = "releases.json"
OLDEST: Final = Version(2, 0, 0)

_MAX_BYTES: Final = 16 * 1024 * 1024
"""A page of the public list has some MB, notes included; a file of Coder's source 200 KB."""
_OFFLINE: Final = (
    "name a mirror or a folder as catalog_url, or learn a release from its files with "
    "`confaudit catalog import`"
)


class Published(Struct, frozen=True):
    """A stable release, as a list names it."""

    version: Version
    date: str = ""
    """Day of publication, ISO 8601; empty when the list does not say."""


class Tree(Protocol):
    """Files by path, wherever they lie. To be used in a `with` statement."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def read(self, path: str) -> bytes | None:
        """The content of a file; None when there is none of that name.

        Raises:
            MirrorError: nobody can say.
        """

    def pages(self, path: str) -> Iterator[bytes]:
        """A list and where it goes on, page by page; nothing when there is no such list."""

    def names(self) -> tuple[str, ...]:
        """What lies on top; nothing where that cannot be seen."""


class Folder(Struct, frozen=True):
    """A folder on this machine."""

    path: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is held."""

    def read(self, path: str) -> bytes | None:
        """The content of a file, if there is one."""
        file = self.path / path
        return read_file(file, visible(str(file))) if file.is_file() else None

    def pages(self, path: str) -> Iterator[bytes]:
        """The file, if there is one."""
        content = self.read(path)
        if content is not None:
            yield content

    def names(self) -> tuple[str, ...]:
        """The names in it."""
        try:
            return tuple(entry.name for entry in self.path.iterdir())
        except OSError:
            raise MirrorError(
                f"the folder {visible(str(self.path))} cannot be read",
                "check catalog_url, which counts from the folder of confaudit.yaml",
            ) from None


class Web:
    """A web server. No redirect is followed, and nobody is told who asks."""

    def __init__(self, url: str, timeout_seconds: float, retries: int) -> None:
        from confaudit.transport.client import Client  # a folder needs no network

        parts = urlsplit(mirror_url(url))
        self._origin, self._root = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
        self._client = Client(
            HttpTarget(self._origin, timeout_seconds, retries, max_bytes=_MAX_BYTES)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def read(self, path: str) -> bytes | None:
        """The body of the answer, if there is such a file."""
        answer = self._get(self._below(path))
        return answer.body if answer else None

    def pages(self, path: str) -> Iterator[bytes]:
        """The pages, each of which names the next (RFC 8288); never a part of them alone.

        Raises:
            MirrorError: a page cannot be fetched, lies on another server, or there is no end.
        """
        place = self._below(path)
        for _ in range(MOST_PAGES):
            answer = self._get(place)
            if answer is None:
                return
            yield answer.body
            try:
                place = next_place(self._origin, place, answer.link)
            except PageError as error:
                raise _cut_short(str(error)) from None
            if not place:
                return
        raise _cut_short(f"has more than {MOST_PAGES} pages")

    def names(self) -> tuple[str, ...]:
        """Nothing: a server does not show."""
        return ()

    def _below(self, path: str) -> str:
        return f"{self._root}/{path}".lstrip("/")

    def _get(self, place: str) -> "Response | None":
        try:
            answer = self._client.get(place)
        except ApiError as error:
            raise _unreachable(error.message) from None
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise _unreachable(_REFUSALS[answer.status // 100].format(answer.status))
        return answer


def _cut_short(reason: str) -> MirrorError:
    return MirrorError(
        f"the list of Coder's releases {reason}",
        "name the whole list, a URL or a file, as catalog_releases",
    )


_REFUSALS: Final = defaultdict(
    lambda: "the server fails (status {})",
    {
        3: "the server redirects (status {}), which is not followed",
        4: "the server refuses (status {}), maybe until a rate limit is over",
    },
)


def _unreachable(reason: str) -> MirrorError:
    return MirrorError(f"Coder's releases cannot be fetched: {reason}", _OFFLINE)


def open_tree(where: str, base: Path, timeout_seconds: float, retries: int) -> Tree:
    """The tree that a URL or the path of a folder names; a relative path counts from `base`.

    Raises:
        ConfigError: a URL that cannot be meant.
    """
    if "://" in where:
        return Web(where, timeout_seconds, retries)
    return Folder(base / where)


def published(tree: Tree, name: str) -> tuple[Published, ...]:
    """The stable releases of a list, from 2.0 on, in version order; what lies there without one.

    Raises:
        MirrorError: the list cannot be fetched, or is none.
    """
    pages = (tuple(map(_published, _entries(page))) for page in tree.pages(name))
    listed = tuple(chain.from_iterable(pages)) or tuple(map(_published, tree.names()))
    by_version = {one.version: one for one in listed if one and one.version >= OLDEST}
    return tuple(by_version[version] for version in sorted(by_version))


def _entries(page: bytes) -> list[Json]:
    try:
        entries = decode_json(decode_text(page))
    except WireError as error:
        raise _no_list(f"it {error}") from None
    if not isinstance(entries, list):
        raise _no_list("it is no list")
    return entries


def _no_list(reason: str) -> ConfauditError:
    return MirrorError(
        f"the list of Coder's releases cannot be read: {reason}",
        'give JSON as GitHub\'s API lists releases, or only their tags: ["v2.36.0"]',
    )


def _published(entry: Json) -> Published | None:
    """A release of the list, given as an object or as its tag; None unless it is a stable one."""
    told = entry if isinstance(entry, dict) else {"tag_name": entry}
    tag = told.get("tag_name")
    if told.get("draft") or told.get("prerelease") or not isinstance(tag, str):
        return None
    if not re.fullmatch(r"v?[0-9]{1,9}(\.[0-9]{1,9}){2}", tag, re.ASCII):
        return None
    return Published(Version.parse(tag), _day(told.get("published_at")))


def _day(moment: Json) -> str:
    try:
        return date.fromisoformat(str(moment)[:10]).isoformat()
    except ValueError:
        return ""
