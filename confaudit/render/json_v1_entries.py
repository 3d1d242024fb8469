"""What a JSON report lists, field by field: changes, findings and rules. See `json_v1_fields`."""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

AnyValue: TypeAlias = Annotated[
    Any,
    Meta(
        description="Any JSON value; durations are integer nanoseconds, a secret is an object with"
        " secret_set (true, false or null for unknown) and perhaps a fingerprint."
    ),
]
SourceName: TypeAlias = Literal["flag", "env", "yaml", "default", ""]
LevelName: TypeAlias = Literal["info", "warning", "error"]


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


class ExcerptEntry(Struct):
    """What may be shown of a line around a name; an ellipsis stands for all else."""

    before: str
    name: str
    after: str


class PositionEntry(Struct):
    """A place in one of the operator's files."""

    file: str
    line: Annotated[int, Meta(ge=0)]
    column: (
        Annotated[int, Meta(description="Where the name begins, in characters from 1", ge=1)]
        | UnsetType
    ) = UNSET
    excerpt: ExcerptEntry | UnsetType = UNSET


Nearest: TypeAlias = Annotated[
    PositionEntry,
    Meta(
        description="What comes nearest to it where it stands nowhere: its option in the stored"
        " snapshot, else the line that tells which release runs"
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
    leaf_of: (
        Annotated[str, Meta(description="Of a config leaf the option that sets it")] | UnsetType
    ) = UNSET
    path: Annotated[str, Meta(description="Dotted leaf of config or server")] | UnsetType = UNSET
    env: str | UnsetType = UNSET
    yaml_path: str | UnsetType = UNSET
    name: Annotated[str, Meta(description="Display name")] | UnsetType = UNSET
    group: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    default: (
        Annotated[str, Meta(description="Of a config leaf: what its option declares, as text")]
        | UnsetType
    ) = UNSET
    default_computed_from: (
        Annotated[str, Meta(description="What that default follows from: version, host or option")]
        | UnsetType
    ) = UNSET
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
    is_reordered: (
        Annotated[bool, Meta(description="The values are the same, and their order means nothing")]
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
    nearest: Nearest | UnsetType = UNSET
    deployment: (
        Annotated[str, Meta(description="Where it is not that of the side it is on")] | UnsetType
    ) = UNSET
    paste: Paste | UnsetType = UNSET
    anchor: Anchor | UnsetType = UNSET


class SnapshotEntry(Struct, kw_only=True):
    """What a commit made of the snapshot of a deployment."""

    deployment: str
    commit: Annotated[str, Meta(description="Its full id")]
    taken_at: Annotated[str, Meta(description="RFC 3339, UTC", pattern=r"Z$")] | None
    author: str
    mail: str
    subject: Annotated[str, Meta(description="The first line of the commit's message")]
    version_before: (
        Annotated[str, Meta(description="Coder's release in the snapshot before")] | UnsetType
    ) = UNSET
    version: Annotated[str, Meta(description="Coder's release")] | UnsetType = UNSET
    is_upgrade: Annotated[bool, Meta(description="Whether another release runs, be it older")]
    is_first: (
        Annotated[bool, Meta(description="There was none of the deployment before")] | UnsetType
    ) = UNSET
    is_removed: Annotated[bool, Meta(description="The commit removed the snapshot")] | UnsetType = (
        UNSET
    )
    is_by_hand: (
        Annotated[bool, Meta(description="The commit does not say that confaudit made it")]
        | UnsetType
    ) = UNSET
    trouble: Annotated[str, Meta(description="Why what changed cannot be told")] | UnsetType = UNSET
    changes: Annotated[list[ChangeEntry], Meta(description="The operator's first")]


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
            "will-not-start",
            "security",
            "policy",
            "behaviour",
            "ignored",
            "deprecated",
            "advice",
            "info",
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
    nearest: Nearest | UnsetType = UNSET
    patches: list[PatchEntry] | UnsetType = UNSET
    reference: Annotated[str, Meta(description="Public source")] | UnsetType = UNSET
    paste: Paste | UnsetType = UNSET
    deployment: str | UnsetType = UNSET
    remarks: Annotated[list[str], Meta(description="What people wrote beside it")] | UnsetType = (
        UNSET
    )
    origin: (
        Annotated[
            Literal["upgrade", "today"],
            Meta(
                description="Of an upgrade. upgrade: the upgrade brings it. today: it is so in the"
                " release in use as well, and no better there"
            ),
        ]
        | UnsetType
    ) = UNSET


class DecisionEntry(Struct, kw_only=True):
    """An exception: what somebody decided about findings. Globs that take anything are left out."""

    decision: Literal["ignore", "accept", "annotate"]
    reason: str
    rule: Annotated[str, Meta(description="Glob over ids of rules")] | UnsetType = UNSET
    option: Annotated[str, Meta(description="Glob over names of options")] | UnsetType = UNSET
    deployment: Annotated[str, Meta(description="Glob over deployments")] | UnsetType = UNSET
    fingerprint: Fingerprint | UnsetType = UNSET
    owner: str | UnsetType = UNSET
    expires: (
        Annotated[str, Meta(description="The last day on which it holds, ISO 8601")] | UnsetType
    ) = UNSET
    until_version: (
        Annotated[str, Meta(description="The release from which on it holds no longer")] | UnsetType
    ) = UNSET
    where: Annotated[str, Meta(description="File and line that say so")] | UnsetType = UNSET


class LapsedEntry(Struct):
    """An exception that would have kept a finding from counting, and no longer does."""

    exception: DecisionEntry
    why: Annotated[str, Meta(description="To follow: it")]
    fingerprint: Annotated[Fingerprint, Meta(description="Of the finding that counts again")]


class SuppressedEntry(Struct, kw_only=True):
    """A finding or change that is not listed, and why."""

    by: Annotated[
        Literal["filter", "off", "ignore", "accept", "expected", "before"],
        Meta(
            description="filter: the reader chose not to see it, and it counts. off: the policy"
            " switches its rule off. ignore, accept: an exception says so. expected: the policy"
            " says that deployments may differ in it. before: it was there"
            " before the change reviewed. More may come."
        ),
    ]
    reason: Annotated[str, Meta(description="Of who decided so")] | UnsetType = UNSET
    exception: (
        Annotated[DecisionEntry, Meta(description="The exception that decides")] | UnsetType
    ) = UNSET
    finding: FindingEntry | UnsetType = UNSET
    change: ChangeEntry | UnsetType = UNSET


class StepEntry(Struct):
    """One thing to do, which settles one finding or several."""

    text: Annotated[str, Meta(description="Whole sentences")]
    options: Annotated[list[str], Meta(description="What it is about, as it is typed")]
    fingerprints: Annotated[list[Fingerprint], Meta(description="Of the findings that it settles")]


class StageEntry(Struct, kw_only=True):
    """The steps to be taken at one time, the most urgent first."""

    phase: (
        Annotated[
            Literal["before", "during", "after"],
            Meta(description="Seen from the upgrade; left out where none lies ahead"),
        ]
        | UnsetType
    ) = UNSET
    origin: (
        Annotated[
            Literal["today"],
            Meta(description="The steps are about what an upgrade does not bring; no phase then"),
        ]
        | UnsetType
    ) = UNSET
    steps: list[StepEntry]


class RuleEntry(Struct, kw_only=True):
    """A rule that was looked for."""

    title: str
    effect: str
    level: Annotated[LevelName, Meta(description="A finding may be milder or worse")]
    why: str
    fix: str
    reference: Annotated[str, Meta(description="Public source")] | UnsetType = UNSET
    control: (
        Annotated[str, Meta(description="Id of the control of the hardening pack")] | UnsetType
    ) = UNSET
