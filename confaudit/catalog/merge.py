"""What several inputs tell of a release, joined to one; the nearest release fills what none tells.

Inputs are believed in the order of `Kind`. Every field that none tells carries its mark: see
`Release`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import fields, replace

from confaudit.catalog.guess import leaf_of, type_of, variable_of
from confaudit.catalog.partial import Facts, Kind, Partial
from confaudit.catalog.public_facts import public_facts
from confaudit.core.coder.facts import NOTHING_KNOWN, Experiments
from confaudit.core.coder.releases import Marks, Release, Version
from confaudit.core.model import OptionSpec

_PRECEDENCE: Final = tuple(Kind)
_BUILD_DEPENDENT: Final = {"update-check", "telemetry", "telemetry-enable"}
"""Options whose default in the docs is that of the development build or test that printed them."""

_NOT_ON_THE_API_PAGE: Final = {"ai.chat.ai_gateway_routing_enabled"}
"""The one leaf that the page lacks, since 2.34; it shows all others of every release."""

_ALIKE: Final = {
    "string": ("string", "url", "host:port", "regexp", "yaml-config-path"),
    "string-array": ("string-array", "struct["),
    "null": ("",),
}
"""What the wire suggests → how the types begin that look so there."""

_FIELDS: Final = tuple(fact.name for fact in fields(OptionSpec))

_OF_A_RELEASE: Final = {Kind.SOURCE, Kind.PAYLOAD}
"""Inputs that no other build than the release itself can have made."""

_ALL_LEAVES: Final = {Kind.SOURCE, Kind.API_PAGE}
"""Inputs that show every leaf of the config tree; a payload leaves out some that are empty."""


class Learnt(Struct, frozen=True):
    """A release, and what did not fit together."""

    release: Release
    base: Release
    """The release that filled what no input tells."""
    unclaimed: tuple[str, ...]
    """Leaves of the config tree that no known option sets."""
    foreign: tuple[str, ...]
    """Options that one input names, and one that shows all does not."""

    @property
    def gone(self) -> Set[str]:
        """The options of the base that are known to be gone."""
        return self.base.options.keys() - self.release.options.keys() - self.release.unsure.keys()

    @property
    def has_lost_most(self) -> bool:
        """Whether most options are gone, which no release ever did: an input may have been cut."""
        return 2 * len(self.gone) > len(self.base.options)


class _Draft(Struct, frozen=True):
    """An option while it is pieced together."""

    spec: OptionSpec
    is_new: bool
    found: frozenset[str]
    """Fields that an input tells."""
    guessed: tuple[str, ...] = ()

    @property
    def rest(self) -> tuple[str, ...]:
        """The fields that are neither told nor guessed."""
        return tuple(name for name in _FIELDS if name not in self.found.union(self.guessed))

    def guess(self, **values: Any) -> "_Draft":
        spec = replace(self.spec, **values)
        return replace(self, spec=spec, guessed=(*self.guessed, *values))


def merge(
    partials: Iterable[Partial],
    base: Release,
    version: str,
    date: str = "",
    experiments: Experiments = NOTHING_KNOWN,
) -> Learnt:
    """Join what inputs tell of the release `version`; an empty date is not known.

    Its line gets extended support if it is that of `base`, and that one does. Its experiments are
    never taken from `base`: they come and go with each release, and `experiments` is what is known
    of them besides.
    """
    ordered = sorted(partials, key=lambda partial: _PRECEDENCE.index(partial.kind))
    known = _without_moved_leaves(base, ordered)
    kinds = {partial.kind for partial in ordered}
    is_complete = any(partial.is_complete for partial in ordered)
    told = _found(ordered, known)
    found = _existing(told, ordered, known)
    drafts = {key: _draft(known.options.get(key), facts) for key, facts in sorted(found.items())}
    drafts = drafts if is_complete else _with_visibility(drafts, kinds)
    drafts = _with_leaves(drafts, _free(drafts, ordered, known))
    drafts = {key: _with_variable(draft) for key, draft in _with_types(drafts, ordered).items()}
    free = tuple(sorted(_free(drafts, ordered, known)))
    without_option = free if is_complete and Kind.SOURCE in kinds else ()
    release = Release(
        version=version,
        date=date,
        esr=base.esr and Version.parse(base.version).line == Version.parse(version).line,
        options={key: draft.spec for key, draft in drafts.items()},
        leaves_without_option=(*known.leaves_without_option, *without_option),
        experiments=_experiments(ordered, experiments, is_complete=is_complete),
        is_complete=is_complete,
        unsure={} if is_complete else _unsure(base, found, kinds, known),
    )
    return Learnt(
        release=_marked(release, drafts, base),
        base=base,
        unclaimed=() if without_option else free,
        foreign=tuple(sorted(told.keys() - found.keys())),
    )


def _marked(release: Release, drafts: Mapping[str, _Draft], base: Release) -> Release:
    """The release, with what is to be said of the fields that no input tells."""

    def marks(named: Callable[[_Draft], tuple[str, ...]]) -> Marks:
        return {key: names for key, draft in drafts.items() if (names := named(draft))}

    borrowed = marks(lambda draft: () if draft.is_new else draft.rest)
    return replace(
        release,
        guessed=marks(lambda draft: draft.guessed),
        borrowed=borrowed,
        unknown=marks(lambda draft: draft.rest if draft.is_new else ()),
        borrowed_from=base.version if borrowed or release.unsure else "",
    )


def _experiments(
    ordered: Sequence[Partial], before: Experiments, *, is_complete: bool
) -> Experiments:
    """Those of an input that tells all; else what every input tells, and what was known before.

    Where inputs do not show the whole release, what was known before is not taken for all either.
    """
    told = [partial.experiments for partial in ordered]
    parts = [one for one in told if one.is_complete][:1] or [before, *told]
    known = frozenset[str]().union(*(one.known for one in parts))
    return Experiments(
        known=known,
        safe=frozenset[str]().union(*(one.safe for one in parts)),
        unsure=frozenset[str]().union(*(one.unsure for one in parts)) - known,
        is_complete=any(one.is_complete for one in (parts if is_complete else told)),
    )


def _without_moved_leaves(base: Release, ordered: Sequence[Partial]) -> Release:
    """The base without the leaves that an input which shows all, if there is one, does not."""
    pages = [partial.leaves for partial in ordered if partial.kind in _ALL_LEAVES]
    if not pages:
        return base
    shown = _NOT_ON_THE_API_PAGE.union(*pages)
    return replace(
        base,
        options={
            key: spec if spec.json_path in shown else replace(spec, json_path="")
            for key, spec in base.options.items()
        },
        leaves_without_option=tuple(leaf for leaf in base.leaves_without_option if leaf in shown),
    )


def _found(ordered: Sequence[Partial], base: Release) -> dict[str, Facts]:
    """Every option that an input names → what they tell of it together."""
    known = {spec.yaml_path: key for key, spec in base.options.items() if spec.yaml_path}
    keys = _described_alike(ordered) | known
    found: dict[str, Facts] = {}
    for partial in ordered:
        for facts in partial.options:
            key = _key(facts, {} if partial.kind in _OF_A_RELEASE else keys)
            keys[facts.get("yaml_path", "")] = key
            found[key] = {**_trusted(key, facts, partial.kind), **found.get(key, {})}
    return found


def _described_alike(ordered: Sequence[Partial]) -> dict[str, str]:
    """YAML path → flag of the only option that a help describes in the same words."""
    flags, paths = (
        _by_description(ordered, kind) for kind in (Kind.SERVER_HELP, Kind.WRITTEN_YAML)
    )
    return {paths[text]: flags[text] for text in paths.keys() & flags.keys()}


def _by_description(ordered: Sequence[Partial], kind: Kind) -> dict[str, str]:
    described = [pair for one in ordered if one.kind is kind for pair in one.descriptions.items()]
    times = Counter(text for _, text in described)
    return {text: name for name, text in described if text and times[text] == 1}


def _key(facts: Facts, keys: Mapping[str, str]) -> str:
    """The option's key; a YAML path, which may be all an input tells, leads to one."""
    path = facts.get("yaml_path")
    by_path = path and keys.get(path, path)
    return str(facts.get("flag") or facts.get("env") or by_path or facts["name"])


