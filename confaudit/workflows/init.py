"""Set up a repository of snapshots: commented files to begin with, committed for those to come."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from confaudit import configfile
from confaudit.configfile import NAMES, Configuration
from confaudit.errors import ConfigError, StoreError
from confaudit.sources.address import base_url
from confaudit.store.layout import ATTRIBUTES, ATTRIBUTES_TEXT
from confaudit.store.repository import Repository
from confaudit.workflows.clock import Clock
from confaudit.workflows.deployment_lines import entry, with_deployment
from confaudit.workflows.house import EXCEPTIONS
from confaudit.workflows.policy import POLICY
from confaudit.workflows.setup import TOKEN, token_owners
from confaudit.workflows.starters import starter
from confaudit.workflows.trust import agree_to_new
from confaudit.workflows.write import make_folder, write_text
from confaudit.yaml_file import read_bytes
from confaudit.yaml_lines import indented

_CONFIGURATION: Final = """\
# confaudit.yaml: which Coder deployments to snapshot, and how.
# Every key is optional; `confaudit config schema` prints the JSON Schema.

deployments:
{deployments}
# timeout: 30            # seconds to wait for one answer of the API
# retries: 4             # further tries after a failed request
# lock_timeout: 60       # seconds to wait for another confaudit at work here
# push: false            # push after every snapshot …
# remote: origin         # … to this git remote
# push_timeout: 60       # seconds to try again while others push there as well
# notifications:         # who is told of changes; see `confaudit help notifications`

