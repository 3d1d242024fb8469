"""Every change gets a cause and one sentence of evidence.

The operator did what no release explains; the release did what its declarations say; a computed
value follows from something else; and what cannot be told is said to be unknown. What the servers
themselves declare comes first, the catalogue names the release in between.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from confaudit.core.changes.aliases import join
from confaudit.core.changes.attribution import (
    CAUSE_ORDER,
    COMPUTED_FROM,
    Attribution,
    by_nobody,
    by_operator,
    by_release,
    unexplained,
)
from confaudit.core.changes.diff import position
from confaudit.core.changes.fields import moved_fields
from confaudit.core.changes.leaves import Leaves
from confaudit.core.changes.order import is_reordered
from confaudit.core.changes.way import Way, parsed
from confaudit.core.coder.endpoints import BUILD, ENDPOINTS
from confaudit.core.coder.facts import Facts, Filler
from confaudit.core.coder.releases import Catalog
from confaudit.core.coder.semantics import ALIASES_SHARE, EMPTY_COUNTS
from confaudit.core.model import (
    EXPLICIT,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Snapshot,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.secret import is_secret
from confaudit.core.text.wording import human, listing, option_name, visible

_EMPTIED: Final = (
    f"since {EMPTY_COUNTS.line_name} an empty environment variable counts; "
    "it may have been there before"
)
_REORDERED: Final = "in another order, which means nothing to Coder"
_SHARED: Final = f"since {ALIASES_SHARE.line_name}"
_BOTH_TOLD: Final = f"{_SHARED} both of its names tell the same value source"


def attribute(
    changes: Sequence[Change], before: Snapshot, after: Snapshot, catalog: Catalog
) -> tuple[Change, ...]:
    """Join aliases and renames, and say of every change what caused it; the operator's first."""
    attributor = _Attributor(before, after, catalog)
    found = [attributor.attribute(change) for change in join(changes, before, after)]
    return tuple(sorted(found, key=lambda c: (CAUSE_ORDER.index(c.cause), position(c))))


