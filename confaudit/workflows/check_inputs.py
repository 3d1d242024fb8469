"""What `check` is given, told apart: snapshots, and the files that set a server up.

Both may begin with a brace, and so may Nix and templates. Who can read it decides.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.coder.served import as_served, told_version
from confaudit.core.model import RawDeployment, Snapshot, StoredFiles
from confaudit.core.text.paths import telling
from confaudit.core.text.wording import listing, visible
from confaudit.core.upgrade.audience import Audience
from confaudit.errors import ConfigError, NothingToDo, SourceError
from confaudit.operator_files import Deployment, OperatorFile, decode, recognised
from confaudit.sources import Input, find, kind_of
from confaudit.sources.snapshot import holds_snapshot
from confaudit.workflows.audit import AuditScope
from confaudit.workflows.hardening import NO_FILES
from confaudit.workflows.in_use import InUse, checked_against
from confaudit.workflows.load import Loader
from confaudit.workflows.operator_files import (
    GivenFiles,
    open_deployments,
    open_files,
    unlike,
)
from confaudit.workflows.readable import readable
from confaudit.workflows.setup import Setup
from confaudit.workflows.versions import release_of, version_of

if TYPE_CHECKING:
    from confaudit.store.snapshots import Snapshots


class CheckRequest(Struct, frozen=True):
    """What the command line asks for; nothing is the last snapshot of every deployment."""

    arguments: Sequence[str] = ()
    """Inputs of `confaudit diff`, or files that set a server up."""
    kinds: Sequence[str] = ()
    """What the first of them are, where they are snapshots and do not look like it."""
    files: GivenFiles = field(default_factory=GivenFiles)
    """Beside a snapshot they are of its deployment."""
    deployment: str = ""
    """The only one to check; the name of what has none."""
    version: str = ""
    """The release in use; without it as the inputs tell, else the newest known."""


class Case(Struct, frozen=True):
    """One deployment to be checked."""

    scope: AuditScope
    in_use: InUse

    @property
    def title(self) -> str:
        """What it is called in a title: its name, else its files by what tells them apart."""
        snapshot = self.scope.snapshot
        if snapshot and snapshot.deployment:
            return visible(snapshot.deployment)
        files = telling([one.name for one in self.scope.opened.files])
        return ", ".join(map(visible, files)) or visible(self.scope.name)


class Cases(NamedTuple):
    """The deployments to check."""

    found: tuple[Case, ...]
    notes: tuple[str, ...] = ()
    """On what belongs to none of them."""
    failed: Mapping[str, SourceError] = {}
    """Why the last snapshots of others cannot be read, by name."""


def cases(setup: Setup, request: CheckRequest) -> Cases:
    """The deployments to check.

    Raises:
        ConfigError: the version is none, or files may be of any of several snapshots.
        SourceError, ApiError, StoreError, NothingToDo: an input cannot be read, or there is none.
    """
    loader = Loader(setup, deployment=request.deployment)
    if not (request.arguments or request.files):
        return _latest(setup, loader, request)
    snapshots, given = _told_apart(loader, request)
    if snapshots and request.files:
        return Cases((_of_both(setup, loader, snapshots, replace(request, files=given)),))
    clean = (_clean(setup, loader, one, request.version) for one in snapshots)
    found = [_of_snapshot(setup, one, request) for one in clean]
    if not given:
        return Cases(_with_names(found))
    opened = open_deployments(_as_one(given, request), Audience(setup.catalog()).of)
    found += [_of_files(setup, one, request) for one in opened.found]
    return Cases(_with_names(found), opened.notes)


def _as_one(files: GivenFiles, request: CheckRequest) -> GivenFiles:
    return replace(files, is_one=files.is_one or bool(request.deployment))


def _with_names(found: Sequence[Case]) -> tuple[Case, ...]:
    """With names that are all different, which tell their findings apart."""
    names = unlike(one.scope.name for one in found)
    return tuple(_named(*pair) for pair in zip(found, names, strict=True))


def _named(case: Case, name: str) -> Case:
    scope = case.scope
    snapshot = replace(scope.snapshot, deployment=name) if scope.snapshot else None
    opened = replace(scope.opened, name=name)
    return replace(case, scope=replace(scope, snapshot=snapshot, opened=opened))


# --- arguments ----------------------------------------------------------------------------------

Raw: TypeAlias = RawDeployment | StoredFiles
"""A snapshot that is not redacted yet."""


def _told_apart(loader: Loader, request: CheckRequest) -> tuple[tuple[Raw, ...], GivenFiles]:
    """The arguments read, as snapshots and as operators' files; `kinds` are of snapshots."""
    snapshots, files, folders = [], [], []
    kinds = request.kinds[: len(request.arguments)]
    for argument, kind in zip_longest(request.arguments, kinds, fillvalue=""):
        found = find(argument, loader.context, kind or None)
        if found.folder and not kind and not holds_snapshot(found.folder):
            folders.append(found.folder)
        elif kind or not _is_file(found):
            snapshots.append(loader.read(found, kind or None))
        else:
            files.append(_file(found))
    named = (*folders, *request.files.files)
    return tuple(snapshots), replace(request.files, opened=files, files=named)


