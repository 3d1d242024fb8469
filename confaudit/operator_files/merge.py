"""Several inputs as one, in the order in which the server meets them."""

from collections.abc import Sequence

from confaudit.core.given import ChartValues, Elsewhere, OperatorSettings, Position
from confaudit.operator_files.settings import unique


def merge(*operator: OperatorSettings) -> OperatorSettings:
    """Put inputs together: later ones are applied later.

    What one input points to and another one is, comes before or after it as its tool has it,
    whatever the order they were given in. Of several versions the last counts, an exact one more
    than a hint.
    """
    ordered = _ordered(operator)
    provides = unique(one for part in operator for one in part.provides)
    versions = [part.version for part in operator if part.version]
    hints = [part.version_hint for part in operator if part.version_hint]
    return OperatorSettings(
        given=tuple(given for part in ordered for given in part.given),
        version=versions[-1] if versions else "",
        version_hint="" if versions or not hints else hints[-1],
        notes=unique(note for part in operator for note in part.notes),
        chart=_chart([part.chart for part in operator if part.chart]),
        forms=tuple(dict.fromkeys(form for part in operator for form in part.forms)),
        elsewhere=tuple(
            dict.fromkeys(
                other
                for part in operator
                for other in part.elsewhere
                if other.resource not in provides
            )
        ),
        provides=provides,
        interpolation=tuple(given for part in operator for given in part.interpolation),
        used=frozenset[str]().union(*(part.used for part in operator)),
    )


def _chart(parts: Sequence[ChartValues]) -> ChartValues | None:
    """The values of the parts, of a key the last; None where there is no part."""
    if not parts:
        return None
    return ChartValues(
        keys={key: value for part in parts for key, value in part.keys.items()},
        by_env_from=frozenset[Position]().union(*(part.by_env_from for part in parts)),
        is_whole=all(part.is_whole for part in parts),
        is_part=any(part.is_part for part in parts),
    )


def _ordered(operator: Sequence[OperatorSettings]) -> list[OperatorSettings]:
    """Those that others point to first, unless they win over what points to them: then last."""
    pointers = [other for part in operator for other in part.elsewhere]
    return sorted(operator, key=lambda part: _rank(part, pointers))


def _rank(part: OperatorSettings, pointers: Sequence[Elsewhere]) -> int:
    mine = [other for other in pointers if other.resource in part.provides]
    if not mine:
        return 0
    return 1 if any(other.wins for other in mine) else -1
