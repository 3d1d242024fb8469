"""confaudit.yaml: found, checked against its schema, and read into a Configuration.

Relative paths count from the file's folder.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias

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
_Names = Annotated[list[str], msgspec.Meta(description="a list of globs, as in [prod*]")]
_Host = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9.:_-]+$", description="the name or address of a host, without a port"
    ),
]
_Port = Annotated[int, msgspec.Meta(ge=0, le=65_535, description="a port from 1 to 65535")]
_Address = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$(?!\n)",
        description="an e-mail address such as ops@example.com, without a name",
    ),
]
_Words = Annotated[
    list[str],
    msgspec.Meta(min_length=1, description="a list, as in [/usr/local/bin/page, --team, ops]"),
]
_Template = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(json|slack|teams|.+\.j2)$",
        description="json, slack, teams, or a file of your own that ends in .j2",
    ),
]
_Causes = Annotated[
    list[Literal["operator", "release", "computed", "unknown"]],
    msgspec.Meta(description="a list of operator, release, computed and unknown"),
]


class SecretSource(NamedTuple):
    """Where a secret comes from: one of three ways, each empty where it is another."""

    variable: str
    file: str
    command: str


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
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

    @property
    def token(self) -> SecretSource:
        """Where the session token comes from; nothing where that goes without saying."""
        return SecretSource(self.token_env, self.token_file, self.token_command)


class _Notification(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="kind",
):
    """Whom to tell of changes, and of which."""

    deployments: _Names = []
    """Whose changes, as globs over the names of deployments; those of all where none is given."""
    level: Literal["info", "warning", "error"] = "info"
    """Only of snapshots with something at this level or above."""
    causes: _Causes = []
    """Only of snapshots with a change for one of these causes; for any where none is given."""
    timeout: _Seconds = 10.0
    """Longest wait for it to be delivered, in seconds; it is tried twice."""
    together: _YesNo = False
    """One message for all deployments that a run of `confaudit snapshot` saw changed."""


class Webhook(_Notification, frozen=True, kw_only=True, tag="webhook"):
    """A URL to post to. It is a secret, as whoever knows it may post."""

    url_env: _Variable = ""
    """Name of an environment variable that holds the URL."""
    url_file: _Text = ""
    """File that holds nothing but the URL."""
    url_command: _Text = ""
    """Command that prints the URL; split like a shell would, run without one."""
    template: _Template = "json"
    """What to post: the JSON report, a message for Slack or Teams, or what a template of yours
    makes of it."""
    ca_file: _Text = ""
    """PEM file of the certificate authority to trust for it."""

    @property
    def url(self) -> SecretSource:
        """Where the URL comes from."""
        return SecretSource(self.url_env, self.url_file, self.url_command)


class Email(_Notification, frozen=True, kw_only=True, tag="email"):
    """A mail server to send through."""

    host: _Host
    """The mail server."""
    port: _Port = 0
    """Its port; 0 for 587, for 465 with `tls`, for 25 with `none`."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the way there is encrypted; never with a password where it is not."""
    sender: _Address = msgspec.field(name="from")
    """Address that the mail is from."""
    to: Annotated[list[_Address], msgspec.Meta(min_length=1, description="a list of addresses")]
    """Addresses that get it."""
    user: _Text = ""
    """Account at the mail server; empty where it asks for none."""
    password_env: _Variable = ""
    """Name of an environment variable that holds its password."""
    password_file: _Text = ""
    """File that holds nothing but the password."""
    password_command: _Text = ""
    """Command that prints the password; split like a shell would, run without one."""
    ca_file: _Text = ""
    """PEM file of the certificate authority to trust for it."""

    @property
    def password(self) -> SecretSource:
        """Where the password comes from; nothing without a user."""
        return SecretSource(self.password_env, self.password_file, self.password_command)


class Hook(_Notification, frozen=True, kw_only=True, tag="exec"):
    """A program to run."""

    command: _Words
    """The program and its arguments; no shell is between. It gets the JSON report on standard
    input, and what it is about in its environment."""


Notification: TypeAlias = Webhook | Email | Hook


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything confaudit.yaml can say. Names are those of the flags where both exist."""

    deployments: Annotated[
        dict[str, Deployment],
        msgspec.Meta(description="names, each with its url and token below it"),
    ] = {}
    """The deployments by name; the name is their folder in the repository."""
    notifications: Annotated[
        dict[str, Notification],
        msgspec.Meta(description="names, each with its kind (webhook, email or exec) below it"),
    ] = {}
    """Whom `confaudit snapshot` tells of changes, by a name of your own."""
    timeout: _Seconds = 30.0
    """Longest wait for one answer of the API, all tries together, in seconds."""
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
    for name, one in configuration.notifications.items():
        _check_notification(name, one, part.at("notifications", name))
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
    _check_source(deployment.token, "token", part)


def _check_notification(name: str, notification: Notification, part: Part) -> None:
    if not re.fullmatch(DEPLOYMENT_NAME, name):
        raise part.fault(
            "it cannot name a notification", "use letters, digits, dots, dashes and underscores"
        )
    if isinstance(notification, Webhook) and not _check_source(notification.url, "url", part):
        raise part.fault(
            "it does not say where its URL comes from", "add url_env, url_file or url_command"
        )
    if isinstance(notification, Email):
        has_password = _check_source(notification.password, "password", part)
        if has_password != bool(notification.user):
            raise part.fault("a user and a password go together", "give both or none of them")


def _check_source(source: SecretSource, what: str, part: Part) -> bool:
    """Whether it is said where a secret comes from, which may be one place only."""
    given = sum(map(bool, source))
    if given > 1:
        raise part.fault(
            f"it names more than one source of its {what}",
            f"keep one of {what}_env, {what}_file and {what}_command",
        )
    return given == 1


def said(value: Any) -> Any:
    """A value of a Configuration as JSON has it, under the keys of the file.

    Of deployments and notifications that is what the file says of them, without defaults.
    """
    return msgspec.to_builtins(value)


def schema() -> dict[str, Any]:
    """The JSON Schema of confaudit.yaml."""
    return msgspec.json.schema(Configuration)
