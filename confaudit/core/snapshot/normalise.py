"""A redacted payload becomes a Snapshot: equal states become equal values.

Enums are unwrapped, null and empty lists are the same, keys that Go's `omitempty` leaves out are
filled in with their zero value, endpoints lose their volatile keys. What a release declares about
an option comes from the server itself; type and config leaf, which the wire does not carry, come
from the release's facts.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final, TypeAlias

from msgspec.structs import replace

from confaudit.core import tree
from confaudit.core.coder import endpoints
from confaudit.core.coder.options import canonical, enum_type, is_enum, wire_type
from confaudit.core.coder.releases import Release
from confaudit.core.model import (
    MISSING,
    CleanDeployment,
    Fidelity,
    Json,
    OptionSpec,
    Setting,
    Snapshot,
    Value,
    ValueSource,
)
from confaudit.core.secret import SECRET_OPTIONS, is_secret, secret
from confaudit.core.snapshot.remembered import remembered
from confaudit.errors import SourceError

Option: TypeAlias = Mapping[str, Json]
"""One option as it comes on the wire."""

_UNTOLD: Final = secret(None)
"""What stands for a secret in the config tree, which can never show whether it is set."""


def normalise(clean: CleanDeployment, release: Release) -> Snapshot:
    """Make the Snapshot of one deployment.

    `release` holds the facts of the deployment's version, or of the nearest known one.

    Raises:
        SourceError: there is no config tree.
    """
    told, unread = _options(clean.payload)
    options = {key: option for key, (_, option) in told.items()}
    declared = {key: _declared(spec, option, release) for key, (spec, option) in told.items()}
    leaves = _leaves(clean, release)
    settings = _settings(options, declared, leaves, clean.fidelity)
    return Snapshot(
        deployment=clean.deployment,
        fidelity=clean.fidelity,
        version=clean.version,
        taken_at=clean.taken_at,
        label=clean.label,
        settings=settings,
        declared=declared,
        config=tree.grow({**_omitted(clean, release, leaves, settings), **leaves}),
        server={
            name: endpoints.normalise(name, answer) for name, answer in clean.endpoints.items()
        },
        unavailable=clean.unavailable,
        unread=unread,
    )


def _options(
    payload: Mapping[str, Json],
) -> tuple[dict[str, tuple[OptionSpec, Option]], tuple[Json, ...]]:
    """Each option with what the wire says about it, by key, and what is no option or not readable.

    One option that is broken, or new to us in any way, is no reason to lose all others.
    """
    listed = payload.get("options")
    told: dict[str, tuple[OptionSpec, Option]] = {}
    unread: list[Json] = []
    for option in listed if isinstance(listed, list) else ():
        spec = _wire_spec(option) if isinstance(option, dict) else OptionSpec("")
        if isinstance(option, dict) and spec.key and spec.key not in told:
            told[spec.key] = spec, option
            unread += _unread_source(spec.key, option)
        else:
            unread.append(option)
    return told, tuple(sorted(unread, key=partial(json.dumps, sort_keys=True)))


def _unread_source(key: str, option: Option) -> Iterator[Json]:
    source = option.get("value_source")
    if source is not None and _source(option) is None:
        yield {"flag": key, "value_source": source}


def _declared(spec: OptionSpec, option: Option, release: Release) -> OptionSpec:
    """What the server declares about an option; type and config leaf come from the facts."""
    fact = release.options.get(spec.key)
    value = option.get("value")
    option_type = (fact.type if fact else "") or wire_type(option)
    if is_enum(value):  # the server knows its choices better than any catalogue
        option_type = enum_type(value)
    if fact is None:
        return replace(spec, type=option_type)
    return replace(
        spec,
        type=option_type,
        json_path=fact.json_path,
        default_computed_from=fact.default_computed_from,
    )


@remembered
def _wire_spec(option: Option) -> OptionSpec:
    """What the wire alone says about an option."""
    yaml_keys, names = _groups(option.get("group"))
    leaf = _text(option, "yaml")
    return OptionSpec(
        name=_text(option, "name"),
        flag=_text(option, "flag"),
        flag_shorthand=_text(option, "flag_shorthand"),
        env=_text(option, "env"),
        yaml_path=".".join((*yaml_keys, leaf)) if leaf else "",
        default=_text(option, "default") if "default" in option else None,
        hidden=option.get("hidden") is True,
        secret=_annotation(option, "secret") == "true",
        use_instead=tuple(sorted(_replacements(option))),
        group=" / ".join(names),
        annotations=tuple(sorted(_annotations(option))),
    )


def _text(option: Option, key: str) -> str:
    value = option.get(key)
    return value if isinstance(value, str) else ""


def _groups(group: Json) -> tuple[list[str], list[str]]:
    """YAML keys and names of the groups around an option, outermost first."""
    yaml_keys: list[str] = []
    names: list[str] = []
    while isinstance(group, dict):
        yaml_keys.insert(0, _text(group, "yaml"))
        names.insert(0, _text(group, "name"))
        group = group.get("parent")
    return [key for key in yaml_keys if key], [name for name in names if name]


def _replacements(option: Option) -> Iterator[str]:
    nested = option.get("use_instead")
    for replacement in nested if isinstance(nested, list) else ():
        if isinstance(replacement, dict) and (flag := _text(replacement, "flag")):
            yield flag


def _annotation(option: Option, name: str) -> str:
    annotations = option.get("annotations")
    return _text(annotations, name) if isinstance(annotations, dict) else ""


def _annotations(option: Option) -> Iterator[tuple[str, str]]:
    """`secret` is no fact beside the others: it is OptionSpec.secret."""
    annotations = option.get("annotations")
    if isinstance(annotations, dict):
        yield from ((k, _text(annotations, k)) for k in annotations if k != "secret")


def _leaves(clean: CleanDeployment, release: Release) -> dict[tree.Path, Json]:
    """The leaves of the config tree, each in its canonical form."""
    config = clean.payload.get("config")
    if not isinstance(config, dict):
        raise SourceError("the payload has no config object", "save the whole API answer")
    if clean.fidelity is Fidelity.SHAPE:
        return dict(tree.leaves(config))
    found = {
        path: _leaf(tree.dotted(path), value, release)
        for path, value in tree.leaves(config, release.leaves)
    }
    return {path: value for path, value in found.items() if value is not MISSING}


def _leaf(path: str, value: Json, release: Release) -> Value:
    owners = release.leaves.get(path, ())
    if _holds_secret(owners):
        return dict(_UNTOLD)
    return canonical(value, owners[0].type if owners else "")


def _holds_secret(owners: tuple[OptionSpec, ...]) -> bool:
    """Also in releases that did not mark the option yet."""
    return any(owner.secret or owner.key in SECRET_OPTIONS for owner in owners)


def _omitted(
    clean: CleanDeployment,
    release: Release,
    leaves: Mapping[tree.Path, Json],
    settings: Mapping[str, Setting],
) -> dict[tree.Path, Json]:
    """The leaves that `omitempty` left out, with the zero value they stand for.

    A support bundle also leaves out what its CLI did not know: there only the option can tell.
    """
    filled: dict[tree.Path, Json] = {}
    for name, owners in release.leaves.items():
        path = tuple(name.split("."))
        if path in leaves or not _exists(owners, clean, settings):
            continue
        value = _zero(name, owners, clean.fidelity, release, settings)
        if value is not MISSING:
            filled[path] = value
    return filled


def _exists(
    owners: tuple[OptionSpec, ...], clean: CleanDeployment, settings: Mapping[str, Setting]
) -> bool:
    """Whether the deployment has the leaf: its options say so, or else its version does."""
    if clean.fidelity is Fidelity.SHAPE:
        return False
    if settings:
        return any(owner.key in settings for owner in owners)
    return bool(clean.version)


def _zero(
    name: str,
    owners: tuple[OptionSpec, ...],
    fidelity: Fidelity,
    release: Release,
    settings: Mapping[str, Setting],
) -> Value:
    if _holds_secret(owners):
        return dict(_UNTOLD)
    if fidelity is not Fidelity.LOSSY:
        return release.zero(name)
    return next((settings[o.key].value for o in owners if o.key in settings), MISSING)


def _settings(
    options: Mapping[str, Option],
    declared: Mapping[str, OptionSpec],
    leaves: Mapping[tree.Path, Json],
    fidelity: Fidelity,
) -> dict[str, Setting]:
    tells_source = any("value_source" in option for option in options.values())
    return {
        key: Setting(
            value=_value(option, declared[key], leaves, fidelity),
            source=_source(option) if tells_source else None,
        )
        for key, option in options.items()
    }


def _value(
    option: Option, spec: OptionSpec, leaves: Mapping[tree.Path, Json], fidelity: Fidelity
) -> Value:
    value: Value = option.get("value", MISSING)
    if is_secret(value):
        return value
    if fidelity is Fidelity.LOSSY and value == {}:  # the CLI did not know the option
        return leaves.get(tuple(spec.json_path.split(".")), MISSING)
    return canonical(value, spec.type)


def _source(option: Option) -> ValueSource | None:
    """None where it is one that Coder is not known to have."""
    told = option.get("value_source") or ""
    return _SOURCES.get(told) if isinstance(told, str) else None


_SOURCES: Final = {source.value: source for source in ValueSource}
