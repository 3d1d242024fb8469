"""Which files of a whole repository may have to do with a server at all.

A form is recognised by content, which takes reading; of thousands of files most are ruled out by
their names, and of the rest those remain that speak of Coder or lie beside one that does.
"""

import re
from collections.abc import Iterator, Mapping, Set
from fnmatch import filter as matching
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Final

from confaudit.patterns import regex

_SUFFIXES: Final = frozenset(
    {".yaml", ".yml", ".json", ".env", ".conf", ".service", ".container", ".toml", ".tf"}
    | {".tfvars", ".hcl", ".nix", ".sh", ".bash", ".tpl", ".j2", ".gotmpl", ".tmpl", ".cfg"}
)
_NAMES: Final = regex(r"(?i)(docker|container|just|make)file|\.?env|.*\.env\..*|\.env\..*")
_NEVER: Final = regex(
    r"(?i)(package(-lock)?|tsconfig|composer|renovate|angular|manifest)\.json"
    r"|(pnpm-lock|mkdocs|dependabot|\.?confaudit(-[a-z]+)?|coder-advisories)\.ya?ml"
)
_SPEAKS: Final = regex(
    rb"CODER_|(?i:\bcoder(com)?/coder\b|\bcoder server\b|\bhelm\.coder\.)|^coder:", re.MULTILINE
)
_TEMPLATE: Final = regex(rb"\{\{[^{}\n]{0,200}\}\}|\$\{[^{}\n]{0,200}\}")
"""What somebody fills in: it may stand for any name."""
_NO_PATH: Final = regex(r"[^\w.*/@-]+")
_ENDS: Final = tuple(_SUFFIXES)
_MOST_GLOBS: Final = 50
"""Names with templates in them that one file is asked for."""
_STACKS: Final = regex(r"(?i)(kustomization|helmfile|chart)\.ya?ml(\.gotmpl)?")
"""Names of files that say how others are put together."""


def may_set_up(path: str) -> bool:
    """Whether a file of this name may set up a server, or a part of what does."""
    place = PurePosixPath(path)
    if _NEVER.fullmatch(place.name):
        return False
    return place.suffix.lower() in _SUFFIXES or bool(_NAMES.fullmatch(place.name))


def speaks(data: bytes) -> bool:
    """Whether a file has words of Coder's server in it."""
    return bool(_SPEAKS.search(data))


def related(contents: Mapping[str, bytes]) -> Set[str]:
    """Those of some files that may belong to one of Coder's deployments, by path.

    They speak of Coder, lie beside one that does, are pointed to by such, or put others together.
    """
    speaking = {path for path, data in contents.items() if speaks(data)}
    folders = {_folder(path) for path in speaking}
    found = {path for path in contents if _folder(path) in folders}
    left = found
    while left:
        left = {path for one in left for path in _pointed_to(one, contents)} - found
        found |= left
    return found | {path for path in contents if _is_stack(path)}


def _pointed_to(path: str, contents: Mapping[str, bytes]) -> Iterator[str]:
    """The files that one of them names, from where it stands or from the top."""
    text = _TEMPLATE.sub(b"*", contents[path]).decode(errors="replace")
    words = {word for word in _NO_PATH.split(text) if word.endswith(_ENDS)}
    starts = ("", f"{_folder(path)}/")
    places = {normpath(start + word).lstrip("/") for start in starts for word in words}
    yield from places & contents.keys()
    globs = sorted(place for place in places if "*" in place)
    for glob in globs[:_MOST_GLOBS]:
        yield from (one for one in matching(contents, glob) if one.count("/") == glob.count("/"))


def _is_stack(path: str) -> bool:
    return bool(_STACKS.fullmatch(PurePosixPath(path).name))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
