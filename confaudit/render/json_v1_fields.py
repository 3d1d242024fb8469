"""The fields of the JSON format, version 1; they are the JSON Schema as well.

Adding a field is a minor version; renaming one, or changing what it means, is a new module.
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

AnyValue: TypeAlias = Annotated[
    Any,
    Meta(
        description="Any JSON value; durations are integer nanoseconds, a secret is an object with"
        " secret_set (true, false or null for unknown) and perhaps a fingerprint."
    ),
]
Time: TypeAlias = Annotated[str, Meta(description="RFC 3339, UTC", pattern=r"Z$")]
SourceName: TypeAlias = Literal["flag", "env", "yaml", "default", ""]
LevelName: TypeAlias = Literal["info", "warning", "error"]


class Tool(Struct):
    """What wrote the document."""

    name: str
    version: str


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


class Summary(Struct):
    """Numbers of changes and findings."""

    total: Annotated[int, Meta(description="Changes", ge=0)]
    by_kind: Annotated[dict[str, int], Meta(description="Every kind is present")]
    by_subject: Annotated[dict[str, int], Meta(description="Every subject is present")]
    hidden: Annotated[int, Meta(description="Changes or findings that filters left out", ge=0)] = 0
    by_cause: (
        Annotated[dict[str, int], Meta(description="Changes; every cause is present")] | UnsetType
    ) = UNSET
    by_level: (
        Annotated[dict[str, int], Meta(description="Findings; every level is present")] | UnsetType
    ) = UNSET
    by_effect: (
        Annotated[dict[str, int], Meta(description="Findings; every effect is present")] | UnsetType
    ) = UNSET


class FacetEntry(Struct):
    """One side of an option's declaration that differs."""

    facet: str
    before: AnyValue | UnsetType = UNSET
    after: AnyValue | UnsetType = UNSET


class ItemEntry(Struct):
    """What happened inside two lists or two mappings, as text."""

    added: list[str]
    removed: list[str]
    reordered: bool


class PasteEntry(Struct):
    """A setting as it is written in each dialect; names alone where its value cannot be told."""

    flag: Annotated[str, Meta(description="For a shell")] | UnsetType = UNSET
    env: Annotated[str, Meta(description="For a shell")] | UnsetType = UNSET
    yaml: Annotated[str, Meta(description="For the server's YAML")] | UnsetType = UNSET
    helm: Annotated[str, Meta(description="For the list coder.env")] | UnsetType = UNSET


Paste: TypeAlias = Annotated[
    list[PasteEntry],
    Meta(
        description="To set it: of a change the value after, or before when it was removed; of a"
        " finding what is proposed, for the options to use instead where there are such"
    ),
]
Anchor: TypeAlias = Annotated[
    str,
    Meta(description="Id of the entry in links, where that is not subject:option or subject:path"),
]


Fingerprint: TypeAlias = Annotated[
    str,
    Meta(
        description="What it is known by from run to run: rule, deployment, subject and states",
        pattern="^[0-9a-f]{12}$",
    ),
]


class ChangeEntry(Struct):
    """One difference. What does not apply or is not known is left out."""

    subject: Literal["option", "config", "server"]
    kind: Annotated[
        Literal["added", "removed", "changed", "renamed", "source", "declared"],
        Meta(
            description="changed: the effective value; renamed: by the release, perhaps with"
            " another value; source: same value, set from elsewhere;"
            " declared: the release declares the option differently. More kinds may come."
        ),
    ]
    option: Annotated[str, Meta(description="The flag, without dashes")] | UnsetType = UNSET
    path: Annotated[str, Meta(description="Dotted leaf of config or server")] | UnsetType = UNSET
    env: str | UnsetType = UNSET
    yaml_path: str | UnsetType = UNSET
    name: Annotated[str, Meta(description="Display name")] | UnsetType = UNSET
    group: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    before: AnyValue | UnsetType = UNSET
    after: AnyValue | UnsetType = UNSET
    source_before: SourceName | UnsetType = UNSET
    source_after: SourceName | UnsetType = UNSET
    items: ItemEntry | UnsetType = UNSET
    facets: list[FacetEntry] | UnsetType = UNSET
    use_instead: Annotated[list[str], Meta(description="Flags")] | UnsetType = UNSET
    was: Annotated[str, Meta(description="The option before it was renamed")] | UnsetType = UNSET
    also: (
        Annotated[list[str], Meta(description="Aliases: options that set the same leaf")]
        | UnsetType
    ) = UNSET
    cause: Literal["operator", "release", "computed", "unknown"] | UnsetType = UNSET
    evidence: Annotated[str, Meta(description="How the cause is known")] | UnsetType = UNSET
    level: LevelName | UnsetType = UNSET
    rule: (
        Annotated[str, Meta(description="Id of its rule, where that is not its cause's own")]
        | UnsetType
    ) = UNSET
    fingerprint: Fingerprint | UnsetType = UNSET
    deployment: (
        Annotated[str, Meta(description="Where it is not that of the side it is on")] | UnsetType
    ) = UNSET
    paste: Paste | UnsetType = UNSET
    anchor: Anchor | UnsetType = UNSET


