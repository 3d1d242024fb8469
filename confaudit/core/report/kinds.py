"""The kinds of reports, each with what is peculiar to it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct


class _Traits(Struct, frozen=True):
    subject: str
    is_audit: bool = False
    is_upgrade: bool = False
    has_parts: bool = False
    tells_states: bool = False


class ReportKind(StrEnum):
    """Which job a report tells of."""

    DIFF = "diff"
    UPGRADE = "upgrade"
    LINT = "lint"
    CHECK = "check"
    REVIEW = "review"
    VERIFY = "verify"
    EXPLAIN = "explain"
    COMPARE = "compare"
    LOG = "log"
    BLAME = "blame"
    SHOW = "show"
    EXCEPTIONS = "exceptions"
    STATUS = "status"
    DOCTOR = "doctor"
    SECRETS = "secrets"
    CATALOG_RELEASES = "catalog-releases"
    CATALOG_SHOW = "catalog-show"
    CATALOG_DIFF = "catalog-diff"

    @property
    def subject(self) -> str:
        """What reports of this kind are about, in words."""
        return _TRAITS[self].subject

    @property
    def is_audit(self) -> bool:
        """Whether it judges a deployment: its verdict is on everything found, whatever is listed.

        Others answer a question about changes or releases, which filters make narrower.
        """
        return _TRAITS[self].is_audit

    @property
    def has_parts(self) -> bool:
        """Whether it may be about several deployments, each a part."""
        return self.is_audit or _TRAITS[self].has_parts

    @property
    def is_upgrade(self) -> bool:
        """Whether an upgrade lies ahead, before, during or after which things are to be done."""
        return _TRAITS[self].is_upgrade

    @property
    def tells_states(self) -> bool:
        """Whether its verdict is on the states that its tables tell."""
        return _TRAITS[self].tells_states


_TRAITS: Final[Mapping[ReportKind, _Traits]] = {
    ReportKind.DIFF: _Traits("Configuration changes"),
    ReportKind.UPGRADE: _Traits("Upgrade audit", is_audit=True, is_upgrade=True),
    ReportKind.LINT: _Traits("Audit of configuration files", is_audit=True),
    ReportKind.CHECK: _Traits("Check of hardening and policy", is_audit=True),
    ReportKind.REVIEW: _Traits("Review of a change", is_audit=True),
    ReportKind.VERIFY: _Traits("Upgrade, compared with its prediction", is_audit=True),
    ReportKind.EXPLAIN: _Traits("Story of an option"),
    ReportKind.COMPARE: _Traits("Comparison of deployments", tells_states=True),
    ReportKind.LOG: _Traits("History of the configuration"),
    ReportKind.BLAME: _Traits("Origin of each setting"),
    ReportKind.SHOW: _Traits("What a snapshot brought", has_parts=True),
    ReportKind.EXCEPTIONS: _Traits("Exceptions of the house"),
    ReportKind.STATUS: _Traits("Status of deployments", tells_states=True),
    ReportKind.DOCTOR: _Traits("Check of a setup", tells_states=True),
    ReportKind.SECRETS: _Traits("Secrets in stored snapshots", tells_states=True),
    ReportKind.CATALOG_RELEASES: _Traits("Releases of Coder"),
    ReportKind.CATALOG_SHOW: _Traits("Life of an option"),
    ReportKind.CATALOG_DIFF: _Traits("Changes between releases of Coder"),
}
