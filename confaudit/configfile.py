"""confaudit.yaml: found, checked against its schema, and read into a Configuration.

The only module beside sources/ and catalog/ that reads YAML. Unknown keys are refused with a
suggestion; relative paths count from the file's folder.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from confaudit.errors import ConfigError

NAMES: Final = ("confaudit.yaml", "confaudit.yml", ".confaudit.yaml", ".confaudit.yml")

DEPLOYMENT_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"

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
    for folder in (*_up_to_git_root(start.resolve()), user_folder):
        for name in NAMES:
            if (folder / name).is_file():
                return folder / name
    return None


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
        return Loaded(Configuration(), None, frozenset())
    data = _parse(path)
    _refuse_unknown(data, Configuration, path, "")
    deployments = data.get("deployments")
    for name, entry in (deployments if isinstance(deployments, dict) else {}).items():
        _check_name(name, path)
        _refuse_unknown(entry if isinstance(entry, dict) else {}, Deployment, path, f" of {name}")
    try:
        configuration = msgspec.convert(data, Configuration)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}", "see `confaudit init` for an example") from error
    _check_tokens(configuration, path)
    return Loaded(configuration, path, frozenset(data))


def _parse(path: Path) -> dict[str, Any]:
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}", "check --config or CONFAUDIT_CONFIG"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"{path} is not valid YAML{place}", "mend the file") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path} is no mapping of keys", "see `confaudit init` for an example")
    return {str(key): value for key, value in data.items() if value is not None}


def _refuse_unknown(
    data: Mapping[str, Any], struct: type[msgspec.Struct], path: Path, place: str
) -> None:
    known = struct.__struct_fields__
    for key in data:
        if key not in known:
            raise ConfigError(f"{path}: unknown key {key!r}{place}", suggest(str(key), known))


def suggest(word: str, known: tuple[str, ...]) -> str:
    """A hint for a misspelt word."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def _check_name(name: object, path: Path) -> None:
    if not isinstance(name, str) or not re.fullmatch(DEPLOYMENT_NAME, name) or ".." in name:
        raise ConfigError(
            f"{path}: {name!r} cannot name a deployment",
            "use letters, digits, dots, dashes and underscores",
        )


def _check_tokens(configuration: Configuration, path: Path) -> None:
    for name, deployment in configuration.deployments.items():
        ways = (deployment.token_env, deployment.token_file, deployment.token_command)
        if sum(map(bool, ways)) > 1:
            raise ConfigError(
                f"{path}: {name} names more than one source of its token",
                "keep one of token_env, token_file and token_command",
            )


def schema() -> dict[str, Any]:
    """The JSON Schema of confaudit.yaml."""
    return msgspec.json.schema(Configuration)