class NamesEntry(Struct):
    """An option in its three names; what it does not have is left out."""

    flag: Annotated[str, Meta(description="Without dashes")] | UnsetType = UNSET
    env: str | UnsetType = UNSET
    yaml: Annotated[str, Meta(description="Dotted path")] | UnsetType = UNSET
    group: str | UnsetType = UNSET


class AffectsEntry(Struct):
    """Whether a finding affects this deployment."""

    answer: Literal["yes", "no", "depends"]
    because: Annotated[str, Meta(description="Why, or what it depends on")]


class PositionEntry(Struct):
    """A place in one of the operator's files."""

    file: str
    line: Annotated[int, Meta(ge=0)]


class PatchEntry(Struct):
    """Lines to change in one of the operator's files, in its own dialect."""

    form: Annotated[str, Meta(description="Kind of file: env-file, helm-values, compose, …")]
    file: str
    line: Annotated[int, Meta(ge=0)]
    remove: list[str]
    add: list[str]


class FindingEntry(Struct):
    """One thing the operator should know. What does not apply or is not known is left out."""

    fingerprint: Fingerprint
    rule: Annotated[str, Meta(description="Permanent id")]
    effect: Annotated[
        Literal[
            "will-not-start", "security", "behaviour", "ignored", "deprecated", "advice", "info"
        ],
        Meta(description="What it means for the deployment. More effects may come."),
    ]
    level: LevelName
    confidence: Literal["certain", "computed", "guessed"]
    message: str
    subject: Annotated[str, Meta(description="Option, variable or chart key it is about")]
    affects: AffectsEntry
    phase: Annotated[
        Literal["before", "during", "after"],
        Meta(description="When the fix is possible, seen from the upgrade"),
    ]
    steps: Annotated[list[str], Meta(description="What to do, in order")]
    why: str
    option: NamesEntry | UnsetType = UNSET
    instead: (
        Annotated[list[NamesEntry], Meta(description="Options to use in its place")] | UnsetType
    ) = UNSET
    proposed: (
        Annotated[Any, Meta(description="What the steps would set it to, or the one instead")]
        | UnsetType
    ) = UNSET
    type: Annotated[str, Meta(description="Type of the option's value")] | UnsetType = UNSET
    before: AnyValue | UnsetType = UNSET
    after: AnyValue | UnsetType = UNSET
    introduced_in: (
        Annotated[list[str], Meta(description="First release of each line on the way")] | UnsetType
    ) = UNSET
    positions: list[PositionEntry] | UnsetType = UNSET
    patches: list[PatchEntry] | UnsetType = UNSET
    reference: Annotated[str, Meta(description="Public source")] | UnsetType = UNSET
    paste: Paste | UnsetType = UNSET
    deployment: str | UnsetType = UNSET


class SuppressedEntry(Struct, kw_only=True):
    """A finding or change that is not listed, and why."""

    by: Annotated[
        Literal["filter"],
        Meta(description="filter: the reader chose not to see it. More may come."),
    ]
    finding: FindingEntry | UnsetType = UNSET
    change: ChangeEntry | UnsetType = UNSET


class RuleEntry(Struct, kw_only=True):
    """A rule that was looked for."""

    title: str
    effect: str
    level: Annotated[LevelName, Meta(description="A finding may be milder or worse")]
    why: str
    fix: str
    reference: Annotated[str, Meta(description="Public source")] | UnsetType = UNSET


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


class Document(Struct, kw_only=True):
    """What a command of confaudit found. Parts that do not apply are left out."""

    schema_version: Annotated[str, Meta(pattern=r"^1\.\d+$")]
    tool: Tool
    kind: Annotated[
        Literal[
            "diff",
            "upgrade",
            "lint",
            "verify",
            "explain",
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
    before: ComparedSide | UnsetType = UNSET
    after: ComparedSide | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    notes: Annotated[list[str], Meta(description="What could not be compared or is not known")]
    changes: list[ChangeEntry] | UnsetType = UNSET
    findings: list[FindingEntry] | UnsetType = UNSET
    suppressed: (
        Annotated[list[SuppressedEntry], Meta(description="Found, and not listed")] | UnsetType
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
