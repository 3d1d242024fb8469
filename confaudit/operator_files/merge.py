"""Several inputs as one, in the order in which the server meets them."""

from collections.abc import Sequence

from confaudit.core.given import ChartValues, OperatorSettings, Position
from confaudit.operator_files.settings import unique


def merge(*operator: OperatorSettings) -> OperatorSettings:
    """Put inputs together: later ones are applied later.

    Of several versions the last counts, an exact one more than a hint.
    """
    versions = [part.version for part in operator if part.version]
    hints = [part.version_hint for part in operator if part.version_hint]
    return OperatorSettings(
        name=next((part.name for part in operator if part.name), ""),
        given=tuple(given for part in operator for given in part.given),
        version=versions[-1] if versions else "",
        version_hint="" if versions or not hints else hints[-1],
        notes=unique(note for part in operator for note in part.notes),
        chart=_chart([part.chart for part in operator if part.chart]),
        replaced=tuple(one for part in operator for one in part.replaced),
        misplaced=tuple(one for part in operator for one in part.misplaced),
        forms=tuple(dict.fromkeys(form for part in operator for form in part.forms)),
        elsewhere=tuple(dict.fromkeys(other for part in operator for other in part.elsewhere)),
        preset=tuple(given for part in operator for given in part.preset),
        interpolation=tuple(given for part in operator for given in part.interpolation),
        is_server=any(part.is_server for part in operator),
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
        is_made=any(part.is_made for part in parts),
    )
