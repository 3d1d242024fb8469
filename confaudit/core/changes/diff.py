"""Two Snapshots become Changes.

Every difference becomes one Change about an option, a config leaf or a server leaf. Only what both
inputs can tell is compared.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import filterfalse
from typing import Final, NamedTuple

from confaudit.core import tree
from confaudit.core.changes.documents import (
    Document,
    Finder,
    changed_leaves,
    differing,
    strictly_equal,
)
from confaudit.core.changes.fingerprints import differ_by_fingerprints
from confaudit.core.changes.owners import owners
from confaudit.core.model import (
    MISSING,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Fidelity,
    Missing,
    OptionSpec,
    Setting,
    Snapshot,
    Subject,
    Value,
)
from confaudit.core.secret import is_secret

_SUBJECTS: Final = tuple(Subject)
_EVERY_FACET: Final = tuple(Facet)
_ORDER: Final = (
    ChangeKind.CHANGED,
    ChangeKind.RENAMED,
    ChangeKind.SOURCE,
    ChangeKind.REMOVED,
    ChangeKind.ADDED,
    ChangeKind.DECLARED,
)


def diff(before: Snapshot, after: Snapshot, find: Finder = differing) -> tuple[Change, ...]:
    """All differences between two snapshots, in a stable order; each is reported once.

    `find` says where documents differ; what is found is the same with either of them.
    """
    tell_options = bool(before.settings and after.settings)
    options = option_changes(before, after, find) if tell_options else ()
    config = _unexplained(_config_changes(before, after, find), options, before, after)
    found = (*options, *config, *_server_changes(before, after, find))
    return tuple(sorted(filterfalse(_tells_fingerprints, found), key=position))


def _tells_fingerprints(change: Change) -> bool:
    """Whether nothing is new but that one of the snapshots has fingerprints of its secrets."""
    is_alone = change.source_before == change.source_after and not change.facets
    return is_alone and differ_by_fingerprints(change.before, change.after)


def position(change: Change) -> tuple[int, int, str]:
    """Where a change stands in a list: by subject, then values first, then by name."""
    return _SUBJECTS.index(change.subject), _ORDER.index(change.kind), change.key


# --- options ---------------------------------------------------------------------------------

_FACETS: Final[Mapping[Facet, Callable[[OptionSpec], Value]]] = {
    Facet.DEFAULT: lambda spec: spec.default,
    Facet.TYPE: lambda spec: spec.type or MISSING,
    Facet.HIDDEN: lambda spec: spec.hidden,
    Facet.SECRET: lambda spec: spec.secret,
    Facet.USE_INSTEAD: lambda spec: list(spec.use_instead),
    Facet.ENV: lambda spec: spec.env,
    Facet.YAML_PATH: lambda spec: spec.yaml_path,
    Facet.JSON_PATH: lambda spec: spec.json_path or MISSING,
}


class _Option(NamedTuple):
    """One option of one snapshot."""

    setting: Setting
    spec: OptionSpec


class _Both(NamedTuple):
    """An option before and after, None where there is none, and what is to be compared of it."""

    before: _Option | None
    after: _Option | None
    left: Document
    right: Document


def option_changes(before: Snapshot, after: Snapshot, find: Finder) -> tuple[Change, ...]:
    """Changes of options between two snapshots that tell all of them, in no order."""
    keys = {**before.settings, **after.settings}
    both = {key: _both(_option(before, key), _option(after, key)) for key in keys}
    left: Document = {key: one.left for key, one in both.items() if one.before}
    right: Document = {key: one.right for key, one in both.items() if one.after}
    return tuple(_option_change(key, both[key]) for key in {path[0] for path in find(left, right)})


def _option(snapshot: Snapshot, key: str) -> _Option | None:
    if key not in snapshot.settings:
        return None
    spec = snapshot.declared.get(key) or OptionSpec(name=key, flag=key)
    return _Option(snapshot.settings[key], spec)


def _both(old: _Option | None, new: _Option | None) -> _Both:
    """An option as documents, less what one of the snapshots cannot tell."""
    if old and new:
        return _Both(old, new, *_both_known(*_shared_sides(old, new)))
    return _Both(old, new, _sides(old) if old else {}, _sides(new) if new else {})


def _both_known(one: Document, other: Document) -> tuple[Document, Document]:
    if one.keys() == other.keys():
        return one, other
    shared = one.keys() & other.keys()
    return {name: one[name] for name in shared}, {name: other[name] for name in shared}


def _shared_sides(one: _Option, other: _Option) -> tuple[Document, Document]:
    """What is known of an option here and there; what both declare alike, nowhere."""
    if one.spec == other.spec:
        return _said(one.setting), _said(other.setting)
    return _sides(one), _sides(other)


def _sides(option: _Option) -> Document:
    """What is known of an option, side by side."""
    return _declared(option.spec) | _said(option.setting)


def _said(setting: Setting) -> Document:
    """What is known of what a deployment has for an option."""
    value, source = setting.value, setting.source
    said: Document = {} if value is MISSING or _untold(value) else {"value": value}
    return said if source is None else {**said, "source": source.value}


def _declared(spec: OptionSpec) -> Document:
    sides = {facet: read(spec) for facet, read in _FACETS.items()}
    return {facet: value for facet, value in sides.items() if value is not MISSING}


def _untold(value: Value) -> bool:
    """A secret of a release that does not tell whether it is set (before 2.3)."""
    return isinstance(value, dict) and is_secret(value) and value["secret_set"] is None


def _option_change(key: str, both: _Both) -> Change:
    before, after = both.before, both.after
    newest = after or before
    if newest is None:
        raise KeyError(key)
    return Change(
        subject=Subject.OPTION,
        key=key,
        kind=_kind(both),
        before=before.setting.value if before else MISSING,
        after=after.setting.value if after else MISSING,
        path=newest.spec.json_path,
        type=newest.spec.type,
        facets=_differences(both.left, both.right) if before and after else (),
        spec=newest.spec,
        source_before=before.setting.source if before else None,
        source_after=after.setting.source if after else None,
    )


def _kind(both: _Both) -> ChangeKind:
    if both.before is None:
        return ChangeKind.ADDED
    if both.after is None:
        return ChangeKind.REMOVED
    if _differ(both.left, both.right, "value"):
        return ChangeKind.CHANGED
    is_moved = _differ(both.left, both.right, "source")
    return ChangeKind.SOURCE if is_moved else ChangeKind.DECLARED


def _differ(left: Document, right: Document, name: str) -> bool:
    """Whether both know a side and disagree on it."""
    known = name in left and name in right
    return known and not strictly_equal(left[name], right[name])


def facet_changes(before: OptionSpec, after: OptionSpec) -> tuple[FacetChange, ...]:
    """How two declarations differ, value and source aside."""
    return _differences(_declared(before), _declared(after))


def _differences(left: Document, right: Document) -> tuple[FacetChange, ...]:
    return tuple(
        FacetChange(facet, left[facet], right[facet])
        for facet in _EVERY_FACET
        if facet in left and _differ(left, right, facet)
    )


# --- config ----------------------------------------------------------------------------------


def _config_changes(before: Snapshot, after: Snapshot, find: Finder) -> Iterator[Change]:
    left, right = _comparable_configs(before, after)
    old, new = owners(before.declared), owners(after.declared)
    known = new if new is old else {**old, **new}
    for path, (was, now) in changed_leaves(left, right, find, known).items():
        yield _leaf_change(Subject.CONFIG, path, was, now, _type(known.get(tree.dotted(path))))


def _type(setting: Mapping[str, OptionSpec] | None) -> str:
    """The type of a leaf, by the last of the options that set it."""
    return [*setting.values()][-1].type if setting else ""


def _comparable_configs(before: Snapshot, after: Snapshot) -> tuple[Document, Document]:
    """Both trees, less what one of the inputs cannot tell."""
    left, right = dict(before.config), dict(after.config)
    pages = [one.config for one in (before, after) if one.fidelity is Fidelity.SHAPE]
    if len(pages) == 1:
        known = {tree.dotted(path) for path, _ in tree.leaves(pages[0])}
        left, right = _presence(left, right, known), _presence(right, left, known)
    return _without_losses(before, after, left, right)


def _without_losses(
    before: Snapshot, after: Snapshot, left: Document, right: Document
) -> tuple[Document, Document]:
    """What a support bundle left out says nothing."""
    if before.fidelity is Fidelity.LOSSY:
        right = _only_known(right, left)
    if after.fidelity is Fidelity.LOSSY:
        left = _only_known(left, right)
    return left, right


def _presence(mine: Document, other: Document, known: set[str]) -> Document:
    """A docs page knows which leaves exist, not their values: those in both are the same."""
    theirs = dict(tree.leaves(other, known))
    return tree.grow({p: None if p in theirs else v for p, v in tree.leaves(mine, known)})


def _only_known(mine: Document, lossy: Document) -> Document:
    theirs = dict(tree.leaves(lossy))
    return tree.grow({path: value for path, value in tree.leaves(mine) if path in theirs})


def _leaf_change(subject: Subject, path: tree.Path, old: Value, new: Value, kind: str) -> Change:
    name = tree.dotted(path)
    return Change(subject, name, _leaf_kind(old, new), old, new, path=name, type=kind)


def _leaf_kind(before: Value, after: Value) -> ChangeKind:
    if before is MISSING:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if after is MISSING else ChangeKind.CHANGED


def _unexplained(
    changes: Iterator[Change], options: tuple[Change, ...], before: Snapshot, after: Snapshot
) -> Iterator[Change]:
    """Leaves that no option accounts for; the others are folded into their option."""
    explained = _Explained(options, before, after)
    return (change for change in changes if change not in explained)


class _Explained:
    """Which changed leaves an option's own change, or its move to another leaf, accounts for."""

    def __init__(self, options: tuple[Change, ...], before: Snapshot, after: Snapshot) -> None:
        self._changes = {change.key: change for change in options}
        self._old, self._new = owners(before.declared), owners(after.declared)

    def __contains__(self, leaf: Change) -> bool:
        old, new = {*self._old.get(leaf.key, ())}, {*self._new.get(leaf.key, ())}
        if leaf.kind is ChangeKind.ADDED:
            return bool(new) and any(self._agrees(key, leaf) for key in new)
        if leaf.kind is ChangeKind.REMOVED:
            return bool(old) and any(self._agrees(key, leaf) for key in old)
        return any(self._agrees(key, leaf) for key in old | new)

    def _agrees(self, key: str, leaf: Change) -> bool:
        change = self._changes.get(key)
        return change is not None and all(
            _same_or_untold(*pair)
            for pair in ((leaf.before, change.before), (leaf.after, change.after))
        )


def _same_or_untold(leaf: Value, option: Value) -> bool:
    """A leaf that is absent, or an option whose value is not known, contradicts nothing."""
    if isinstance(leaf, Missing) or isinstance(option, Missing):
        return True
    return is_secret(option) or strictly_equal(leaf, option)


# --- endpoints --------------------------------------------------------------------------------


def _server_changes(before: Snapshot, after: Snapshot, find: Finder) -> Iterator[Change]:
    """Changes of what both servers told; an endpoint only one of them told is in the notes."""
    shared = before.server.keys() & after.server.keys()
    left = {name: before.server[name] for name in shared}
    right = {name: after.server[name] for name in shared}
    left, right = _without_losses(before, after, left, right)
    for path, (old, new) in changed_leaves(left, right, find).items():
        yield _leaf_change(Subject.SERVER, path, old, new, "")