class _Attributor:
    """One comparison: two snapshots and the releases between them."""

    def __init__(self, before: Snapshot, after: Snapshot, catalog: Catalog) -> None:
        self._before, self._after, self._catalog = before, after, catalog
        self._way = Way(before, after, catalog)
        self._upgraded, self._span = self._way.is_upgrade, self._way.span
        self._leaves = Leaves(before, after, catalog, self._way)

    def attribute(self, change: Change) -> Change:
        """The change with its cause and evidence, that of a leaf with the option that sets it."""
        known = self._with_option(change) if change.subject is Subject.CONFIG else change
        is_reordered = self._means_the_same(known)
        found = self._reordered(known) if is_reordered else self._by_subject(known)
        return replace(known, cause=found.cause, evidence=found.evidence, is_reordered=is_reordered)

    def _by_subject(self, change: Change) -> Attribution:
        match change.subject:
            case Subject.OPTION:
                found = self._option(change)
            case Subject.CONFIG:
                found = self._leaves.attribute(change)
            case Subject.SERVER:
                found = self._server(change)
        return self._with_fields(change, found)

    def _with_option(self, change: Change) -> Change:
        spec = self._leaves.option(change.key)
        return replace(change, spec=spec, type=change.type or spec.type) if spec else change

    def _means_the_same(self, change: Change) -> bool:
        """Whether only the order of values differs, and the option has a set of them."""
        return (
            change.spec is not None
            and is_reordered(change.before, change.after)
            and self._facts.is_unordered(change.spec.key)
        )

    def _reordered(self, change: Change) -> Attribution:
        """What is left to tell of a change where its values are taken for the same."""
        if change.kind is ChangeKind.RENAMED:
            found = self._renamed(replace(change, before=change.after))
        elif _is_set_elsewhere(change):
            found = self._source(change)
        elif _facet(change, Facet.DEFAULT) and change.source_after not in EXPLICIT:
            return by_release(f"{self._since_default(change)} lists the default {_REORDERED}")
        else:
            return by_nobody(f"the values are the same, {_REORDERED}")
        return replace(found, evidence=f"{found.evidence}; the values are {_REORDERED}")

    def _with_fields(self, change: Change, found: Attribution) -> Attribution:
        """Fields that the release gave to a structure or took from it are not the operator's."""
        if not self._upgraded or not isinstance(change.after, list):
            return found
        optional = self._facts.optional(change.key)
        fields = moved_fields(change.before, change.after, optional)
        if not fields:
            return found
        if fields.are_all:
            return by_release(f"{self._span} {fields.story}, and nothing else differs")
        return replace(found, evidence=f"{found.evidence}; {self._span} {fields.story} as well")

    @cached_property
    def _facts(self) -> Facts:
        return self._catalog.nearest(self._after.version).facts

    # --- options --------------------------------------------------------------------------

    def _option(self, change: Change) -> Attribution:
        match change.kind:
            case ChangeKind.ADDED | ChangeKind.REMOVED:
                return self._presence(change)
            case ChangeKind.RENAMED:
                return self._renamed(change)
            case ChangeKind.CHANGED:
                return self._value(change)
            case ChangeKind.SOURCE:
                return self._source(change)
            case ChangeKind.DECLARED:
                return self._declared(change)

    def _presence(self, change: Change) -> Attribution:
        if not self._upgraded:
            return unexplained("the same release declares it on one side only")
        added = change.kind is ChangeKind.ADDED
        what = f"{self._way.since(change.key)} adds it" if added else f"{self._span} removes it"
        if added and change.source_after in EXPLICIT:
            return by_operator(f"{what}; it is set by {change.source_after}, now or already before")
        if not added and change.source_before in EXPLICIT:
            return by_release(f"{what}; it was set by {change.source_before}, which is ignored now")
        return by_release(what)

    def _renamed(self, change: Change) -> Attribution:
        what = f"{self._way.since(change.key)} renames {option_name(visible(change.was))}"
        if _same(change.before, change.after):
            by_hand = self._set_or_unset(change)
            if by_hand:
                return by_operator(f"{what}; {by_hand}")
            return by_release(f"{what}{self._which_name(change)}")
        value = self._value(change)
        return Attribution(value.cause, f"{what}; {value.evidence}")

    def _set_or_unset(self, change: Change) -> str:
        """What somebody did to a renamed option whose value happens to be the same all the same."""
        was, now = change.source_before in EXPLICIT, change.source_after in EXPLICIT
        is_told = change.source_before is not None and change.source_after is not None
        if was == now or not is_told or change.was not in change.also:
            return ""
        return (
            f"it is set by {change.source_after} now"
            if now
            else (f"it was set by {change.source_before} and no longer is")
        )

    def _value(self, change: Change) -> Attribution:
        was, now = change.source_before in EXPLICIT, change.source_after in EXPLICIT
        if change.source_before is None or change.source_after is None:
            return self._without_source(change)
        filled = self._facts.filled(change.key)
        if filled and filled.by is Filler.POD and was and now:
            return by_nobody(filled.how)
        if self._newly_empty(change):
            return unexplained(_EMPTIED)
        if now:
            return self._set(change)
        if was:
            return self._unset(change)
        return self._default(change)

    def _set(self, change: Change) -> Attribution:
        if self._upgraded and change.also and self._way.crosses(ALIASES_SHARE):
            if is_secret(change.after) and self._had_source(change.also):
                return by_release(_BOTH_TOLD)
            return unexplained(f"{_SHARED} either of its names counts, which alone can change it")
        return by_operator(
            f"it is set by {change.source_after}, and no release explains the value"
            f"{self._which_name(change)}"
        )

    def _had_source(self, names: Iterable[str]) -> bool:
        settings = self._before.settings
        return any(name in settings and settings[name].source in EXPLICIT for name in names)

    def _newly_empty(self, change: Change) -> bool:
        """Whether an empty variable that was ignored may be all there is to it.

        Of a secret nobody is told whether it is empty.
        """
        appeared = change.source_after is ValueSource.ENV and change.source_before not in EXPLICIT
        may_be = _is_empty(change.after) or is_secret(change.after)
        return appeared and may_be and self._way.crosses(EMPTY_COUNTS)

    def _unset(self, change: Change) -> Attribution:
        gone = self._lost_name(change)
        if gone:
            return by_release(gone)
        return by_operator(f"it was set by {change.source_before} and no longer is")

    def _lost_name(self, change: Change) -> str:
        """The release may have taken away the very name by which the operator set it."""
        facet = {ValueSource.ENV: Facet.ENV, ValueSource.YAML: Facet.YAML_PATH}.get(
            change.source_before or ValueSource.UNSET
        )
        moved = next((f for f in change.facets if f.facet is facet), None)
        if moved is None or change.kind is ChangeKind.RENAMED:
            return ""
        return f"{self._span} no longer reads {human(moved.before)}, by which it was set"

    def _default(self, change: Change) -> Attribution:
        facet = _facet(change, Facet.DEFAULT)
        before, after = self._computed(change)
        if after and not before:
            return by_release(
                f"{self._way.since_computed(change.key)} derives the default from {after}"
            )
        if after:
            return by_nobody(f"its default follows from {after}")
        if facet and self._upgraded:
            return by_release(f"{self._since_default(change)} moves the default")
        return self._mutated(change)

    def _since_default(self, change: Change) -> str:
        return self._way.since_default(change.key, _facet(change, Facet.DEFAULT))

    def _mutated(self, change: Change) -> Attribution:
        """Neither set nor a moved default: what the server makes of other inputs."""
        filled = self._facts.filled(change.key)
        if filled and filled.by is Filler.VARIABLES:
            return by_operator(f"{filled.how} fill it, and they have no value source")
        if filled and filled.by is Filler.SERVER:
            return by_nobody(filled.how)
        return unexplained("nothing set it and its default did not move")

    def _computed(self, change: Change) -> tuple[str, str]:
        """What the default follows from on either side; empty when it is a fact of the release."""
        names = change.was or change.key, change.key
        return _computed_from(self._before, names[0]), _computed_from(self._after, names[1])

    def _without_source(self, change: Change) -> Attribution:
        """Releases before 2.3 and bare config trees do not say who set a value."""
        if self._upgraded is False:
            return by_operator("the release is the same on both sides")
        if _facet(change, Facet.DEFAULT):
            return by_release(f"{self._since_default(change)} moves the default")
        if any(self._computed(change)):
            return by_nobody(
                f"its default follows from {next(filter(None, self._computed(change)))}"
            )
        return unexplained("the input does not tell value sources")

    def _source(self, change: Change) -> Attribution:
        was, now = change.source_before, change.source_after
        if was not in EXPLICIT and now not in EXPLICIT:
            return by_release(f"{self._since_default(change)} declares a default")
        if self._newly_empty(change):
            return unexplained(_EMPTIED)
        if self._upgraded and change.also and self._way.crosses(ALIASES_SHARE):
            return by_release(_BOTH_TOLD)
        if now not in EXPLICIT:
            return self._unset(change)
        known = (
            "it is set to what was the default" if was not in EXPLICIT else "the value is the same"
        )
        return by_operator(f"{known}{self._which_name(change)}")

    def _declared(self, change: Change) -> Attribution:
        computed = any(self._computed(change))
        if computed and {facet.facet for facet in change.facets} == {Facet.DEFAULT}:
            return by_nobody("its default is computed when the server starts")
        if self._upgraded:
            return by_release(f"{self._span} declares it differently")
        return unexplained("the same release declares it differently")

    def _which_name(self, change: Change) -> str:
        """Aliases hide which of their names the operator used."""
        if not change.also or change.source_after not in EXPLICIT:
            return ""
        names = listing([f"--{visible(name)}" for name in (change.key, *change.also)])
        return f"; which of {names} was used cannot be told" if self._aliases_share() else ""

    def _aliases_share(self) -> bool:
        version = parsed(self._after.version)
        return version is None or version >= ALIASES_SHARE

    # --- endpoints -------------------------------------------------------------------------

    def _server(self, change: Change) -> Attribution:
        row = ENDPOINTS.get(change.key.partition(".")[0])
        repeats = row.repeats if row else ""
        if repeats == BUILD or _tells_versions(change.key):
            return by_release(self._span if self._upgraded else f"{BUILD} tells it")
        if repeats:
            return by_nobody(f"it follows from {repeats}")
        if self._upgraded and change.kind is not ChangeKind.CHANGED:
            return by_release(f"{self._span} tells more or less of it")
        return by_operator("it is kept in the database or the licence, not in options")


def _tells_versions(path: str) -> bool:
    return path.rpartition(".")[2] in ("version", "api_version", "coder_version")


def _computed_from(snapshot: Snapshot, key: str) -> str:
    spec = snapshot.declared.get(key)
    return COMPUTED_FROM.get(spec.default_computed_from, "") if spec else ""


def _is_set_elsewhere(change: Change) -> bool:
    sources = change.source_before, change.source_after
    return None not in sources and sources[0] is not sources[1]


def _facet(change: Change, facet: Facet) -> FacetChange | None:
    return next((found for found in change.facets if found.facet is facet), None)


def _same(before: Value, after: Value) -> bool:
    return before == after and type(before) is type(after)


def _is_empty(value: Value) -> bool:
    return value in ("", [], None, False, 0)
