"""Which files of a whole repository may have to do with a server at all.

A form is recognised by content, which takes reading; of thousands of files most are ruled out by
their names, and of the rest those remain that speak of Coder or lie beside one that does.
"""

import re
from collections.abc import Mapping, Set
from pathlib import PurePosixPath
from typing import Final

_SUFFIXES: Final = frozenset(
    {".yaml", ".yml", ".json", ".env", ".conf", ".service", ".container", ".toml", ".tf"}
    | {".tfvars", ".hcl", ".nix", ".sh", ".bash", ".tpl", ".j2", ".gotmpl", ".tmpl", ".cfg"}
)
_NAMES: Final = re.compile(r"(?i)(docker|container|just|make)file|\.?env|.*\.env\..*|\.env\..*")
_NEVER: Final = re.compile(
    r"(?i)(package(-lock)?|tsconfig|composer|renovate|angular|manifest)\.json"
    r"|(pnpm-lock|mkdocs|dependabot|\.?confaudit(-[a-z]+)?|coder-advisories)\.ya?ml"
)
_SPEAKS: Final = re.compile(
    rb"CODER_|(?i:\bcoder(com)?/coder\b|\bcoder server\b|\bhelm\.coder\.)|^coder:", re.MULTILINE
)
_STACKS: Final = re.compile(r"(?i)(kustomization|helmfile|chart)\.ya?ml(\.gotmpl)?")
"""Names of files that say how others are put together."""


def may_set_up(path: str) -> bool:
    """Whether a file of this name may set up a server, or a part of what does."""
    place = PurePosixPath(path)
    if _NEVER.fullmatch(place.name):
        return False
    return place.suffix.lower() in _SUFFIXES or bool(_NAMES.fullmatch(place.name))


def related(contents: Mapping[str, bytes]) -> Set[str]:
    """Those of some files that may belong to one of Coder's deployments, by path."""
    speaking = {path for path, data in contents.items() if _SPEAKS.search(data)}
    folders = {_folder(path) for path in speaking}
    return {path for path in contents if _folder(path) in folders or _is_stack(path)}


def _is_stack(path: str) -> bool:
    return bool(_STACKS.fullmatch(PurePosixPath(path).name))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
