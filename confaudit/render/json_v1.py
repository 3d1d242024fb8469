"""The public JSON format, version 1: a field list of its own, independent of our internals.

Adding a field is a minor version; renaming one, or changing what it means, is `json_v2.py`.
Characters beyond ASCII are escaped, so that a terminal that shows the file cannot be fooled.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, to_builtins
from msgspec.json import schema as json_schema

from confaudit.core.marks import compare_items
from confaudit.core.model import MISSING, Change, ChangeKind, Facet, Subject, Value
from confaudit.core.report import Report, Side
from confaudit.render import RenderOptions

SCHEMA_VERSION: Final = "1.0"

AnyValue: TypeAlias = Annotated[
    Any,
    Meta(
        description="Any JSON value; durations are integer nanoseconds, a secret is an object with"
        " secret_set (true, false or null for unknown) and perhaps a fingerprint."
    ),
]
Time: TypeAlias = Annotated[str, Meta(description="RFC 3339, UTC", pattern=r"Z$")]
_Source: TypeAlias = Literal["flag", "env", "yaml", "default", ""]


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
    """Numbers of changes."""

    total: Annotated[int, Meta(ge=0)]
    by_kind: Annotated[dict[str, int], Meta(description="Every kind is present")]
    by_subject: Annotated[dict[str, int], Meta(description="Every subject is present")]


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


class ChangeEntry(Struct):
    """One difference. What does not apply or is not known is left out."""

    subject: Literal["option", "config", "server"]
    kind: Annotated[
        Literal["added", "removed", "changed", "source", "declared"],
        Meta(
            description="changed: the effective value; source: same value, set from elsewhere;"
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
    source_before: _Source | UnsetType = UNSET
    source_after: _Source | UnsetType = UNSET
    items: ItemEntry | UnsetType = UNSET
    facets: list[FacetEntry] | UnsetType = UNSET
    use_instead: Annotated[list[str], Meta(description="Flags")] | UnsetType = UNSET


class Document(Struct):
    """What `confaudit diff` found."""

    schema_version: Annotated[str, Meta(pattern=r"^1\.\d+$")]
    tool: Tool
    kind: Literal["diff"]
    generated_at: Time
    title: str
    verdict: Annotated[str, Meta(description="One sentence for people")]
    before: ComparedSide
    after: ComparedSide
    summary: Summary
    notes: Annotated[list[str], Meta(description="What could not be compared or is not known")]
    changes: list[ChangeEntry]


def render(report: Report, options: RenderOptions) -> str:
    """The document, indented, with a newline at its end."""
    del options
    return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The document as plain values, fields in the order of the format."""
    found: dict[str, Any] = to_builtins(_document(report))
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema of the format."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"confaudit diff {SCHEMA_VERSION}",
        **json_schema(Document),
    }


def _document(report: Report) -> Document:
    return Document(
        schema_version=SCHEMA_VERSION,
        tool=Tool("confaudit", report.tool_version),
        kind="diff",
        generated_at=_time(report.generated_at),
        title=report.title,
        verdict=report.verdict,
        before=_side(report.before),
        after=_side(report.after),
        summary=Summary(
            total=len(report.changes),
            by_kind={kind.value: number for kind, number in report.counts.items()},
            by_subject={subject.value: number for subject, number in report.subjects.items()},
        ),
        notes=list(report.notes),
        changes=[_change(change) for change in report.changes],
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _side(side: Side) -> ComparedSide:
    return ComparedSide(
        label=side.label,
        deployment=side.deployment,
        version=side.version,
        taken_at=_time(side.taken_at) if side.taken_at else None,
        fidelity=side.fidelity.value,
        commit=side.commit,
        options=side.options,
        leaves=side.leaves,
    )


def _change(change: Change) -> ChangeEntry:
    entry = ChangeEntry(
        subject=change.subject.value,
        kind=change.kind.value,
        option=change.key if change.subject is Subject.OPTION else UNSET,
        path=change.path or (UNSET if change.subject is Subject.OPTION else change.key),
        type=change.type or UNSET,
        before=_known(change.before),
        after=_known(change.after),
        source_before=UNSET if change.source_before is None else change.source_before.value,
        source_after=UNSET if change.source_after is None else change.source_after.value,
        items=_items(change),
        facets=_facets(change) or UNSET,
    )
    if spec := change.spec:
        entry.name, entry.group = spec.name or UNSET, spec.group or UNSET
        entry.env, entry.yaml_path = spec.env or UNSET, spec.yaml_path or UNSET
        entry.use_instead = list(spec.use_instead) or UNSET
    return entry


def _known(value: Value) -> Any:
    return UNSET if value is MISSING else value


def _items(change: Change) -> ItemEntry | UnsetType:
    items = compare_items(change.before, change.after)
    if items is None or change.kind is not ChangeKind.CHANGED:
        return UNSET
    return ItemEntry(list(items.added), list(items.removed), items.reordered)


def _facets(change: Change) -> list[FacetEntry]:
    """All facets but the source, which has fields of its own."""
    return [
        FacetEntry(facet.facet.value, _known(facet.before), _known(facet.after))
        for facet in change.facets
        if facet.facet is not Facet.SOURCE
    ]
