"""Small fixed reports that show everything a renderer must cope with."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from confaudit import catalog
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.documented import Fit
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.given import Excerpt, Form, Position
from confaudit.core.health.check import failed, ok, skipped, unknown, warning
from confaudit.core.health.standing import Standing
from confaudit.core.history.blame import Blamed
from confaudit.core.history.parity import Member, parity
from confaudit.core.history.tally import Tally
from confaudit.core.judge.exceptions import (
    NO_RULINGS,
    Decision,
    ExceptionEntry,
    ExpectedDifference,
    Lapsed,
    Rulings,
)
from confaudit.core.judge.finding import Confidence, Effect, Finding, Origin, Patch, Phase, Rule
from confaudit.core.judge.judge import Judged, Suppressed, SuppressedBy
from confaudit.core.judge.rules.changes import change_findings
from confaudit.core.judge.verdict import verdict
from confaudit.core.lifecycle.lifecycle import Event, EventKind
from confaudit.core.lifecycle.lives import Lives
from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Fidelity,
    Level,
    OptionSpec,
    Setting,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.report.audited import ITSELF, Audited
from confaudit.core.report.combined import combined
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.origins import origin_notes, origin_table, origin_verdict
from confaudit.core.report.report import Column, Report, Side, Table
from confaudit.core.report.shown import Recorded, commit_part, commit_report, set_table
from confaudit.core.secret import secret
from confaudit.core.upgrade.known import Truth
from confaudit.render import FORMATS
from confaudit.workflows import catalog as workflow
from confaudit.workflows.compare import compare_report
from confaudit.workflows.doctor import doctor_report
from confaudit.workflows.secrets_scan import scan_report
from confaudit.workflows.status import status_report
from tests.golden.sample_changes import option
from tests.golden.sample_history import HISTORY

_TAKEN: Final = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
BEFORE: Final = Side(
    "prod@v1", "prod", "2.33.0", _TAKEN, Fidelity.FULL, "0123456789abcdef" * 2, 238, 224
)
AFTER: Final = replace(BEFORE, label="live", version="2.35.1", commit="", options=285, leaves=237)


def judged(
    *, changes: Iterable[Change] = (), findings: Iterable[Finding] = (), hidden: int = 0
) -> Judged:
    """What was found, in the order given."""
    return Judged((*change_findings(changes), *findings), unlisted=hidden)


NOW: Final = datetime(2026, 7, 2, 9, 30, tzinfo=UTC)
EMPTY: Final = Report(
    title="prod: 2.33.0 → 2.35.1",
    before=BEFORE,
    after=AFTER,
    judged=judged(changes=()),
    notes=(),
    generated_at=NOW,
    tool_version="9.9.9",
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
    replace(
        option(
            "tls-allow",
            ChangeKind.RENAMED,
            False,
            True,
            (ValueSource.DEFAULT, ValueSource.DEFAULT),
            FacetChange(Facet.DEFAULT, "false", "true"),
            FacetChange(Facet.YAML_PATH, "tls.permit", "tls.tls-allow"),
            type="bool",
        ),
        was="tls-permit",
        also=("tls-permit", "tls-let"),
    ),
    replace(
        option("tls-named", ChangeKind.RENAMED, "a", "a", (ValueSource.ENV, ValueSource.ENV)),
        was="tlsName",
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
    replace(
        leaf(Subject.CONFIG, "log_level", MISSING, "string"),
        spec=OptionSpec("Level", "log-level", env="CODER_LOG", default="warn", group="Logging"),
        type="string",
    ),
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

# --- causes -------------------------------------------------------------------------------------


def caused(change: Change, cause: Cause, evidence: str) -> Change:
    """A change of which somebody said who caused it."""
    return replace(change, cause=cause, evidence=evidence)


_RENAMED: Final = replace(
    option(
        "gateway-enabled",
        ChangeKind.RENAMED,
        False,
        True,
        (ValueSource.DEFAULT, ValueSource.DEFAULT),
        FacetChange(Facet.DEFAULT, "false", "true"),
        FacetChange(Facet.ENV, "CODER_BRIDGE_ENABLED", "CODER_GATEWAY_ENABLED"),
        FacetChange(Facet.YAML_PATH, "bridge.enabled", "gateway.gateway-enabled"),
        type="bool",
        group="Gateway",
    ),
    was="bridge-enabled",
    also=("bridge-enabled", "bridge-on"),
)
_QUIET: Final = tuple(
    caused(
        option(
            f"new-{number:02}",
            ChangeKind.ADDED,
            MISSING,
            number,
            (None, ValueSource.DEFAULT),
            type="int",
            group=("Gateway", "Networking")[number % 2],
        ),
        Cause.RELEASE,
        "Coder 2.34.0 adds it",
    )
    for number in range(19)
)
EVERY_CAUSE: Final = (
    caused(EVERY_KIND[0], Cause.OPERATOR, "it is set by yaml, and no release explains the value"),
    caused(EVERY_KIND[2], Cause.OPERATOR, "it is set by env now"),
    caused(EVERY_KIND[12], Cause.UNKNOWN, "the input does not tell value sources"),
    caused(
        _RENAMED,
        Cause.RELEASE,
        "Coder 2.34.0 renames --bridge-enabled; Coder 2.34.0 moves the default",
    ),
    caused(EVERY_KIND[6], Cause.RELEASE, "Coder 2.34.0 renames tlsName"),
    caused(EVERY_KIND[10], Cause.RELEASE, "the release 2.33.0 → 2.35.1 declares it differently"),
    *_QUIET,
    caused(
        option(
            "docs-url",
            ChangeKind.CHANGED,
            "https://coder.example.com/@v2.33.0",
            "https://coder.example.com/@v2.35.1",
            (ValueSource.DEFAULT, ValueSource.DEFAULT),
            type="url",
        ),
        Cause.COMPUTED,
        "its default follows from the version",
    ),
)

# --- findings -----------------------------------------------------------------------------------


def rule(
    name: str,
    effect: Effect,
    level: Level = Level.WARNING,
    why: str = "The release reads it in another way.",
    reference: str = "",
) -> Rule:
    """A kind of finding whose texts follow from its name."""
    return Rule(name, name.title(), effect, level, why, f"Look after the {name}.", reference)


def spec(flag: str, option_type: str = "string") -> OptionSpec:
    """An option whose names follow from its flag."""
    change = option(flag, ChangeKind.ADDED, MISSING, 1, type=option_type, group="Networking")
    assert change.spec
    return change.spec


_ENV_LINE: Final = Position("deploy/coder.env", 12, 1, Excerpt("", "CODER_CACHE_AGE", "="))
_VALUES_LINE: Final = Position(
    "deploy/values.yaml", 40, 13, Excerpt("- name: ", "CODER_BRIDGE_URL", "")
)
FINDINGS: Final = (
    Finding(
        rule=rule("option-added", Effect.INFO, Level.INFO),
        message="Coder 2.35.1 has 12 options that 2.33.0 has not.",
        subject="options",
        nearest=Position("deployments/prod/server.json", 9),
    ),
    Finding(
        rule=rule("empty-value", Effect.WILL_NOT_START, Level.ERROR, reference="coder/coder#24926"),
        message="CODER_CACHE_AGE is empty, and 2.35.1 cannot read that as a duration.",
        subject="cache-age",
        because="CODER_CACHE_AGE stands in coder.env without a value",
        spec=spec("cache-age", "duration"),
        before=3600000000000,
        introduced_in=("2.34.0",),
        steps=("Delete the line, or comment it out.",),
        patches=(Patch(Form.ENV_FILE, _ENV_LINE, ("CODER_CACHE_AGE=",), ()),),
        positions=(_ENV_LINE,),
    ),
    Finding(
        rule=rule("default-changed", Effect.BEHAVIOUR),
        message="The gateway is turned on.",
        subject="gateway-enabled",
        affects=Truth.DEPENDS,
        because="the ConfigMap coder-extra may set it",
        confidence=Confidence.COMPUTED,
        spec=spec("gateway-enabled", "bool"),
        before=False,
        after=True,
        introduced_in=("2.33.9", "2.34.2"),
        phase=Phase.DURING,
        steps=("Decide whether you want it.", "Set CODER_GATEWAY_ENABLED=false to keep it off."),
        proposed=False,
    ),
    Finding(
        rule=rule("secret-exposed", Effect.SECURITY),
        message="Old answers of the API hold the mail password.",
        subject="mail-password",
        spec=spec("mail-password"),
        before={"secret_set": True},
        phase=Phase.AFTER,
    ),
    Finding(
        rule=rule("option-renamed", Effect.DEPRECATED),
        message="CODER_BRIDGE_URL is the old name of CODER_GATEWAY_URL.",
        subject="gateway-url",
        because="it is set in values.yaml",
        spec=spec("bridge-url", "url"),
        instead=(spec("gateway-url", "url"),),
        proposed="https://a.example.com/v1",
        before="https://a.example.com/v1",
        after="https://b.example.com/v1",
        introduced_in=("2.34.0",),
        steps=("Rename the variable.",),
        patches=(
            Patch(
                Form.HELM_VALUES,
                _VALUES_LINE,
                ("    - name: CODER_BRIDGE_URL",),
                ("    - name: CODER_GATEWAY_URL",),
            ),
        ),
        positions=(_VALUES_LINE, Position("deploy/values.yaml", 77)),
    ),
    Finding(
        rule=rule("option-unknown", Effect.IGNORED),
        message="No release reads CODER_PROXY_TRUSTED_PROXIES.",
        subject="CODER_PROXY_TRUSTED_PROXIES",
        confidence=Confidence.GUESSED,
        level=Level.ERROR,
        phase=Phase.AFTER,
    ),
    Finding(
        rule=rule("placeholder-value", Effect.ADVICE, Level.INFO),
        message="CODER_ACCESS_URL looks like a placeholder.",
        subject="access-url",
        spec=spec("access-url", "url"),
        after="https://coder.example.com",
    ),
    Finding(
        rule=rule("no-such-thing", Effect.BEHAVIOUR),
        message="Users could rename workspaces.",
        subject="allow-workspace-renames",
        affects=Truth.NO,
        because="renames were off before",
    ),
)
_OLD_NAMES: Final = tuple(
    replace(
        FINDINGS[4],
        message=f"CODER_{old} is the old name of CODER_{new}.",
        subject=new.lower(),
        because=f"CODER_{old} is set in values.yaml",
        spec=spec(old.lower().replace("_", "-"), "url"),
        instead=(spec(new.lower().replace("_", "-"), "url"),),
        before=f"https://{old.lower()}.example.com",
        after=MISSING,
        steps=(f"Rename CODER_{old} to CODER_{new}.", "Start the server anew."),
        patches=(
            Patch(
                Form.HELM_VALUES,
                Position("deploy/values.yaml", line),
                (f"    - name: CODER_{old}",),
                (f"    - name: CODER_{new}",),
            ),
        ),
        positions=(Position("deploy/values.yaml", line),),
    )
    for line, (old, new) in enumerate(
        (("BRIDGE_URL", "GATEWAY_URL"), ("BRIDGE_KEY", "GATEWAY_KEY"), ("MAIL", "SMARTHOST")), 40
    )
)
_UNREAD: Final = tuple(
    replace(
        FINDINGS[5],
        message=f"No release reads {name}.",
        subject=name,
        steps=(f"Take {name} out.",),
        confidence=confidence,
        remarks=remarks,
    )
    for name, confidence, remarks in (
        *((trap, Confidence.CERTAIN, ()) for trap in _TRAPS),
        ("CODER_NO_SUCH_THING", Confidence.GUESSED, ("Ann looks after it.",)),
    )
)
ALIKE: Final = (*_OLD_NAMES[:1], FINDINGS[2], *_UNREAD, *_OLD_NAMES[1:])
"""Findings that are told as one: with what differs among them, and with hostile names."""
_HOSTILE_FINDINGS: Final = tuple(
    Finding(
        rule=Rule(f"{trap}{effect}", trap, effect, Level.WARNING, trap, trap, trap),
        message=trap,
        subject=f"{trap} {effect}",
        because=trap,
        affects=Truth.DEPENDS,
        spec=spec("trap") if effect is Effect.ADVICE else None,
        instead=(OptionSpec(trap, trap, env=trap, yaml_path=trap),),
        before=trap,
        after=[trap],
        introduced_in=(trap,),
        steps=(trap, trap),
        patches=(Patch(Form.TEXT, Position(trap, 1), (trap, "```"), (f"{trap}\r", "````")),),
        positions=(Position(trap, 2, 3, Excerpt(trap, trap, trap)),),
    )
    for effect in (Effect.ADVICE, Effect.INFO)
    for trap in _TRAPS
)


def _rules(found: Iterable[Finding]) -> tuple[Rule, ...]:
    return tuple({one.rule.id: one.rule for one in found}.values())


_INPUTS: Final = Table(
    "inputs",
    "Inputs",
    (Column("file", "File", is_code=True), Column("says", "What it says")),
    ({"file": "deploy/coder.env", "says": "14 settings"},),
)
_CONFIRMED: Final = Table(
    "confirmed-changes",
    "As predicted",
    (Column("option", "Option", is_code=True),),
    ({"option": "--gateway-enabled"},),
    is_folded=True,
)

_COUNTS: Final = (
    Column("findings", "Findings"),
    Column("added", "Added"),
    Column("removed", "Removed"),
    Column("renamed", "Renamed"),
    Column("changed", "Declared otherwise"),
)
_BARS: Final = ("added", "removed", "renamed", "changed")


def _counted(names: tuple[Column, ...], *rows: tuple[str | int, ...]) -> dict[str, Any]:
    """The columns, rows and bars of a table of counts; a row is what it is about and numbers."""
    columns = (*names, *_COUNTS)
    cells = tuple(dict(zip((one.id for one in columns), row, strict=True)) for row in rows)
    return {"columns": columns, "rows": cells, "bars": _BARS}


_WAY: Final = Table(
    "way",
    "On the way, by release",
    **_counted(
        (Column("release", "Release", is_code=True), Column("date", "Date")),
        ("2.34.0", "2026-06-02", 2, 8, 0, 33, 1),
        ("2.35.0", "2026-07-07", 0, 5, 2, 0, 120),
        ("2.35.1", "2026-07-07", 1, 0, 0, 0, 0),
    ),
)
_AREAS: Final = Table(
    "areas",
    "On the way, by area",
    is_folded=True,
    **_counted(
        (Column("area", "Area"),),
        ("Networking", 5, 1, 0, 0, 121),
        ("Gateway", 0, 12, 0, 33, 0),
        ("Other options", 0, 0, 2, 0, 0),
    ),
)

# --- lives --------------------------------------------------------------------------------------


def happened(kind: EventKind, what: str, *versions: str) -> Event:
    """Something that happened to an option on the first day of the month of its release."""
    minor = int(versions[-1].split(".")[1])
    return Event(kind, versions, f"2026-{minor - 28:02}-01", what)


def lives(*keys: str, here: str = "", target: str = "") -> Lives:
    """The lives of some of the options in these reports."""
    lines = tuple(f"2.{minor}" for minor in range(29, 36))
    return Lives(lines, here, target, {key: _LIVES[key] for key in keys})


_LIVES: Final[Mapping[str, tuple[Event, ...]]] = {
    "access-url": (
        happened(EventKind.INTRODUCED, "url, no default, in 2.29.0 or before", "2.29.0"),
    ),
    "cache-age": (
        happened(EventKind.INTRODUCED, "duration, default 1h", "2.30.0"),
        happened(EventKind.HIDDEN, "from --help and the documentation", "2.32.0"),
        happened(EventKind.DEPRECATED, "use --cache-days instead, with another meaning", "2.34.0"),
    ),
    "gateway-enabled": (
        happened(
            EventKind.INTRODUCED, "bool, default false, the new name of --bridge-enabled", "2.31.0"
        ),
        happened(EventKind.DEFAULT, "false → true", "2.32.8", "2.33.9", "2.34.2"),
    ),
    "gateway-url": (
        happened(EventKind.INTRODUCED, "url, no default, the new name of --bridge-url", "2.34.0"),
    ),
    "mail-password": (
        happened(EventKind.INTRODUCED, "string, no default, in 2.29.0 or before", "2.29.0"),
        happened(EventKind.SECRET, "the API shows its value no longer", "2.29.7", "2.33.0"),
        happened(EventKind.REMOVED, "a flag left behind stops the server", "2.35.0"),
    ),
}
_HOSTILE_LIVES: Final = replace(
    lives(),
    events={
        trap: tuple(happened(EventKind.DEFAULT, text, "2.33.7", "2.34.0") for text in _TRAPS[:2])
        for trap in (*_TRAPS, "trap")
    },
)

_NEWEST: Final = Version.parse("2.35.1")
CATALOG: Final = Catalog(
    catalog.nearest(known) for known in catalog.versions() if Version.parse(known) <= _NEWEST
)
"""Releases to come change nothing here."""


def _fixed(report: Report) -> Report:
    return replace(report, generated_at=NOW, tool_version=EMPTY.tool_version)


HOSTILE_TABLES: Final = replace(
    EMPTY,
    kind=ReportKind.CATALOG_SHOW,
    title=_TRAPS[0],
    statement=f"{_TRAPS[1]} {_TRAPS[2]}",
    before=None,
    after=None,
    tables=(
        Table(
            "traps",
            _TRAPS[4],
            (
                Column("name", "Name", is_code=True),
                Column("count", "Count"),
                Column("words", "Words"),
                Column("kept", "Kept"),
            ),
            tuple(
                {"name": trap, "count": number, "words": [trap, "x"], "kept": number < 1}
                for number, trap in enumerate(_TRAPS)
            ),
            bars=("count",),
        ),
        Table(
            "gaps", "Gaps", (Column("a", "A"), Column("b", "B", is_code=True)), ({"b": MISSING},)
        ),
    ),
)

_TODAY: Final = {"secret-exposed", "option-unknown", "placeholder-value"}
UPGRADE_FINDINGS: Final = tuple(
    replace(one, origin=Origin.TODAY if one.rule.id in _TODAY else Origin.UPGRADE)
    for one in FINDINGS
)
UPGRADE: Final = replace(
    EMPTY,
    kind=ReportKind.UPGRADE,
    title="Upgrade of prod: 2.33.0 → 2.35.1",
    statement=verdict(UPGRADE_FINDINGS),
    after=replace(AFTER, label="Coder 2.35.1", deployment="", taken_at=None, options=0, leaves=0),
    judged=judged(findings=UPGRADE_FINDINGS),
    rules=_rules(FINDINGS),
    prediction={"starts": False, "changed": {"gateway-enabled": {"before": False, "after": True}}},
    tables=(_INPUTS, _WAY, _AREAS),
    lives=lives(*_LIVES, here="2.33.0", target="2.35.1"),
    notes=("The ConfigMap coder-extra may set more.",),
)
LINT: Final = replace(
    UPGRADE,
    kind=ReportKind.LINT,
    title="deploy/coder.env, read as Coder 2.33.0",
    statement="1 setting is dead.",
    before=None,
    after=None,
    judged=judged(findings=FINDINGS[-3:]),
    prediction=None,
    tables=(_INPUTS,),
    lives=lives("access-url", here="2.33.0"),
)

IGNORE: Final = ExceptionEntry(
    Decision.IGNORE,
    "Nobody uses the gateway yet.",
    rule="default-*",
    deployment="prod",
    owner="Ann",
    expires=date(2026, 9, 1),
    where="confaudit-exceptions.yaml:3",
)
ACCEPT: Final = ExceptionEntry(
    Decision.ACCEPT,
    "The password is rotated every week.",
    fingerprint=FINDINGS[3].fingerprint,
    until_version="2.36.0",
    where="confaudit-exceptions.yaml:11",
)
EXPIRED: Final = replace(
    IGNORE, rule="option-unknown", expires=date(2026, 6, 30), where="confaudit-exceptions.yaml:16"
)
IDLE: Final = ExceptionEntry(
    Decision.ANNOTATE, "Ask Ann.", option="oidc-*", where="confaudit-exceptions.yaml:24"
)
EXCUSED: Final = Judged(
    shown=(replace(FINDINGS[5], remarks=("Ann looks after the proxies.",)), FINDINGS[7]),
    suppressed=(
        Suppressed(FINDINGS[1], SuppressedBy.OFF, "switched off by confaudit-policy.yaml:7"),
        Suppressed(FINDINGS[2], SuppressedBy.IGNORE, IGNORE.reason, IGNORE),
        Suppressed(FINDINGS[3], SuppressedBy.ACCEPT, ACCEPT.reason, ACCEPT),
        Suppressed(FINDINGS[4], SuppressedBy.BEFORE),
        Suppressed(FINDINGS[6], SuppressedBy.BEFORE),
    ),
    lapsed=(Lapsed(EXPIRED, "expired on 2026-06-30", FINDINGS[5].fingerprint),),
    unmatched=(IDLE,),
)
"""Two findings count; each of the others has something that keeps it from counting."""

# --- several deployments ------------------------------------------------------------------------


def part(report: Report, audited: Audited, *found: Finding, hidden: int = 0, **more: Any) -> Report:
    """A report on a deployment as one of several; of what is `found` the last ones are `hidden`."""
    named = [replace(one, deployment=audited.name) for one in found]
    shown, rest = named[: len(named) - hidden], named[len(named) - hidden :]
    suppressed = tuple(Suppressed(one, SuppressedBy.FILTER) for one in rest)
    return replace(report, audited=audited, judged=Judged(tuple(shown), suppressed), **more)


_SEVERAL: Final = (
    part(
        LINT,
        Audited("prod/values.yaml", ("Helm values",), ("2.33.0",)),
        FINDINGS[1],
        *FINDINGS[-3:],
        statement="Coder 2.33.0 will not start",
        lives=lives("access-url", "cache-age", here="2.33.0"),
        notes=("prod/values.yaml is a template.", "What is known ends with 2.35.1."),
    ),
    part(
        LINT,
        Audited("dev/compose.yaml #coder", ("compose file", "env file"), ("2.35.1",)),
        *FINDINGS[-3:-1],
        hidden=1,
        statement="1 thing to mend",
        lives=None,
        notes=("What is known ends with 2.35.1.",),
    ),
    part(
        LINT,
        Audited("argo/application.yaml", ("Argo Application",), ("2.34.0",)),
        statement="nothing of Coder's settings was read",
        nothing_read=True,
        lives=None,
        notes=("What is known ends with 2.35.1.", "Value files stand elsewhere."),
    ),
)
LINTED: Final = combined(_SEVERAL, ("kustomization.yaml is no file of settings.",))
UPGRADED: Final = combined(
    (
        part(
            UPGRADE,
            Audited("prod", ("Helm values",), ("2.33.0", "2.35.1")),
            *UPGRADE_FINDINGS,
        ),
        part(
            UPGRADE,
            Audited("staging", (), ("2.34.0", "2.35.1")),
            *UPGRADE_FINDINGS[2:5],
            statement=verdict(UPGRADE_FINDINGS[2:5]),
            notes=(*UPGRADE.notes, "staging is old."),
            as_far_as=("2.35.1",),
        ),
    )
)
_REVIEWED: Final = replace(
    EMPTY, kind=ReportKind.REVIEW, tables=(_INPUTS,), rules=_rules(FINDINGS), notes=UPGRADE.notes
)
REVIEWED: Final = combined(
    (
        part(
            _REVIEWED, Audited(ITSELF), FINDINGS[7], before=None, after=None, statement="1 change"
        ),
        part(
            _REVIEWED,
            Audited("prod/values.yaml", ("helm-values",), ("2.33.0", "2.35.1")),
            *FINDINGS[2:4],
            *change_findings(EVERY_CAUSE[:3]),
            title="Review of prod/values.yaml",
            statement="2.33.0 → 2.35.1: starts, 1 behaviour changes, 3 settings change",
        ),
        part(
            _REVIEWED,
            Audited("staging", ("snapshot",), ("2.34.0",)),
            *change_findings(EVERY_CAUSE[:1]),
            title="Review of staging",
            statement="1 setting changes",
        ),
    )
)
_HOSTILE_PARTS: Final = combined(
    [
        part(
            LINT,
            Audited(f"{trap} {number}", (trap,), (trap,)),
            *_HOSTILE_FINDINGS[:2],
            title=trap,
            statement=trap,
            rules=_rules(_HOSTILE_FINDINGS[:2]),
            lives=None,
            notes=(trap,),
        )
        for number, trap in enumerate(_TRAPS)
    ],
    _TRAPS,
)

_MAX_AGE: Final = timedelta(hours=26)
_SEEN: Final = datetime(2026, 8, 10, 9, 17, 2, tzinfo=UTC)
_STANDINGS: Final = (
    Standing(
        deployment="prod",
        last_success=_SEEN,
        is_from_git=False,
        token_expires_at=_SEEN + timedelta(days=2),
        version="2.34.5",
        is_asked=True,
    ),
    Standing("staging", _SEEN - timedelta(days=4), True, None, "2.33.0", is_asked=True),
    Standing("new", None, False, None, "", is_asked=True),
    Standing("retired", _SEEN - timedelta(days=400), True, None, "2.30.0", is_asked=False),
)
_REPOSITORY: Final = (
    ok("confaudit.yaml", "committed as it is"),
    unknown(
        "remote",
        "origin has commits that are not here, perhaps newer snapshots",
        "fetch them: `git pull --rebase`",
    ),
    warning(
        "pushed",
        "3 commits of snapshots are not in origin",
        "push them: `confaudit snapshot --push`",
    ),
)
LOG: Final = Report(
    kind=ReportKind.LOG,
    title="History of prod",
    statement=Tally(HISTORY).verdict,
    entries=HISTORY,
    generated_at=NOW,
    tool_version="9.9.9",
)
_MEMBERS: Final = tuple(
    Member(name, replace(default_snapshot(CATALOG.nearest(release), url), deployment=name,
                         taken_at=_TAKEN, server={"buildinfo": {"deployment_id": identity}}))
    for name, release, url, identity in (
        ("prod-a", "2.34.5", "https://coder.example.com", "1"),
        ("prod-b", "2.34.5", "https://coder.example.com", "1"),
        ("staging", "2.34.5", "https://staging.example.com", "2"),
        (_TRAPS[0], "2.33.0", "https://coder.example.com", "3"),
    )
)  # fmt: skip


def _set(member: Member, **values: Value) -> Member:
    """A deployment where somebody set some options."""
    chosen = {
        key.replace("_", "-"): Setting(value, ValueSource.ENV) for key, value in values.items()
    }
    settings = {**member.snapshot.settings, **chosen}
    return replace(member, snapshot=replace(member.snapshot, settings=settings))


_COMPARED: Final = (
    _set(_MEMBERS[0], browser_only=True, oidc_issuer_url="https://id.example.com"),
    _set(_MEMBERS[1], scim_auth_header=secret(True, "0" * 16)),
    _set(_MEMBERS[2], session_duration=3_600_000_000_000, oidc_scopes=[]),
    _set(_MEMBERS[3], cli_upgrade_message=_TRAPS[1]),
)
_EXPECTED: Final = Rulings(
    NOW.date(), differences=(ExpectedDifference("access-url", f"Its own. {_TRAPS[0]}"),)
)
COMPARE: Final = _fixed(compare_report(parity(_COMPARED, _EXPECTED, lambda _: False), NOW))
COMPARE_TWO: Final = _fixed(compare_report(parity(_COMPARED[:2], NO_RULINGS, lambda _: False), NOW))
BLAMED: Final = tuple(
    Blamed(change.spec, Setting(change.after, change.source_after), entry, blame)
    for entry, change, blame in (
        (HISTORY[0], HISTORY[0].changes[0], HISTORY[0].changes[0]),
        (HISTORY[1], HISTORY[1].changes[0], HISTORY[1].changes[0]),
        (HISTORY[3], HISTORY[4].changes[0], None),
        (HISTORY[-1], HISTORY[-3].changes[0], None),
        (HISTORY[-3], HISTORY[-3].changes[1], HISTORY[-3].changes[1]),
    )
    if change.spec
)
BLAME: Final = Report(
    kind=ReportKind.BLAME,
    title="Origin of settings in prod",
    statement=origin_verdict(BLAMED),
    tables=(origin_table(BLAMED, {HISTORY[1].commit: "e" * 40}),),
    notes=tuple(origin_notes(BLAMED)),
    generated_at=NOW,
    tool_version="9.9.9",
)
_COMMIT: Final = Recorded("c" * 40, _TAKEN, "Ada", "prod: 5 options changed", "e" * 40)
_FIRST: Final = Report(
    title="",
    statement="First snapshot, 2 options set.",
    tables=(
        set_table(
            replace(
                default_snapshot(CATALOG.nearest("2.34.5")),
                settings={
                    "oidc-issuer-url": Setting("https://id.example.com", ValueSource.ENV),
                    "session-duration": Setting(3_600_000_000_000, ValueSource.YAML),
                    "verbose": Setting(False, ValueSource.DEFAULT),
                },
            )
        ),
    ),
    generated_at=NOW,
    tool_version="9.9.9",
)
_BROUGHT: Final = commit_part(
    replace(
        EMPTY,
        judged=Judged(
            tuple(replace(one, deployment="prod") for one in change_findings(EVERY_CAUSE))
        ),
    ),
    "prod",
    ("2.33.0", "2.35.1"),
)
REPORTS: Final[Mapping[str, Report]] = {
    "every-cause": replace(EMPTY, judged=judged(changes=EVERY_CAUSE, hidden=2)),
    "upgrade": UPGRADE,
    "lint": LINT,
    "alike": replace(
        UPGRADE, judged=judged(findings=ALIKE), rules=_rules(ALIKE), tables=(), lives=None
    ),
    "lint-nothing": replace(
        LINT, statement="Nothing is wrong.", judged=judged(findings=()), lives=None, notes=()
    ),
    "nothing-read": replace(
        LINT,
        statement="nothing of Coder's settings was read",
        judged=judged(findings=()),
        lives=None,
        nothing_read=True,
    ),
    "lint-several": LINTED,
    "upgrade-several": UPGRADED,
    "hostile-several": _HOSTILE_PARTS,
    "check": replace(
        LINT,
        kind=ReportKind.CHECK,
        title="Check of prod",
        statement="1 thing to mend",
        judged=EXCUSED,
        lives=None,
    ),
    "review": replace(LINT, kind=ReportKind.REVIEW, title="Review of prod", judged=EXCUSED),
    "review-several": REVIEWED,
    "verify": replace(
        EMPTY,
        kind=ReportKind.VERIFY,
        statement="1 change was not predicted.",
        judged=judged(changes=EVERY_CAUSE[:1]),
        tables=(_CONFIRMED,),
        lives=lives("access-url", here="2.33.0", target="2.35.1"),
    ),
    "explain": replace(
        EMPTY,
        kind=ReportKind.EXPLAIN,
        title="--gateway-enabled between prod@v1 and live",
        statement="--gateway-enabled changed, cause: release.",
        judged=judged(changes=EVERY_CAUSE[3:4]),
        tables=(replace(_CONFIRMED, id="sides", title="Both sides", is_folded=False),),
        lives=lives("gateway-enabled", here="2.33.0", target="2.35.1"),
    ),
    "hostile-findings": replace(
        UPGRADE,
        title=_TRAPS[0],
        statement=_TRAPS[1],
        judged=judged(findings=_HOSTILE_FINDINGS),
        rules=_rules(_HOSTILE_FINDINGS),
        prediction={_TRAPS[0]: _TRAPS[1]},
        lives=_HOSTILE_LIVES,
        notes=_TRAPS,
    ),
    "every-kind": replace(
        EMPTY,
        judged=judged(changes=EVERY_KIND),
        notes=("The server did not tell its experiments (403).",),
    ),
    "hostile": replace(
        EMPTY,
        title=f"prod {_TRAPS[0]} {_TRAPS[3]}",
        before=replace(BEFORE, label=_TRAPS[5], deployment=_TRAPS[4], version=_TRAPS[0]),
        after=replace(AFTER, label=_TRAPS[1], deployment=_TRAPS[2]),
        judged=judged(changes=HOSTILE),
        notes=_TRAPS,
    ),
    "hostile-tables": HOSTILE_TABLES,
    "exceptions": replace(
        EMPTY,
        kind=ReportKind.EXCEPTIONS,
        title="Exceptions in confaudit-exceptions.yaml",
        statement="3 exceptions, 1 expired, 2 without an end.",
        before=None,
        after=None,
        tables=(replace(_INPUTS, id="exceptions", title="Exceptions"),),
    ),
    "secrets": _fixed(
        scan_report(
            (
                {
                    "deployment": "prod",
                    "file": "settings.json",
                    "place": "settings.postgres-url",
                    "state": "failed",
                    "found": "in the newest snapshot, since 2026-01-05 06:00 UTC [0123456789],"
                    " 2 versions of the file",
                },
                {"deployment": "staging", "state": "ok", "found": "nothing"},
            ),
            12,
            NOW,
        )
    ),
    "status": _fixed(
        status_report(
            _STANDINGS, _REPOSITORY, CATALOG, datetime(2026, 8, 10, 12, tzinfo=UTC), _MAX_AGE
        )
    ),
    "doctor": _fixed(
        doctor_report(
            (
                ("confaudit", ok("configuration", "confaudit.yaml names 1 deployment")),
                ("prod", failed("address", "the host name cannot be resolved", "check the DNS")),
                ("prod", skipped("token", "there is one; nobody there to ask about it")),
                *(("repository", one) for one in _REPOSITORY),
            ),
            NOW,
        )
    ),
    "catalog-releases": _fixed(workflow.releases(CATALOG, NOW, since="2.34")),
    "catalog-show": _fixed(workflow.show(CATALOG, NOW, "CODER_NOTIFICATIONS_EMAIL_SMARTHOST")[0]),
    "catalog-show-backports": _fixed(workflow.show(CATALOG, NOW, "oidc-repair-links")[0]),
    "catalog-diff": _fixed(workflow.compare(CATALOG, NOW, "2.17.0", "2.18.0")),
    "compare": COMPARE,
    "compare-two": COMPARE_TWO,
    "log": LOG,
    "blame": BLAME,
    "show": commit_report([_BROUGHT], _COMMIT),
    "show-first": commit_report([commit_part(_FIRST, "dev", ("2.34.5",))], _COMMIT),
    "show-several": commit_report(
        [
            _BROUGHT,
            commit_part(_FIRST, "dev", ("2.34.5",)),
            commit_part(
                replace(_FIRST, tables=(), statement="The snapshot was removed."),
                "old",
                ("2.30.0",),
            ),
        ],
        _COMMIT,
    ),
    "log-of-nothing": replace(
        LOG, entries=(), statement="No snapshot that is asked for changed --oidc-scopes."
    ),
    "no-difference": EMPTY,
    "no-difference-to-a-page": replace(
        EMPTY,
        before=replace(
            BEFORE,
            version="",
            options=0,
            fidelity=Fidelity.SHAPE,
            fit=Fit((("2.29.0", "2.29.17"), ("2.30.1", "2.30.1")), 220, 1),
        ),
    ),
    "nothing-compared": replace(
        EMPTY,
        before=replace(BEFORE, options=0, leaves=0, taken_at=None, fidelity=Fidelity.SHAPE),
        after=replace(AFTER, options=0, leaves=0),
    ),
}


def told_changes(report: Report) -> tuple[Change, ...]:
    """The changes that a report lists, be it snapshot by snapshot."""
    return (*report.changes, *(change for entry in report.entries for change in entry.changes))


SHOWN: Final = tuple(
    (name, found.name)
    for name, report in REPORTS.items()
    for found in FORMATS.values()
    if report.kind in found.kinds
)
"""Each report with each format that can show it."""
