"""The fields of the JSON format, version 1; they are the JSON Schema as well.

Adding a field is a minor version; renaming one, or changing what it means, is a new module.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from confaudit.render.json_v1_entries import (
    AnyValue,
    ChangeEntry,
    DecisionEntry,
    FindingEntry,
    Fingerprint,
    LapsedEntry,
    RuleEntry,
    SnapshotEntry,
    StageEntry,
    SuppressedEntry,
)

Time: TypeAlias = Annotated[str, Meta(description="RFC 3339, UTC", pattern=r"Z$")]


class Tool(Struct):
    """What wrote the document."""

    name: str
    version: str


class SpanEntry(Struct):
    """Releases in a row."""

    first: str
    last: str


class FitEntry(Struct):
    """Which releases a docs page is most like; it does not tell its own."""

    releases: Annotated[
        list[SpanEntry], Meta(description="In version order; it is equally like all", min_length=1)
    ]
    shared: Annotated[int, Meta(description="How many of its leaves they have", ge=1)]
    others: Annotated[int, Meta(description="How many leaves they have beside these", ge=0)]


class ComparedSide(Struct):
    """One of the two things compared; texts are empty when not known."""

    label: str
    deployment: str
    version: Annotated[str, Meta(description="Coder's version without the v")]
    taken_at: Time | None
    fidelity: Annotated[
        Literal["full", "lossy", "config", "shape"],
        Meta(
            description="What the input can tell: everything, a support bundle's part of it, the"
            " config tree alone, or only which leaves exist"
        ),
    ]
    commit: str
    options: Annotated[int, Meta(description="How many options it holds", ge=0)]
    leaves: Annotated[int, Meta(description="How many config leaves it holds", ge=0)]
    fit: FitEntry | UnsetType = UNSET


class Summary(Struct):
    """Numbers of changes and findings."""

    total: Annotated[int, Meta(description="Changes", ge=0)]
    by_kind: Annotated[dict[str, int], Meta(description="Every kind is present")]
    by_subject: Annotated[dict[str, int], Meta(description="Every subject is present")]
    hidden: Annotated[int, Meta(description="Changes or findings that filters left out", ge=0)] = 0
    relevelled: (
        Annotated[int, Meta(description="Findings at a level of the policy's", ge=0)] | UnsetType
    ) = UNSET
    by_cause: (
        Annotated[dict[str, int], Meta(description="Changes; every cause is present")] | UnsetType
    ) = UNSET
    by_level: (
        Annotated[dict[str, int], Meta(description="Findings; every level is present")] | UnsetType
    ) = UNSET
    by_effect: (
        Annotated[dict[str, int], Meta(description="Findings; every effect is present")] | UnsetType
    ) = UNSET
    by_origin: (
        Annotated[
            dict[str, int],
            Meta(description="Findings of an upgrade to act on; every origin is present"),
        ]
        | UnsetType
    ) = UNSET


class ColumnEntry(Struct):
    """One column of a table."""

    id: Annotated[str, Meta(description="Key of its cells")]
    title: str
    is_code: Annotated[
        bool, Meta(description="Its cells are names, versions or values, to be typed as they are")
    ] = False


class TableEntry(Struct):
    """Rows with their cells by column id. What does not apply or is not known is left out."""

    title: str
    columns: list[ColumnEntry]
    rows: list[dict[str, AnyValue]]
    is_folded: Annotated[
        bool, Meta(description="Only a reader who asks for more needs to see the rows")
    ] = False
    bars: (
        Annotated[
            list[str],
            Meta(description="Columns of counts: in a picture each row is one bar made of them"),
        ]
        | UnsetType
    ) = UNSET


class EventEntry(Struct):
    """Something that releases did to an option."""

    kind: Annotated[
        Literal[
            "introduced",
            "superseded",
            "deprecated",
            "reinstated",
            "flag",
            "default",
            "type",
            "env",
            "yaml-path",
            "json-path",
            "hidden",
            "shown",
            "secret",
            "public",
            "removed",
            "untold",
        ],
        Meta(description="More kinds may come."),
    ]
    versions: Annotated[
        list[str],
        Meta(
            description="First release of each line that brought it: every later line has it from"
            " the last one, the others are backports",
            min_length=1,
        ),
    ]
    date: Annotated[str, Meta(description="Of the last version, ISO 8601; empty when not known")]
    what: Annotated[str, Meta(description="Completes the sentence that the kind begins")]


class LivesEntry(Struct, kw_only=True):
    """What became of the options that the report is about, release by release."""

    lines: Annotated[list[str], Meta(description="Release lines known, oldest first: 2.0, 2.1")]
    here: Annotated[str, Meta(description="Version in use or compared from")] | UnsetType = UNSET
    target: Annotated[str, Meta(description="Version gone to")] | UnsetType = UNSET
    options: Annotated[
        dict[str, list[EventEntry]], Meta(description="By flag; events in version order")
    ]


class AuditedEntry(Struct, kw_only=True):
    """The deployment that an audit is of."""

    name: Annotated[str, Meta(description="Its findings carry it")]
    forms: Annotated[list[str], Meta(description="What the files are that set it up")]
    releases: Annotated[
        list[str], Meta(description="The release in use, and of an upgrade the one gone to")
    ]
    told_by: (
        Annotated[str, Meta(description="What tells the release in use, if not the deployment")]
        | UnsetType
    ) = UNSET


Plan: TypeAlias = Annotated[
    list[StageEntry],
    Meta(description="What to do about the findings; of several deployments each has its own"),
]


class DeploymentEntry(AuditedEntry, kw_only=True):
    """One of several deployments: what the document on it alone would say, and who is meant."""

    title: str
    verdict: Annotated[str, Meta(description="One sentence for people")]
    as_far_as: list[str] | UnsetType = UNSET
    nothing_read: bool | UnsetType = UNSET
    not_audited: bool | UnsetType = UNSET
    before: ComparedSide | UnsetType = UNSET
    after: ComparedSide | UnsetType = UNSET
    summary: Summary
    plan: Plan | UnsetType = UNSET
    notes: Annotated[list[str], Meta(description="Those that hold for all are the document's too")]
    findings: Annotated[
        list[Fingerprint], Meta(description="Which of the document's findings are on it")
    ]
    suppressed: Annotated[
        list[Fingerprint], Meta(description="Which of the document's suppressed ones are on it")
    ]
    prediction: dict[str, AnyValue] | UnsetType = UNSET
    tables: dict[str, TableEntry] | UnsetType = UNSET
    lives: LivesEntry | UnsetType = UNSET


class Document(Struct, kw_only=True):
    """What a command of confaudit found. Parts that do not apply are left out."""

    schema_version: Annotated[str, Meta(pattern=r"^1\.\d+$")]
    tool: Tool
    kind: Annotated[
        Literal[
            "diff",
            "upgrade",
            "lint",
            "check",
            "review",
            "verify",
            "explain",
            "compare",
            "log",
            "blame",
            "show",
            "exceptions",
            "status",
            "doctor",
            "secrets",
            "catalog-releases",
            "catalog-show",
            "catalog-diff",
        ],
        Meta(description="The command it comes from. More kinds may come."),
    ]
    generated_at: Time
    title: str
    verdict: Annotated[str, Meta(description="One sentence for people")]
    as_far_as: (
        Annotated[
            list[str],
            Meta(
                description="Releases whose facts had to do, as of those asked for they are not"
                " known, or not all, or as a word such as latest may mean a newer one; then nothing"
                " is said for sure"
            ),
        ]
        | UnsetType
    ) = UNSET
    nothing_read: (
        Annotated[
            bool,
            Meta(description="No setting of Coder was there to look at: silence means nothing"),
        ]
        | UnsetType
    ) = UNSET
    not_audited: (
        Annotated[
            bool,
            Meta(description="A deployment is left out: see its verdict, or the notes"),
        ]
        | UnsetType
    ) = UNSET
    deployment: (
        Annotated[AuditedEntry, Meta(description="Of an audit of one deployment")] | UnsetType
    ) = UNSET
    deployments: (
        Annotated[
            list[DeploymentEntry],
            Meta(
                description="Of an audit of several, one for each: findings are the document's own,"
                " which names their deployment",
                min_length=2,
            ),
        ]
        | UnsetType
    ) = UNSET
    before: ComparedSide | UnsetType = UNSET
    after: ComparedSide | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    plan: Plan | UnsetType = UNSET
    notes: Annotated[list[str], Meta(description="What could not be compared or is not known")]
    changes: list[ChangeEntry] | UnsetType = UNSET
    findings: list[FindingEntry] | UnsetType = UNSET
    entries: (
        Annotated[
            list[SnapshotEntry],
            Meta(description="Of a history the snapshots that changed something, newest first"),
        ]
        | UnsetType
    ) = UNSET
    suppressed: (
        Annotated[list[SuppressedEntry], Meta(description="Found, and not listed")] | UnsetType
    ) = UNSET
    lapsed: (
        Annotated[list[LapsedEntry], Meta(description="Exceptions that hold no longer, by finding")]
        | UnsetType
    ) = UNSET
    unmatched: (
        Annotated[list[DecisionEntry], Meta(description="Exceptions that are about nothing found")]
        | UnsetType
    ) = UNSET
    rules: (
        Annotated[dict[str, RuleEntry], Meta(description="All that were looked for, by id")]
        | UnsetType
    ) = UNSET
    prediction: (
        Annotated[
            dict[str, AnyValue],
            Meta(
                description="The configuration after an upgrade: whether the server starts, the"
                " errors if not, and the options changed, added, removed; by flag"
            ),
        ]
        | UnsetType
    ) = UNSET
    tables: Annotated[dict[str, TableEntry], Meta(description="By id")] | UnsetType = UNSET
    lives: LivesEntry | UnsetType = UNSET
