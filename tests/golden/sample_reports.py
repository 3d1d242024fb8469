"""Small fixed reports that show everything a renderer must cope with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from confaudit.core.model import (
    MISSING,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Fidelity,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.report import Report, Side

_TAKEN: Final = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
BEFORE: Final = Side(
    "prod@v1", "prod", "2.33.0", _TAKEN, Fidelity.FULL, "0123456789abcdef" * 2, 238, 224
)
AFTER: Final = replace(BEFORE, label="live", version="2.35.1", commit="", options=285, leaves=237)
EMPTY: Final = Report(
    title="prod: 2.33.0 → 2.35.1",
    before=BEFORE,
    after=AFTER,
    changes=(),
    notes=(),
    generated_at=datetime(2026, 7, 2, 9, 30, tzinfo=UTC),
    tool_version="9.9.9",
)


def option(
    flag: str,
    kind: ChangeKind,
    before: Value,
    after: Value,
    sources: tuple[ValueSource | None, ValueSource | None] = (ValueSource.DEFAULT, ValueSource.ENV),
    *facets: FacetChange,
    **declared: object,
) -> Change:
    """A change of an option whose names follow from its flag."""
    words = flag.split("-")
    spec = OptionSpec(
        name=" ".join(words).title(),
        flag=flag,
        env="CODER_" + "_".join(words).upper(),
        yaml_path=f"{words[0]}.{flag}",
    )
    spec = replace(spec, **declared)  # type: ignore[arg-type]
    return Change(
        subject=Subject.OPTION,
        key=flag,
        kind=kind,
        before=before,
        after=after,
        path=f"{words[0]}.{'_'.join(words)}",
        type=spec.type,
        facets=facets,
        spec=spec,
        source_before=sources[0],
        source_after=sources[1],
    )


def leaf(subject: Subject, path: str, before: Value, after: Value) -> Change:
    """A change of a config or server leaf."""
    kind = ChangeKind.CHANGED
    if MISSING in (before, after):
        kind = ChangeKind.ADDED if before is MISSING else ChangeKind.REMOVED
    return Change(subject, path, kind, before, after, path=path)


_OIDC: Final = {"group": "OIDC"}
_ENV_ENV: Final = (ValueSource.ENV, ValueSource.ENV)
EVERY_KIND: Final = (
    option(
        "access-url",
        ChangeKind.CHANGED,
        "https://coder.example.com:8443/a",
        "https://dev.coder.example.com/a",
        (ValueSource.ENV, ValueSource.YAML),
        type="url",
        group="Networking",
    ),
    option(
        "max-token-lifetime",
        ChangeKind.CHANGED,
        3155760000000000001,
        7776000000000000,
        type="duration",
        group="Networking / HTTP",
    ),
    option(
        "oidc-scopes",
        ChangeKind.CHANGED,
        ["openid", "profile", "email"],
        ["email", "openid", "groups"],
        type="string-array",
        **_OIDC,
    ),
    option(
        "oidc-group-mapping",
        ChangeKind.CHANGED,
        {"a": "dev", "b": "ops"},
        {"a": "dev", "b": "sre"},
        _ENV_ENV,
        **_OIDC,
    ),
    option(
        "oidc-client-secret",
        ChangeKind.CHANGED,
        {"secret_set": True, "fingerprint": "0123456789abcdef"},
        {"secret_set": True, "fingerprint": "fedcba9876543210"},
        _ENV_ENV,
        secret=True,
        **_OIDC,
    ),
    option("tls-min-version", ChangeKind.SOURCE, "tls12", "tls12", type="string"),
    option("tls-new", ChangeKind.ADDED, MISSING, False, (None, ValueSource.UNSET), type="bool"),
    option("tls-gone", ChangeKind.REMOVED, "x", MISSING, (ValueSource.FLAG, None)),
    option(
        "tls-old",
        ChangeKind.DECLARED,
        "a",
        "a",
        (ValueSource.DEFAULT, ValueSource.DEFAULT),
        FacetChange(Facet.TYPE, "string", "enum[a|b]"),
        FacetChange(Facet.HIDDEN, False, True),
        FacetChange(Facet.USE_INSTEAD, [], ["tls-new"]),
        use_instead=("tls-new",),
    ),
    option(
        "tls-moved",
        ChangeKind.DECLARED,
        "v",
        "v",
        _ENV_ENV,
        FacetChange(Facet.DEFAULT, None, "10"),
        FacetChange(Facet.ENV, "CODER_OLD", "CODER_TLS_MOVED"),
        use_instead=("tls-new", "tls-min-version"),
    ),
    leaf(Subject.CONFIG, "telemetry.trace", True, False),
    leaf(Subject.CONFIG, "verbose", MISSING, True),
    leaf(Subject.SERVER, "buildinfo.version", "v2.33.0", "v2.35.1"),
)

_TRAPS: Final = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m\r\nover\ttab",
    "\u202egnp.exe\u2066 zero\u200bwidth \ud800",
    "a|b `code` ``two`` *bold* _it_ ~~no~~ \\| $x$",
    "@octocat #123 GH-1 https://evil.example www.evil.example [a](https://evil.example) ![i](x)",
    "[bold red]markup[/] [link=https://evil.example]x[/link] :smile:",
    "{{ 7 * 7 }} {% raw %} ${x} %s",
)
HOSTILE: Final = (
    *(
        option(f"trap-{number}", ChangeKind.CHANGED, "plain words", trap, _ENV_ENV)
        for number, trap in enumerate(_TRAPS)
    ),
    *(
        option(f"named-{number}", ChangeKind.ADDED, MISSING, [trap], name=trap, group=trap)
        for number, trap in enumerate(_TRAPS)
    ),
    *(leaf(Subject.CONFIG, f"section.{trap}", 1, "1") for trap in _TRAPS),
    *(leaf(Subject.SERVER, f"names.{trap}", [trap, 1], [1, {trap: trap}]) for trap in _TRAPS),
)

REPORTS: Final[Mapping[str, Report]] = {
    "every-kind": replace(
        EMPTY, changes=EVERY_KIND, notes=("The server did not tell its experiments (403).",)
    ),
    "hostile": replace(
        EMPTY,
        title=f"prod {_TRAPS[0]} {_TRAPS[3]}",
        before=replace(BEFORE, label=_TRAPS[5], deployment=_TRAPS[4], version=_TRAPS[0]),
        after=replace(AFTER, label=_TRAPS[1], deployment=_TRAPS[2]),
        changes=HOSTILE,
        notes=_TRAPS,
    ),
    "no-difference": EMPTY,
    "nothing-compared": replace(
        EMPTY,
        before=replace(BEFORE, options=0, leaves=0, taken_at=None, fidelity=Fidelity.SHAPE),
        after=replace(AFTER, options=0, leaves=0),
    ),
}
