"""The deployments that operators' files of two revisions set up, as far as a change touches them.

No checkout: files are read from the history, or from the work tree, by the paths they have there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.coder.releases import Catalog
from confaudit.core.text.globs import fits, fits_any
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.audience import Audience
from confaudit.errors import SourceError
from confaudit.operator_files import Deployment, OperatorFile, decode, read_as_one, survey
from confaudit.operator_files.file import MAX_BYTES
from confaudit.operator_files.neighbours import may_set_up, related
from confaudit.store.layout import deployment_of
from confaudit.store.revisions import Range
from confaudit.store.trees import Tree

Named = Mapping[str, Sequence[str]]
"""Globs over the paths of files, by the deployment that confaudit.yaml says they set up."""


class FilesAt(Struct, frozen=True):
    """What the files of one revision set up."""

    found: tuple[Deployment, ...] = ()
    notes: tuple[str, ...] = ()
    faults: Mapping[str, SourceError] = field(default_factory=dict)
    """What is wrong with files that cannot be read, by path."""
    files: Mapping[str, OperatorFile] = field(default_factory=dict)
    """Those that can, or may, by what they are called."""


class Broken(Struct, frozen=True):
    """A file that set something up, and that nobody can read any more."""

    file: str
    why: str
    """A sentence without its full stop."""
    line: int = 1
    """Where that shows."""


class Pair(Struct, frozen=True):
    """One deployment before and after the change; one of both may not be there."""

    before: Deployment | None
    after: Deployment | None
    broken: tuple[Broken, ...] = ()
    """Those of its earlier files that the change broke: what it comes to now nobody can tell."""

    @property
    def name(self) -> str:
        """What it is called, after the change if it is still there."""
        one = self.after or self.before
        return one.name if one else ""


class ReviewedFiles(Struct, frozen=True):
    """What a change does to operators' files."""

    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()


def reviewed_files(range_: Range, named: Named, catalog: Catalog) -> ReviewedFiles:
    """The deployments whose files differ between two revisions.

    Raises:
        StoreError: the history cannot be read.
    """
    changes = [one for one in range_.changes() if any(_is_candidate(p, named) for p in one.paths)]
    if not changes:
        return ReviewedFiles()
    touched = {path for one in changes for path in one.paths}
    contents = [_contents(tree, named) for tree in (range_.base, range_.head)]
    near = {path for one in contents for path in related(one)}
    reader: _Reader = cache(decode)  # most files are the same on both sides
    counting = near | touched  # a server's YAML speaks of nothing that tells it from others
    before, after = (_files_at(one, counting, named, catalog, reader) for one in contents)
    moves = {visible(one.earlier_path): visible(one.path) for one in changes if one.earlier_path}
    shown = {*map(visible, touched)}  # as files are called once they are read
    broken = {one.file: one for one in _broken(before, after, touched, moves, range_.head)}
    pairs = (one for one in _paired(before.found, after.found, moves) if _differs(one, shown))
    noted = {visible(path) for path in touched if path in near or _is_named(path, named)}
    unread = sorted(after.faults.keys() & noted - broken.keys())
    return ReviewedFiles(
        pairs=tuple(_with_broken(one, broken, moves) for one in pairs),
        notes=(*_about(noted, after.notes), *(f"{after.faults[one].message}." for one in unread)),
    )


def _is_candidate(path: str, named: Named) -> bool:
    """Whether a file may set up a server; a snapshot does not."""
    return _is_named(path, named) or (may_set_up(path) and not deployment_of(path))


def _is_named(path: str, named: Named) -> bool:
    """Whether confaudit.yaml says of a file that it sets up a deployment."""
    return any(fits_any(path, globs) for globs in named.values())


# --- one revision -------------------------------------------------------------------------------


_Reader: TypeAlias = Callable[[bytes, str], OperatorFile]


def _files_at(
    contents: Mapping[str, bytes],
    counting: Set[str],
    named: Named,
    catalog: Catalog,
    reader: _Reader,
) -> FilesAt:
    """What files set up, of those that are `counting`, or named as of a deployment."""
    owned = {path for path in contents if _is_named(path, named)}
    wanted = (path for path in contents if path in counting or path in owned)
    faults: dict[str, SourceError] = {}
    decoded = ((path, _decoded(path, contents[path], reader, faults)) for path in wanted)
    files = {path: file for path, file in decoded if file}
    rest = [file for path, file in files.items() if path not in owned]
    read = survey(rest, Audience(catalog).of)
    said = [*_said(files, named, faults)]
    named_so = {file.name: file for file in files.values()}
    return FilesAt((*said, *read.found), read.notes, {**faults, **read.faults}, named_so)


def _contents(tree: Tree, named: Named) -> dict[str, bytes]:
    """The files that may set up a server, by path; of one that is too large as much as shows it."""
    wanted = (path for path in tree.files() if _is_candidate(path, named))
    found = ((path, tree.read(path)) for path in wanted)
    return {path: data[: MAX_BYTES + 1] for path, data in found if data is not None}


