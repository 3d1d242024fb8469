"""The policy of a house: what it forbids and requires, how bad that is, what may differ."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from confaudit.core.given import Position
from confaudit.core.judge.exceptions import ExpectedDifference, LevelOverride
from confaudit.core.judge.finding import Rule
from confaudit.core.text.globs import fits_any

if TYPE_CHECKING:
    from confaudit.core.judge.advisories import Advisory


class HouseRule(Struct, frozen=True):
    """A rule of the house: an advisory at any time, for some of the deployments."""

    advisory: "Advisory"
    wording: str
    """What it asks and of whom, as it is written; to see whether somebody changed it."""
    position: Position
    deployments: tuple[str, ...] = ("*",)
    """Globs over names of deployments; one without a name is met by `*` alone."""

    @property
    def id(self) -> str:
        """Its permanent id."""
        return self.advisory.rule.id

    def concerns(self, deployment: str) -> bool:
        """Whether it is about a deployment."""
        return fits_any(deployment, self.deployments)


class Policy(Struct, frozen=True):
    """Everything that a house lays down for all of its deployments."""

    rules: tuple[HouseRule, ...] = ()
    overrides: tuple[LevelOverride, ...] = ()
    differences: tuple[ExpectedDifference, ...] = ()

    @property
    def by_id(self) -> Mapping[str, Rule]:
        """What the findings of its rules are, by id."""
        return {one.id: one.advisory.rule for one in self.rules}

    def advisories(self, deployment: str) -> "tuple[Advisory, ...]":
        """The rules of the house that are about a deployment."""
        return tuple(one.advisory for one in self.rules if one.concerns(deployment))


NO_POLICY: Final = Policy()
"""A house that lays down nothing."""
