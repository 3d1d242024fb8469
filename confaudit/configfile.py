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

_Seconds = Annotated[float, msgspec.Meta(gt=0, description="seconds")]


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Coder deployment, and how to get its token; never the token itself."""

    url: str
    """The access URL, with https:// in front."""
    token_env: str = ""
    """Name of an environment variable that holds the session token."""
    token_file: str = ""
    """File that holds nothing but the session token."""
    token_command: str = ""
    """Command that prints the session token; split like a shell would, run without one."""
    ca_file: str = ""
    """PEM file of the certificate authority to trust for this deployment."""
    files: list[str] = []
    """Files of the repository that set it up, as globs over their paths from its root; what is
    named later is applied later. `confaudit review` finds most deployments without."""


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything confaudit.yaml can say. Names are those of the flags where both exist."""

    deployments: dict[str, Deployment] = {}
    """The deployments by name; the name is their folder in the repository."""
    timeout: _Seconds = 30.0
    """Longest wait for one answer of the API, in seconds."""
    retries: Annotated[int, msgspec.Meta(ge=0, le=20)] = 4
    """How often a failed request is repeated."""
    lock_timeout: Annotated[float, msgspec.Meta(ge=0)] = 60.0
    """Longest wait for another confaudit at work on the repository, in seconds."""
    push: bool = False
    """Push after a snapshot."""
    remote: str = "origin"
    """The git remote to push to."""
    fingerprint_key_env: str = ""
    """Name of an environment variable that holds a key: secrets the server lets slip get a
    keyed fingerprint, so that a rotation shows. Empty: nothing is derived from a secret."""

    catalog_url: str = "https://raw.githubusercontent.com/coder/coder"
    """Where Coder's releases are fetched from: a URL or a folder below which each has its files,
    as `v2.36.0/codersdk/deployment.go`."""
    catalog_releases: str = ""
    """Where it is listed which there are, as GitHub's API lists them: a URL or a file. Empty:
    `releases.json` at catalog_url, the names of a folder, or what GitHub says of coder/coder."""


class Loaded(msgspec.Struct, frozen=True):
    """A Configuration and where it came from."""

    configuration: Configuration
    path: Path | None
    given: frozenset[str]
    """Top-level keys that the file sets."""

    @property
    def folder(self) -> Path:
        """The folder that relative paths count from."""
        return self.path.parent if self.path else Path.cwd()


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
    return Loaded(configuration, path, given)


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