# Secrets are never stored: only whether each is set, and from where. With a key in this
# environment variable, secrets that the server lets slip also get a keyed fingerprint, so
# that a rotation shows. Keep the key out of this repository.
# fingerprint_key_env: CONFAUDIT_FINGERPRINT_KEY
"""


class Newcomer(Struct, frozen=True):
    """A deployment that is added."""

    name: str
    url: str
    """As it may be asked, without a final slash."""
    token_env: str
    """The variable that is to hold its token."""

    @property
    def is_encrypted(self) -> bool:
        """Whether the token travels where nobody can read it."""
        try:
            return bool(base_url(self.url, allow_http=False))
        except ConfigError:
            return False


class Made(Struct, frozen=True):
    """What init wrote, and what was there already; files are absolute paths."""

    configuration: Path
    """The confaudit.yaml, whatever it is called."""
    added: Newcomer | None
    """The deployment that is new."""
    written: tuple[Path, ...]
    """Files that are new."""
    kept: tuple[Path, ...]
    """Files that were there, one of which may have got lines."""
    commit: str
    """Id of the commit that holds what was written; empty where there was nothing to commit."""
    left: tuple[Path, ...]
    """What is not committed, as somebody has changed it or it could not be."""
    trouble: StoreError | None
    """Why it could not be."""
    distrust: ConfigError | None
    """Why what it wrote could not be trusted at once."""


def init(folder: Path, name: str, url: str, clock: Clock, user_folder: Path | None = None) -> Made:
    """Make `folder` a repository of snapshots, and add the deployment to it, if one is named.

    Files that exist are kept, but for the lines of the deployment. What was written is committed,
    and trusted where `user_folder` keeps that.

    Raises:
        StoreError: the folder cannot become a git repository.
        ConfigError: the deployment cannot be called so, or have that URL, or is there with another
            one; a file cannot be read or written.
    """
    address = _address(name, url)
    repository = Repository.open(folder, create=True, committed_at=clock.ordered)
    with repository.lock():
        path = configfile.nearest(folder) or folder.resolve() / NAMES[0]
        return _Place(repository, path, clock.now(), user_folder).set_up(name, address)


def _address(name: str, url: str) -> str:
    """The checked URL; plain http is told when it is asked, as it may be allowed then."""
    if bool(name) != bool(url):
        raise ConfigError("a deployment needs both its NAME and --url", "give both, or neither")
    if not name:
        return ""
    configfile.check_new_name(name, ())
    return base_url(url, allow_http=True)


class _Place(Struct, frozen=True):
    """Where a repository is set up; its lock is held."""

    repository: Repository
    path: Path
    """Where confaudit.yaml is, or is to be."""
    now: datetime
    user_folder: Path | None
    """Where it is kept what is trusted; None where that is nobody's business."""

    def set_up(self, name: str, url: str) -> Made:
        """Write what is missing, and commit it."""
        present = self._present()
        added = self._newcomer(name, url, present)
        files = self._files(added)
        missing = tuple(file for file in files if not file.exists())
        edited = (self.path,) if added and self.path not in missing else ()
        settled = {file for file in (*missing, *edited) if self._is_settled(file)}
        if edited and added:
            write_text(self.path, self._with(added))
        _write({file: files[file] for file in missing})
        commit, trouble = self._commit(settled, _message(added, is_first=not present))
        return Made(
            configuration=self.path,
            added=added,
            written=missing,
            kept=tuple(file for file in files if file not in missing),
            commit=commit,
            left=tuple(file for file in files if not self._is_settled(file)),
            trouble=trouble,
            distrust=self._distrust(added),
        )

    def _distrust(self, added: Newcomer | None) -> ConfigError | None:
        """Let the deployment have what it asks; why not, if that cannot be kept."""
        try:
            if added and self.user_folder:
                agree_to_new(configfile.load(self.path), self.user_folder, added.name)
        except ConfigError as error:
            return error
        return None

    def _present(self) -> Configuration | None:
        """What confaudit.yaml says already."""
        return configfile.load(self.path).configuration if self.path.is_file() else None

    def _newcomer(self, name: str, url: str, present: Configuration | None) -> Newcomer | None:
        known = present.deployments if present else {}
        if not name or (name in known and known[name].url.rstrip("/") == url):
            return None
        if name in known:
            raise ConfigError(
                f"{self.path.name} has {name} already, with another URL",
                "change its url there, or give the new one another name",
            )
        configfile.check_new_name(name, (*known, *self.repository.deployments()))
        is_taken = present and token_owners(present)
        own = re.sub(r"[^A-Z0-9]", "_", name.upper())
        return Newcomer(name, url, f"{TOKEN}_{own}" if is_taken else TOKEN)

    def _files(self, added: Newcomer | None) -> Mapping[Path, str]:
        """All files of a repository that is set up, as they begin."""
        beside = {
            self.path.name: _CONFIGURATION.format(deployments=_deployments(added)),
            **starter(EXCEPTIONS),
            **starter(POLICY),
        }
        return {
            **{self.path.parent / name: text for name, text in beside.items()},
            self.repository.root.resolve() / ATTRIBUTES: ATTRIBUTES_TEXT,
        }

    def _with(self, added: Newcomer) -> str:
        text = read_bytes(self.path, ConfigError).decode()
        return with_deployment(self.path, text, added.name, added.url, added.token_env)

    def _is_settled(self, file: Path) -> bool:
        return self.repository.is_settled(self._in_repository(file))

    def _in_repository(self, file: Path) -> str:
        return file.relative_to(self.repository.root.resolve()).as_posix()

    def _commit(self, files: Iterable[Path], message: str) -> tuple[str, StoreError | None]:
        paths = sorted(map(self._in_repository, files))
        try:
            return self.repository.commit_files(paths, message, self.now) or "", None
        except StoreError as trouble:  # all is written, and what is left is told
            return "", trouble


def _write(files: Mapping[Path, str]) -> None:
    for file, text in files.items():
        make_folder(file.parent)
        write_text(file, text)


def _deployments(added: Newcomer | None) -> str:
    """The first deployment, else an example."""
    if added:
        lines = entry(added.name, added.url, added.token_env)
    else:
        lines = tuple(f"# {line}" for line in entry("prod", "https://coder.example.com", TOKEN))
    return "".join(f"{line}\n" for line in indented(lines))


def _message(added: Newcomer | None, *, is_first: bool) -> str:
    if not added:
        return "Set up confaudit"
    return f"Set up confaudit for {added.name}" if is_first else f"Add {added.name} to confaudit"
