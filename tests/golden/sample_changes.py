"""Changes as samples have them."""

from msgspec.structs import replace

from confaudit.core.model import (
    Change,
    ChangeKind,
    FacetChange,
    OptionSpec,
    Subject,
    Value,
    ValueSource,
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