def _trusted(key: str, facts: Facts, kind: Kind) -> Facts:
    if key in _BUILD_DEPENDENT and kind not in _OF_A_RELEASE:
        return {name: fact for name, fact in facts.items() if name != "default"}
    return facts


def _existing(
    found: Mapping[str, Facts], ordered: Sequence[Partial], base: Release
) -> dict[str, Facts]:
    """The options the release is known to have.

    One input may show them all. Without it they are those that any input shows; one that only
    its leaf in the API docs page shows is known by the base, unless another sets that leaf as well.
    """
    complete = [partial for partial in ordered if partial.is_complete][:1]
    if complete:
        keys = {_key(facts, {}) for partial in complete for facts in partial.options}
        return {key: found[key] for key in keys}
    leaves = {leaf for partial in ordered for leaf in partial.leaves}
    shown = leaves - {base.options[key].json_path for key in found.keys() & base.options.keys()}
    kinds = {partial.kind for partial in ordered}
    stay: dict[str, Facts] = {
        key: {}
        for key, spec in base.options.items()
        if spec.json_path in shown and not _is_missed(spec, kinds)
    }
    return {**stay, **found}


def _unsure(
    base: Release, found: Mapping[str, Facts], kinds: Set[Kind], known: Release
) -> dict[str, OptionSpec]:
    """The options of the base that no input shows, and that none had to show."""
    return {
        key: spec
        for key, spec in base.options.items()
        if key not in found and not _is_missed(known.options[key], kinds)
    }