def _is_file(found: Input) -> bool:
    """Whether it is an operator's file: what no snapshot is, or only begins like one.

    A JSON document that nobody knows is left to the reader of saved answers, who says what it is.
    """
    if found.content is None or kind_of(found) != "payload":
        return found.content is not None and not kind_of(found)
    from confaudit.sources.payload import is_saved

    return not is_saved(found) and recognised(_file(found)) is not None


def _file(found: Input) -> OperatorFile:
    return decode(found.content or b"", "stdin" if found.argument == "-" else found.argument)


# --- snapshots ----------------------------------------------------------------------------------


def _latest(setup: Setup, loader: Loader, request: CheckRequest) -> Cases:
    """The newest snapshot of each deployment that there is, or of the one that is named."""
    snapshots = setup.snapshots()
    names = _names(setup, snapshots, request)
    found, failed = readable(names, partial(loader.latest, snapshots))
    taken = tuple(_of_snapshot(setup, one, request) for one in found.values() if one)
    if not taken:
        nothing = NothingToDo(
            "there is no snapshot yet", "take one with `confaudit snapshot`, or name what to check"
        )
        raise next(iter(failed.values()), nothing)
    missing = [visible(name) for name, one in found.items() if one is None]
    notes = (f"Of {listing(missing)} there is no snapshot yet.",) if missing else ()
    return Cases(taken, notes, failed)


def _names(setup: Setup, snapshots: "Snapshots", request: CheckRequest) -> Sequence[str]:
    """The deployments of confaudit.yaml, and those that the repository has beside them."""
    asked, stored = request.deployment, snapshots.deployments()
    if asked:
        return [asked] if asked in stored else [*setup.deployments([asked])]
    return [*dict.fromkeys((*setup.configuration.deployments, *stored))]


def _clean(setup: Setup, loader: Loader, raw: Raw, version: str) -> Snapshot:
    """A snapshot; that of a saved answer that tells no version gets the one that is known."""
    if isinstance(raw, RawDeployment) and not raw.version and version:
        raw = replace(raw, version=version_of(version, setup.catalog()))
    return loader.clean(raw)


def _of_both(setup: Setup, loader: Loader, snapshots: Sequence[Raw], request: CheckRequest) -> Case:
    """A deployment of which a snapshot says what is in effect, and files how."""
    if len(snapshots) > 1:
        raise ConfigError(
            f"files are of one deployment, and {len(snapshots)} snapshots are named",
            "give the files with one snapshot alone",
        )
    opened = open_files(request.files, Audience(setup.catalog()).of)
    version = request.version or opened.operator.version
    snapshot = _clean(setup, loader, snapshots[0], version)
    return _of_snapshot(setup, snapshot, request, opened)


def _of_snapshot(
    setup: Setup,
    snapshot: Snapshot,
    request: CheckRequest,
    opened: Deployment = NO_FILES,
) -> Case:
    name = request.deployment or opened.name or PurePath(snapshot.label).name
    in_use = checked_against(request.version, told_version(snapshot), "", setup.catalog())
    release = as_served(release_of(in_use.version, setup.catalog()), snapshot)
    scope = AuditScope(
        release, release, snapshot, replace(opened, name=name), told_by=in_use.told_by
    )
    return Case(scope, in_use)


def _of_files(setup: Setup, opened: Deployment, request: CheckRequest) -> Case:
    told, hint = opened.operator.version, opened.operator.version_hint
    in_use = checked_against(request.version, told, hint, setup.catalog())
    release = release_of(in_use.version, setup.catalog())
    named = replace(opened, name=request.deployment or opened.name)
    return Case(AuditScope(release, release, None, named, told_by=in_use.told_by), in_use)
