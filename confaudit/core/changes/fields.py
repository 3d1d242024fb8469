"""Fields that a release gave to a structure, or took from it, apart from what an operator did.

A list of structures, such as the external auth providers, is served with every field that the
release's own type has. So a field that all of them have after an upgrade and none had before is
the release's, whatever it holds: a server derives some from others (`api_base_url` from the type).
"""

from collections.abc import Set

from msgspec import Struct

from confaudit.core.model import Json, Value
from confaudit.core.text.wording import agreeing, listing, visible


class Fields(Struct, frozen=True):
    """What an upgrade did to the structures in a list."""

    gained: frozenset[str]
    lost: frozenset[str]
    is_rest_equal: bool

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost)

    @property
    def are_all(self) -> bool:
        """Whether fields came or went, and nothing else differs."""
        return bool(self) and self.is_rest_equal

    @property
    def are_added(self) -> bool:
        """Whether fields came, and nothing else differs."""
        return self.are_all and not self.lost

    @property
    def story(self) -> str:
        """What happened, to follow who did it: `adds the field a and drops b and c`."""
        done = (("adds", self.gained), ("drops", self.lost))
        parts = [
            f"{verb} the {agreeing(len(names), 'field', 'fields')} {_listed(names)}"
            for verb, names in done
            if names
        ]
        return " and ".join(parts)


def moved_fields(before: Value, after: Value, optional: Set[str] = frozenset()) -> Fields:
    """The fields that only the structures on one side have, all of them there.

    `optional` fields are served only where somebody gives them: they say nothing of the release.
    """
    old, new = _structures(before), _structures(after)
    gained, lost = _only(new, old) - optional, _only(old, new) - optional
    return Fields(gained, lost, is_rest_equal=_without(old, lost) == _without(new, gained))


def _structures(value: Value) -> list[dict[str, Json]]:
    """The items of a list that holds nothing but structures; none of any other value."""
    items = value if isinstance(value, list) else []
    found = [item for item in items if isinstance(item, dict)]
    return found if len(found) == len(items) else []


def _only(here: list[dict[str, Json]], there: list[dict[str, Json]]) -> frozenset[str]:
    if not here or not there:
        return frozenset()
    return frozenset.intersection(*map(frozenset, here)).difference(*there)


def _without(structures: list[dict[str, Json]], fields: Set[str]) -> list[dict[str, Json]]:
    return [{k: v for k, v in one.items() if k not in fields} for one in structures]


def _listed(names: Set[str]) -> str:
    return listing([visible(name) for name in sorted(names)])
