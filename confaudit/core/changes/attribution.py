"""Who brought a change about, with one sentence on how that is known."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from confaudit.core.model import Cause


class Attribution(Struct, frozen=True):
    """A cause and how it is known."""

    cause: Cause
    evidence: str


def by_operator(evidence: str) -> Attribution:
    """Somebody set it, took it away, or set it from elsewhere."""
    return Attribution(Cause.OPERATOR, evidence)


def by_release(evidence: str) -> Attribution:
    """What the release declares, adds or takes away brought it."""
    return Attribution(Cause.RELEASE, evidence)


def by_nobody(evidence: str) -> Attribution:
    """It follows from something else, or means the same."""
    return Attribution(Cause.COMPUTED, evidence)


def unexplained(evidence: str) -> Attribution:
    """Nothing tells the operator from the release."""
    return Attribution(Cause.UNKNOWN, evidence)


CAUSE_ORDER: Final = (Cause.OPERATOR, Cause.UNKNOWN, Cause.RELEASE, Cause.COMPUTED, None)
"""What a person may have done comes first; None is a comparison of releases."""

BY_CAUSE: Final[Mapping[Cause, str]] = {
    Cause.OPERATOR: "by the operator",
    Cause.RELEASE: "by the release",
    Cause.COMPUTED: "computed",
    Cause.UNKNOWN: "of unknown cause",
}
"""Who or what changes a setting, in words."""

COMPUTED_FROM: Final[Mapping[str, str]] = {
    "version": "the version",
    "host": "the host it runs on",
    "access-url": "the access URL's scheme",
}
"""What a default is computed from, in words."""
