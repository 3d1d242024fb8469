"""A release on its own: the deployment that nobody configured, from what the release declares.

It knows facts about releases only. What they do not tell is left out or said to be unknown: where
the server's host keeps its cache, and leaves of the config tree that no option sets.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from confaudit.core import tree
from confaudit.core.coder.go import RefusedError
from confaudit.core.coder.options import canonical, zero
from confaudit.core.coder.parsing import parse
from confaudit.core.coder.releases import Release, Version
from confaudit.core.coder.semantics import ALIASES_SHARE, SOURCES_KNOWN
from confaudit.core.model import (
    MISSING,
    Fidelity,
    Json,
    OptionSpec,
    Setting,
    Snapshot,
    Value,
    ValueSource,
)
from confaudit.core.secret import SECRET_OPTIONS, secret

_ACCESS_URL: Final = "access-url"
"""The one option without which a server of one's own has no address."""


def default_snapshot(release: Release, access_url: str = "https://coder.example.com") -> Snapshot:
    """The Snapshot of a deployment of this release with only its access URL set, by environment."""
    declared = {key: _filled_in(spec, release, access_url) for key, spec in release.options.items()}
    leaves = {leaf: _leaf_default(declared, owners) for leaf, owners in release.leaves.items()}
    settings = {
        key: _setting(spec, leaves.get(spec.json_path, spec.default), release, access_url)
        for key, spec in declared.items()
    }
    return Snapshot(
        deployment="",
        fidelity=Fidelity.FULL,
        version=release.version,
        taken_at=None,
        label=f"Coder {release.version}",
        settings=settings,
        declared=declared,
        config=_config(release, settings),
        server={},
        unavailable={},
    )


def _leaf_default(declared: Mapping[str, OptionSpec], owners: tuple[OptionSpec, ...]) -> str | None:
    """Aliases share one value, and only one of them may declare its default (2.17)."""
    texts = (declared[owner.key].default for owner in owners)
    return next((text for text in texts if text is not None), None)


def default_value(spec: OptionSpec, text: str | None) -> Value:
    """What a default in text form stands for; none is the zero value of the option's type.

    MISSING where the text is none of the type: no release is so, and a wrong import may be.
    """
    if text is None:
        return zero(spec.type)
    try:
        return canonical(parse(text, spec.type), spec.type)
    except RefusedError:
        return MISSING


def own_default(spec: OptionSpec, release: Release) -> Value:
    """The default of an option, which its aliases share; MISSING when it follows from the host."""
    owners = (spec, *release.leaves.get(spec.json_path, ()))
    declared = next((one for one in owners if one.default is not None), spec)
    if declared.default_computed_from in ("host", "access-url"):
        return MISSING
    text = declared.default and declared.default.replace("{version}", f"v{release.version}")
    return default_value(declared, text)


def _filled_in(spec: OptionSpec, release: Release, access_url: str) -> OptionSpec:
    """A default that the server computes when it starts, as far as it can be known here."""
    if spec.default is None or not spec.default_computed_from:
        return spec
    is_https = str(access_url.lower().startswith("https://")).lower()
    text = spec.default.replace("{version}", f"v{release.version}")
    return replace(spec, default=text.replace("{access_url_is_https}", is_https))


def _setting(
    spec: OptionSpec, leaf_default: str | None, release: Release, access_url: str
) -> Setting:
    version = Version.parse(release.version)
    tells_sources = version >= SOURCES_KNOWN
    if spec.key == _ACCESS_URL:
        return Setting(access_url, ValueSource.ENV if tells_sources else None)
    if _is_secret(spec):
        return Setting(
            secret(False if tells_sources else None), ValueSource.UNSET if tells_sources else None
        )
    decisive = leaf_default if version >= ALIASES_SHARE else spec.default
    source = ValueSource.UNSET if decisive is None else ValueSource.DEFAULT
    return Setting(default_value(spec, leaf_default), source if tells_sources else None)


def _is_secret(spec: OptionSpec) -> bool:
    return spec.secret or spec.key in SECRET_OPTIONS


def _config(release: Release, settings: Mapping[str, Setting]) -> dict[str, Json]:
    leaves: dict[tree.Path, Json] = {}
    for name, owners in release.leaves.items():
        value = settings[owners[0].key].value
        if value is not MISSING:
            untold = any(map(_is_secret, owners))
            leaves[tuple(name.split("."))] = secret(None) if untold else value
    return tree.grow(leaves)