def _decoded(
    path: str, data: bytes, reader: _Reader, faults: dict[str, SourceError]
) -> OperatorFile | None:
    try:
        return reader(data, path)
    except SourceError as fault:
        faults[visible(path)] = fault
        return None


def _said(
    files: Mapping[str, OperatorFile], named: Named, faults: dict[str, SourceError]
) -> Iterator[Deployment]:
    """The deployments whose files confaudit.yaml names, each read as one; they may share some."""
    for name, globs in named.items():
        paths = [path for path in files if fits_any(path, globs)]
        paths.sort(key=lambda path: _place(path, globs))
        if paths:
            try:
                read = read_as_one([files[path] for path in paths])
                yield replace(read, name=name)
            except SourceError as fault:
                faults[visible(paths[0])] = fault


def _place(path: str, globs: Sequence[str]) -> int:
    """Later globs name files that are applied later."""
    return next(number for number, glob in enumerate(globs) if fits(path, glob))


# --- both revisions -----------------------------------------------------------------------------


def _paired(
    before: Sequence[Deployment], after: Sequence[Deployment], moves: Mapping[str, str]
) -> Iterator[Pair]:
    """Each deployment after the change with what it was before, by its files and its name."""
    left = [*before]
    partners = {}
    for is_partner in _LIKENESS:
        for one in after:
            if id(one) not in partners:
                found = next((other for other in left if is_partner(other, one, moves)), None)
                if found:
                    left.remove(found)
                    partners[id(one)] = found
    yield from (Pair(partners.get(id(one)), one) for one in after)
    yield from (Pair(one, None) for one in left)


def _is_same(before: Deployment, after: Deployment, moves: Mapping[str, str]) -> bool:
    return before.name == after.name


def _is_moved(before: Deployment, after: Deployment, moves: Mapping[str, str]) -> bool:
    """Whether it has the same files and name, wherever these were before."""
    names = [moves.get(file.name, file.name) for file in before.files]
    same_name = before.operator.name == after.operator.name
    return same_name and names == [file.name for file in after.files]


def _is_grown(before: Deployment, after: Deployment, moves: Mapping[str, str]) -> bool:
    """Whether it has the same first file, over which other layers may lie."""
    first = before.files[0].name
    same_name = before.operator.name == after.operator.name
    return same_name and moves.get(first, first) == after.files[0].name


def _is_kin(before: Deployment, after: Deployment, moves: Mapping[str, str]) -> bool:
    """Whether a file of both is left where the first one came or went."""
    names = {moves.get(file.name, file.name) for file in before.files}
    same_name = before.operator.name == after.operator.name
    return same_name and not names.isdisjoint(file.name for file in after.files)


_LIKENESS: Final = (_is_same, _is_moved, _is_grown, _is_kin)
"""The surest sign first."""


def _differs(pair: Pair, touched: set[str]) -> bool:
    both = (one for one in (pair.before, pair.after) if one)
    return any(file.name in touched for one in both for file in one.files)


def _about(touched: Iterable[str], notes: Sequence[str]) -> Iterator[str]:
    """Those notes that speak of a file that the change touches."""
    names = [*filter(None, touched)]
    yield from (note for note in notes if any(name in note for name in names))


# --- what the change broke -----------------------------------------------------------------------


def _broken(
    before: FilesAt, after: FilesAt, touched: set[str], moves: Mapping[str, str], head: Tree
) -> Iterator[Broken]:
    """The files that set something up before, and that nobody can read after the change."""
    were_read = {name: file for file in _read(before) for name in _names(file, moves)}
    are_read = {file.name for file in _read(after)}
    for path in sorted(touched):
        name = visible(path)
        file = after.files.get(name)
        if name not in were_read:
            continue
        if were_read[name].is_structured and file and file.yaml is None:
            line = file.unlike_yaml
            yield Broken(name, f"{name} is no YAML any more, as line {line} shows", line)
        elif name in after.faults and name not in are_read:
            yield Broken(name, after.faults[name].message)
        elif head.holds_other(path):
            yield Broken(name, f"{name} is no regular file any more")


def _read(at: FilesAt) -> Iterator[OperatorFile]:
    """The files that set something up."""
    return (file for one in at.found for file in one.files)


def _with_broken(pair: Pair, broken: Mapping[str, Broken], moves: Mapping[str, str]) -> Pair:
    earlier = pair.before.files if pair.before else ()
    names = (name for file in earlier for name in _names(file, moves))
    return replace(pair, broken=tuple(broken[name] for name in names if name in broken))


def _names(file: OperatorFile, moves: Mapping[str, str]) -> Sequence[str]:
    """What a file was called, and is now; what lies where it was may be another."""
    return tuple(dict.fromkeys((file.name, moves.get(file.name, file.name))))
