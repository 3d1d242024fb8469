"""confaudit.yaml: found, checked against its schema, and read into a Configuration.

Relative paths count from the file's folder.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from confaudit import yaml_file
from confaudit.errors import ConfigError
from confaudit.yaml_file import Origin, Part

NAMES: Final = ("confaudit.yaml", "confaudit.yml", ".confaudit.yaml", ".confaudit.yml")

DEPLOYMENT_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"

_HINT: Final = "see `confaudit init` for an example"

_LONGEST: Final = 86_400
"""Seconds that anything may wait: a day."""

_Seconds = Annotated[
    float, msgspec.Meta(gt=0, le=_LONGEST, description="seconds, more than 0, a day at most")
]
_Wait = Annotated[float, msgspec.Meta(ge=0, le=_LONGEST, description="seconds, a day at most")]
_Tries = Annotated[int, msgspec.Meta(ge=0, le=20, description="a number from 0 to 20")]
_YesNo = Annotated[bool, msgspec.Meta(description="true or false")]
_Text = Annotated[str, msgspec.Meta(description="text")]
_Url = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[hH][tT][tT][pP][sS]?://[^\s/]",
        description="a URL such as https://coder.example.com",
    ),
]
_Variable = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$",
        description="the name of an environment variable, which holds the value",
    ),
]
_Remote = Annotated[
    str, msgspec.Meta(pattern=r"^[^-\s]", description="the name of a git remote, such as origin")
]
_Globs = Annotated[list[str], msgspec.Meta(description="a list of globs, as in [deploy/*.yaml]")]


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Coder deployment, and how to get its token; never the token itself."""

    url: _Url
    """The access URL, with https:// in front."""
    token_env: _Variable = ""
    """Name of an environment variable that holds the session token."""
    token_file: _Text = ""
    """File that holds nothing but the session token."""
    token_command: _Text = ""
    """Command that prints the session token; split like a shell would, run without one."""
    ca_file: _Text = ""
    """PEM file of the certificate authority to trust for this deployment."""
    files: _Globs = []
    """Files of the repository that set it up, as globs over their paths from its root; what is
    named later is applied later. `confaudit review` finds most deployments without."""


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything confaudit.yaml can say. Names are those of the flags where both exist."""

    deployments: Annotated[
        dict[str, Deployment],
        msgspec.Meta(description="names, each with its url and token below it"),
    ] = {}
    """The deployments by name; the name is their folder in the repository."""
    timeout: _Seconds = 30.0
    """Longest wait for one answer of the API, in seconds."""
    retries: _Tries = 4
    """How often a failed request is repeated."""
    lock_timeout: _Wait = 60.0
    """Longest wait for another confaudit at work on the repository, in seconds."""
    push: _YesNo = False
    """Push after a snapshot."""
    remote: _Remote = "origin"
    """The git remote to push to."""
    push_timeout: _Wait = 60.0
    """How long to try again while others push to it as well, in seconds."""
    fingerprint_key_env: _Variable = ""
    """Name of an environment variable that holds a key: secrets the server lets slip get a
    keyed fingerprint, so that a rotation shows. Empty: nothing is derived from a secret."""

    catalog_url: _Text = "https://raw.githubusercontent.com/coder/coder"
    """Where Coder's releases are fetched from: a URL or a folder below which each has its files,
    as `v2.36.0/codersdk/deployment.go`."""
    catalog_releases: _Text = ""
    """Where it is listed which there are, as GitHub's API lists them: a URL or a file. Empty:
    `releases.json` at catalog_url, the names of a folder, or what GitHub says of coder/coder."""


class Loaded(msgspec.Struct, frozen=True):
    """A Configuration and where it came from."""

    configuration: Configuration
    path: Path | None
    given: frozenset[str]
    """Top-level keys that the file sets."""
    places: dict[str, str] = {}
    """File, line and keys of what it says, by the keys with dots between them."""

    @property
    def folder(self) -> Path:
        """The folder that relative paths count from."""
        return self.path.parent if self.path else Path.cwd()

    def place(self, *keys: str) -> str:
        """Where the value at some keys stands: file, line and keys, as errors say it."""
        return self.places.get(".".join(keys), "confaudit.yaml")


def find(start: Path, user_folder: Path) -> Path | None:
    """The nearest confaudit.yaml from `start` up to the git root, else the user's own."""
    return nearest(start) or _in(user_folder)


def nearest(start: Path) -> Path | None:
    """The nearest confaudit.yaml from `start` up to the git root."""
    return next(filter(None, map(_in, _up_to_git_root(start.resolve()))), None)


def _in(folder: Path) -> Path | None:
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def _up_to_git_root(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return


def load(path: Path | None) -> Loaded:
    """Read a configuration file; without one, the defaults.

    Raises:
        ConfigError: the file cannot be read, is no YAML, or says something it cannot.
    """
    if path is None:
        return Loaded(Configuration(), path, frozenset())
    return parse(yaml_file.read_bytes(path, ConfigError), path)


def parse(data: bytes, path: Path) -> Loaded:
    """The configuration that a text is; `path` is that of its file.

    Raises:
        ConfigError: it is no YAML, or says something it cannot.
    """
    part = yaml_file.parse(data, Origin(str(path), ConfigError, _HINT))
    if part is None:
        return Loaded(Configuration(), path, frozenset())
    configuration = part.read(Configuration)
    for name, deployment in configuration.deployments.items():
        _check(name, deployment, part.at("deployments", name))
    given = frozenset(key for key, one in part.children().items() if not one.is_null)
    return Loaded(configuration, path, given, dict(_places(part)))


def _places(part: Part) -> Iterator[tuple[str, str]]:
    for one in part.children().values():
        yield ".".join(one.keys), one.where
        yield from _places(one)


_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that Windows keeps to itself, whatever follows a dot."""


def check_new_name(name: str, others: Iterable[str]) -> None:
    """Refuse a name that cannot be that of a deployment beside some others, on any system.

    Raises:
        ConfigError: it cannot be the name of a folder everywhere, or differs from another one in
            nothing but small and capital letters.
    """
    if not re.fullmatch(DEPLOYMENT_NAME, name) or ".." in name:
        raise ConfigError(
            f"{name[:100]!r} cannot name a deployment, whose folder it is to be",
            "use up to 100 letters, digits, dots, dashes and underscores, a letter or digit first",
        )
    if name.endswith(".") or _RESERVED.fullmatch(name):
        raise ConfigError(f"no folder can be called {name!r} on Windows", "take another name")
    like = next((one for one in others if one != name and one.lower() == name.lower()), "")
    if like:
        raise ConfigError(
            f"{name!r} and {like!r} are one folder where small and capital letters are alike",
            f"take another name, or write {like}",
        )


def _check(name: str, deployment: Deployment, part: Part) -> None:
    if not re.fullmatch(DEPLOYMENT_NAME, name) or ".." in name:
        raise part.fault(
            "it cannot name a deployment", "use letters, digits, dots, dashes and underscores"
        )
    ways = (deployment.token_env, deployment.token_file, deployment.token_command)
    if sum(map(bool, ways)) > 1:
        raise part.fault(
            "it names more than one source of its token",
            "keep one of token_env, token_file and token_command",
        )


def schema() -> dict[str, Any]:
    """The JSON Schema of confaudit.yaml."""
    return msgspec.json.schema(Configuration)
