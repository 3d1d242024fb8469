"""What every job needs to know before it starts: configuration, places, credentials."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import urlsplit

from msgspec import field
from msgspec.structs import replace

from confaudit.configfile import Configuration, Deployment, Loaded
from confaudit.errors import ConfigError, NothingToDo, suggest
from confaudit.reticent import Reticent
from confaudit.sources.address import base_url
from confaudit.sources.http_target import ApiTarget
from confaudit.workflows.clock import Clock
from confaudit.workflows.credential import from_command, from_file

if TYPE_CHECKING:
    from confaudit.core.coder.releases import Catalog
    from confaudit.core.history.entry import Entry
    from confaudit.store.repository import Repository
    from confaudit.store.snapshots import Snapshots
    from confaudit.trust.gate import Gate


class Setup(Reticent, frozen=True, dict=True):
    """The configuration as the command line and the environment left it.

    What it has read once, it remembers: one Setup is one run.
    """

    unsaid: ClassVar = frozenset({"environ"})

    loaded: Loaded
    repo: Path
    """Folder of the git repository of snapshots."""
    timeout: float
    """Seconds for one answer of the API."""
    retries: int
    url: str = ""
    """--url or CODER_URL; overrides the configured URL of a single deployment."""
    token_file: Path | None = None
    """--token-file; overrides the configured way to a single deployment's token."""
    allow_http: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=lambda: Clock.of(os.environ))
    searched_from: Path | None = None
    """Folder from which on confaudit.yaml was looked for, upwards; None where it was named."""
    user_folder: Path | None = None
    """Where the user keeps what holds in all folders: a confaudit.yaml, and what is trusted."""

    @property
    def configuration(self) -> Configuration:
        """What confaudit.yaml says."""
        return self.loaded.configuration

    def deployments(self, names: Sequence[str]) -> dict[str, Deployment]:
        """The deployments to work on: the named ones, else all, else the one of --url.

        Raises:
            ConfigError: a name that confaudit.yaml does not have.
            NothingToDo: there is none at all.
        """
        known = self.configuration.deployments
        if self.url and (len(names) == 1 or not known):
            name = names[0] if names else _host(self.url)
            return {name: self._overridden(name, known.get(name))}
        for name in names:
            if name not in known:
                hint = suggest(name, tuple(known)) if known else "name it there, or give --url"
                raise ConfigError(f"confaudit.yaml names no deployment {name!r}", hint)
        chosen = {name: known[name] for name in names} if names else dict(known)
        if not chosen:
            raise NothingToDo(
                "there is no deployment to ask",
                "run `confaudit init`, or set CODER_URL and CODER_SESSION_TOKEN",
            )
        if len(chosen) > 1:
            return chosen
        return {name: self._overridden(name, one) for name, one in chosen.items()}

    def single(self, name: str) -> tuple[str, Deployment]:
        """The one deployment that a name, a URL or nothing at all means.

        Raises:
            ConfigError: there are several to choose from.
        """
        if "://" in name:
            return self._at(name)
        chosen = self.deployments([name] if name else [])
        if len(chosen) > 1:
            raise several(chosen, ", or live:{}")
        return next(iter(chosen.items()))

    def _at(self, url: str) -> tuple[str, Deployment]:
        """A configured deployment by its URL, else one that only the environment knows."""
        for name, deployment in self.configuration.deployments.items():
            if deployment.url.rstrip("/") == url.rstrip("/"):
                return name, deployment
        file = str(self.token_file) if self.token_file else ""
        return _host(url), Deployment(url=url, token_file=file, token_env="" if file else TOKEN)

    def _overridden(self, name: str, deployment: Deployment | None) -> Deployment:
        """A single deployment obeys flags and environment before the file."""
        base = deployment or Deployment(url=self.url)
        token = {
            "token_file": str(self.token_file) if self.token_file else base.token_file,
            "token_env": "" if self.token_file else base.token_env,
            "token_command": "" if self.token_file else base.token_command,
        }
        is_anothers = not self.url and self._owner() not in ("", name)
        if not self.token_file and self.environ.get(TOKEN) and not is_anothers:
            token = {"token_file": "", "token_env": TOKEN, "token_command": ""}
        return Deployment(
            url=self.url or base.url,
            ca_file=base.ca_file,
            token_file=token["token_file"],
            token_env=token["token_env"],
            token_command=token["token_command"],
        )

    def target(self, name: str, deployment: Deployment) -> ApiTarget:
        """How to ask one deployment.

        Raises:
            ConfigError: its token cannot be found, or confaudit.yaml is not trusted with it.
        """
        target = self.anonymous(deployment)
        self.gate.check_token(name, deployment, target.base)
        return replace(target, token=self._token(name, deployment))

    @cached_property
    def gate(self) -> "Gate":
        """What decides whether confaudit.yaml may have things run, read and sent."""
        from confaudit.trust.gate import Gate
        from confaudit.trust.ledger import NAME

        path, folder = self.loaded.path, self.user_folder
        return Gate(
            loaded=self.loaded,
            is_named=self.searched_from is None or path is None or path.parent == folder,
            ledger=folder / NAME if folder else None,
            url=base_url(self.url, allow_http=True) if self.url else "",
            token_file=str(self.token_file or ""),
            environ=self.environ,
        )

    def anonymous(self, deployment: Deployment) -> ApiTarget:
        """How to ask one deployment what it tells everybody."""
        ca_file = self.loaded.folder / deployment.ca_file if deployment.ca_file else None
        return ApiTarget(
            url=deployment.url,
            timeout_seconds=self.timeout,
            retries=self.retries,
            ca_file=ca_file,
            allow_http=self.allow_http,
        )

    def _token(self, name: str, deployment: Deployment) -> str:
        if deployment.token_file:
            token = from_file(self.loaded.folder / deployment.token_file, "token")
        elif deployment.token_command:
            token = from_command(deployment.token_command, "token", self.loaded.folder)
        else:
            token = self._environment(name, deployment.token_env or self._common_token_env(name))
        if not token:
            raise ConfigError(f"the session token of {name} is empty", "check where it comes from")
        return token

    def _common_token_env(self, name: str) -> str:
        """CODER_SESSION_TOKEN is one deployment's: never send it to another one."""
        known = self.configuration.deployments
        return TOKEN if name == self._owner() or known.keys() <= {name} else ""

    def _owner(self) -> str:
        """The deployment whose token CODER_SESSION_TOKEN is, empty where nobody can tell."""
        found = token_owners(self.configuration)
        return found[0] if len(found) == 1 else ""

    def _environment(self, name: str, variable: str) -> str:
        if not variable:
            raise ConfigError(
                f"confaudit.yaml does not say where the session token of {name} comes from",
                "add token_env, token_file or token_command to it",
            )
        if variable not in self.environ:
            named = self.configuration.deployments.get(name)
            where = ("deployments", name, "token_env") if named and named.token_env else ()
            place = f", which {self.loaded.place(*where)} names" if where else ""
            raise ConfigError(
                f"there is no session token for {name}: {variable} is not set{place}",
                f"set {variable}, or name a token_file or token_command in confaudit.yaml",
            )
        return self.environ[variable].strip()

    def fingerprint_key(self) -> bytes:
        """The key of keyed fingerprints; empty when none is wanted.

        Raises:
            ConfigError: confaudit.yaml names a variable that is not set.
        """
        variable = self.configuration.fingerprint_key_env
        if not variable:
            return b""
        if not (key := self.environ.get(variable, "")):
            raise ConfigError(
                f"fingerprint_key_env names {variable}, which is not set",
                "set it, or remove fingerprint_key_env from confaudit.yaml",
            )
        return key.encode()

    def releases_folder(self) -> Path:
        """Where the user's own catalogues of releases lie."""
        from confaudit import catalog

        return self.loaded.folder / catalog.USER_FOLDER

    def catalog(self) -> "Catalog":
        """The releases of Coder: those that come with confaudit, and the user's own over them.

        Raises:
            CatalogError: a catalogue is damaged.
        """
        return self._catalog

    @cached_property
    def _catalog(self) -> "Catalog":
        from confaudit import catalog

        return catalog.load(self.releases_folder())

    def snapshots(self) -> "Snapshots":
        """The snapshots in the git repository, to read.

        Raises:
            NoRepository: there is none.
            StoreError: git may not use it.
        """
        return self._snapshots

    @cached_property
    def _snapshots(self) -> "Snapshots":
        from confaudit.store.snapshots import Snapshots

        return Snapshots.at(self.repo)

    def shared(self, deployment: str, told: "Callable[[], Iterator[Entry]]") -> "Iterator[Entry]":
        """The history of a deployment from its newest entry on, which is read once for all."""
        if deployment not in self._told:
            self._told[deployment] = told()
        self._told[deployment], mine = tee(self._told[deployment])
        return mine

    @cached_property
    def _told(self) -> "dict[str, Iterator[Entry]]":
        return {}

    def repository(self, *, create: bool = False) -> "Repository":
        """The git repository of snapshots, to write to."""
        from confaudit.store.repository import Repository

        return Repository.open(self.repo, create=create, committed_at=self.clock.ordered)

    def now(self) -> datetime:
        """The time, in UTC; everything that needs it takes it from here."""
        return self.clock.now()


TOKEN: Final = "CODER_SESSION_TOKEN"  # noqa: S105 - the variable's name
"""Coder's own name for it; it holds the token of one deployment."""


def token_owners(configuration: Configuration) -> tuple[str, ...]:
    """The deployments that take CODER_SESSION_TOKEN: by that name, else as they name nothing."""
    known = configuration.deployments.items()
    naming = tuple(name for name, one in known if one.token_env == TOKEN)
    return naming or tuple(
        name for name, one in known if not (one.token_env or one.token_file or one.token_command)
    )


def several(names: Iterable[str], other_way: str = "") -> ConfigError:
    """The error where one deployment is meant, and nothing says which.

    `other_way` is what may be written instead of -d, with braces for the name.
    """
    listed = [*names]
    return ConfigError(
        f"there are several deployments: {', '.join(listed)}",
        f"say which, as with -d {listed[0]}{other_way.format(listed[0])}",
    )


def _host(url: str) -> str:
    """A deployment that nobody named is called after its host."""
    return urlsplit(url).hostname or "deployment"
