"""Learn a release from a redacted deployment: a server's payload, or an API docs page.

Only what the server declares is taken, never a value. A map that is a value ends the path of its
leaf, because its keys are the operator's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import fields

from confaudit.catalog.computed import computed_default, computed_texts
from confaudit.catalog.partial import Facts, Kind, Partial
from confaudit.core import tree
from confaudit.core.coder.facts import Experiments
from confaudit.core.coder.releases import Release
from confaudit.core.model import CleanDeployment, Fidelity, Json, OptionSpec, Snapshot
from confaudit.core.secret import is_secret
from confaudit.core.snapshot.normalise import Option, normalise
from confaudit.errors import CatalogError
from confaudit.patterns import regex

_UNKNOWN: Final = Release(version="", date="", esr=False, options={})
"""With the facts of a release that declares nothing, only what the wire itself says is left."""

_NOT_ON_THE_WIRE: Final = {"type", "json_path", "default_computed_from"}
_SHARED: Final = {"string", "string-array"}
"""What the wire calls a string may be a URL, an address, a pattern…; a list may be a struct."""


def read(clean: CleanDeployment) -> Partial:
    """Learn from a payload or an API docs page.

    Raises:
        CatalogError: it is a config tree alone, which does not name the options.
        SourceError: the payload contradicts itself.
    """
    if clean.fidelity is Fidelity.SHAPE:
        return Partial(Kind.API_PAGE, leaves=_leaves(clean.payload["config"]))
    if clean.fidelity is Fidelity.CONFIG:
        raise CatalogError(
            "a config tree alone does not name the options of a release",
            "give the whole answer of GET /api/v2/deployment/config",
        )
    return _payload(clean)


def _payload(clean: CleanDeployment) -> Partial:
    declared = normalise(clean, _UNKNOWN).declared
    options = list(_options(clean.payload["options"]))
    computed = computed_texts(clean.version, options)
    both = list(zip(declared.values(), options, strict=True))
    facts = (_facts(*pair, computed) for pair in both)
    values = [option.get("value") for option in options]
    is_lossy = clean.fidelity is Fidelity.LOSSY  # its CLI left out the leaves it did not know
    return Partial(
        Kind.PAYLOAD,
        options=tuple(facts),
        leaves=frozenset() if is_lossy else _leaves(clean.payload["config"], values),
        wire_types={spec.key: shared for spec, option in both if (shared := _shared(spec, option))},
        version=clean.version,
        experiments=_experiments(clean.endpoints),
        is_complete=True,
    )


def read_snapshot(snapshot: Snapshot, label: str) -> Partial:
    """Learn from a snapshot what the server told beside its options.

    Raises:
        CatalogError: that is nothing.
    """
    experiments = _experiments(snapshot.server)
    if not experiments.known:
        raise CatalogError(f"{label} {A_SNAPSHOT}", A_SNAPSHOT_HINT)
    return Partial(Kind.SNAPSHOT, version=snapshot.version, experiments=experiments)


A_SNAPSHOT: Final = "is a snapshot, which mixes what a server said with what was known"
A_SNAPSHOT_HINT: Final = "give a payload, a docs page, a written YAML, or live:NAME"

_EXPERIMENT: Final = regex(r"[a-z0-9][a-z0-9_-]{0,63}")


def _experiments(endpoints: Mapping[str, Json]) -> Experiments:
    """The experiments that a server calls safe; it does not tell the others that it knows."""
    answer = endpoints.get("experiments/available")
    listed = answer.get("safe") if isinstance(answer, dict) else None
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    safe = frozenset(filter(_EXPERIMENT.fullmatch, names))
    return Experiments(known=safe, safe=safe)


def _options(listed: Json) -> Iterator[Option]:
    return (o for o in listed if isinstance(o, dict)) if isinstance(listed, list) else iter(())


def _shared(spec: OptionSpec, option: Option) -> str:
    """What the form of the value suggests, where several types share it."""
    value = option.get("value", "")
    if value is None:
        return "null"
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return ""
    return spec.type if spec.type in _SHARED else ""


def _facts(spec: OptionSpec, option: Option, computed: Mapping[str, tuple[str, str]]) -> Facts:
    facts: dict[str, Any] = {
        fact.name: getattr(spec, fact.name)
        for fact in fields(spec)
        if fact.name not in _NOT_ON_THE_WIRE
    }
    if spec.type and spec.type not in _SHARED:
        facts["type"] = spec.type
    if is_secret(option.get("value")) and not spec.secret:  # no release's secrets have a default
        del facts["default"]  # redaction took it away, because the option's name looks secret
    elif spec.default:
        facts |= computed_default(spec.default, computed)
    return facts


def _leaves(config: Json, values: Sequence[Json] = ()) -> frozenset[str]:
    """The leaves of a config tree; a section that is the value of an option is one."""
    maps = [value for value in values if value and isinstance(value, dict)]
    return frozenset(map(tree.dotted, _paths(config, maps, ())))


def _paths(value: Json, maps: Sequence[Json], prefix: tree.Path) -> Iterator[tree.Path]:
    if isinstance(value, dict) and tree.is_section(value) and value not in maps:
        for key, part in value.items():
            yield from _paths(part, maps, (*prefix, key))
    else:
        yield prefix