def _is_missed(spec: OptionSpec, kinds: Set[Kind]) -> bool:
    """Whether an input that would show the option did not; its leaf is gone where that is so."""
    if spec.yaml_path and Kind.WRITTEN_YAML in kinds:
        return True
    return Kind.API_PAGE in kinds and not spec.json_path


def _draft(known: OptionSpec | None, facts: Facts) -> _Draft:
    """An option with the facts told, over those of the base."""
    if known and known.default_computed_from and "default_computed_from" not in facts:
        facts = {name: fact for name, fact in facts.items() if name != "default"}
    base = known or OptionSpec(name="")
    facts = public_facts(facts, base)
    spec = replace(base, **facts)
    return _Draft(spec, is_new=known is None, found=frozenset(facts))


def _with_visibility(drafts: Mapping[str, _Draft], kinds: Set[Kind]) -> dict[str, _Draft]:
    """Docs page and help show every visible option: others are hidden, if they exist at all."""
    if not kinds & {Kind.SERVER_PAGE, Kind.SERVER_HELP}:
        return dict(drafts)
    return {
        key: draft if "hidden" in draft.found else _hide(draft) for key, draft in drafts.items()
    }


def _hide(draft: _Draft) -> _Draft:
    if draft.found:
        spec = replace(draft.spec, hidden=True)
        return replace(draft, spec=spec, found=draft.found | {"hidden"})
    return draft if draft.spec.hidden else draft.guess(hidden=True)


def _with_variable(draft: _Draft) -> _Draft:
    """Guess the variable of a new option of which only the flag is told."""
    if draft.is_new and draft.spec.flag and "env" not in draft.found:
        return draft.guess(env=variable_of(draft.spec.flag))
    return draft


def _free(
    drafts: Mapping[str, _Draft], ordered: Sequence[Partial], base: Release
) -> frozenset[str]:
    """The leaves that exist and that no option is known to set."""
    claimed = {draft.spec.json_path for draft in drafts.values()} | {*base.leaves_without_option}
    shown = {leaf for partial in ordered for leaf in partial.leaves}
    return frozenset(leaf for leaf in shown if not claimed.intersection(_with_sections(leaf)))


def _with_sections(leaf: str) -> Iterator[str]:
    """A leaf and the sections around it: below a map's leaf there are an operator's own keys."""
    while leaf:
        yield leaf
        leaf = leaf.rpartition(".")[0]


def _with_leaves(drafts: Mapping[str, _Draft], free: frozenset[str]) -> dict[str, _Draft]:
    """Guess the leaf of each option that has none."""
    return {
        key: draft
        if draft.spec.json_path or "json_path" in draft.found
        else _with_leaf(draft, free | _replaced(key, drafts))
        for key, draft in drafts.items()
    }


def _with_leaf(draft: _Draft, leaves: frozenset[str]) -> _Draft:
    leaf = leaf_of(draft.spec, leaves)
    return draft.guess(json_path=leaf) if leaf else draft


def _replaced(key: str, drafts: Mapping[str, _Draft]) -> set[str]:
    """The leaves of the options that tell to use this one instead: aliases share theirs."""
    older = (draft.spec for draft in drafts.values() if key in draft.spec.use_instead)
    return {spec.json_path for spec in older if spec.json_path}


def _with_types(drafts: Mapping[str, _Draft], ordered: Sequence[Partial]) -> dict[str, _Draft]:
    """Where no input tells the type: the base's or an alias's, unless the wire denies it."""
    suggested = {key: name for partial in ordered for key, name in partial.wire_types.items()}
    specs = [draft.spec for draft in drafts.values()]
    by_leaf = {spec.json_path: spec.type for spec in specs if spec.json_path and spec.type}
    return {
        key: draft
        if "type" in draft.found
        else _with_type(draft, by_leaf.get(draft.spec.json_path, ""), suggested.get(key, ""))
        for key, draft in drafts.items()
    }


def _with_type(draft: _Draft, shared: str, suggested: str) -> _Draft:
    likely = draft.spec.type or shared or (type_of(draft.spec, suggested) if draft.is_new else "")
    if suggested and not likely.startswith(_ALIKE[suggested]):
        likely = suggested
    return draft if likely == draft.spec.type else draft.guess(type=likely)
