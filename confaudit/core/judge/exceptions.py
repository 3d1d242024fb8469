"""What people decided about findings: to ignore, to accept or to annotate them, and for how long.

Decisions are values here; how they are written down is known in `rulebook`. `judge` asks them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Version
from confaudit.core.model import Level
from confaudit.core.text.globs import fits, fits_any, means_one


class Decision(StrEnum):
    """What is to become of a finding."""

    IGNORE = "ignore"
    """It does not count, whatever the values are."""
    ACCEPT = "accept"
    """It does not count as long as it is this very finding: with another value it does again."""
    ANNOTATE = "annotate"
    """It counts, and a remark stands beside it."""


class Identity(Struct, frozen=True):
    """All by which a decision may mean a finding."""

    rule: str
    names: tuple[str, ...]
    """By which a reader may mean the option, or whatever else it is about."""
    deployment: str
    fingerprint: str


class ExceptionEntry(Struct, frozen=True):
    """One decision, with who took it, why, and until when it holds."""

    decision: Decision
    reason: str
    rule: str = "*"
    """Glob over ids of rules."""
    option: str = "*"
    """Glob over all names of what a finding is about."""
    deployment: str = "*"
    """Glob over names of deployments; a finding of one without a name is met by `*` alone."""
    fingerprint: str = ""
    """The one finding that is meant; empty where the globs say it."""
    owner: str = ""
    expires: date | None = None
    """The last day on which it holds."""
    until_version: str = ""
    """The release from which on it holds no longer; empty for none."""
    where: str = ""
    """File and line that say so: `confaudit-exceptions.yaml:12`."""

    @property
    def is_about_everything(self) -> bool:
        """Whether it names nothing that some finding might not be about."""
        globs = self.rule + self.option + self.deployment
        return not self.fingerprint and not globs.strip("*?")

    @property
    def about(self) -> tuple[str, ...]:
        """What it names, in a few words each: `rule start-*`."""
        named = (("rule", self.rule), ("option", self.option), ("deployment", self.deployment))
        globs = (f"{what} {glob}" for what, glob in named if glob != "*")
        return (*filter(None, (self.fingerprint,)), *globs)

    @property
    def ends(self) -> str:
        """How long it holds: `until 2027-01-31 or Coder 2.38.0`; empty where it has no end."""
        day = self.expires.isoformat() if self.expires else ""
        release = f"Coder {self.until_version}" if self.until_version else ""
        limits = " or ".join(filter(None, (day, release)))
        return limits and f"until {limits}"

    def meets(self, one: Identity) -> bool:
        """Whether it is about a finding of a rule and deployment that it may be about."""
        is_meant = not self.fingerprint or self.fingerprint == one.fingerprint
        return is_meant and (self.option == "*" or means_one(self.option, one.names))

    def may_meet(self, deployment: str, *rules: str) -> bool:
        """Whether what one of these rules finds in a deployment could be what it is about."""
        return fits(deployment, self.deployment) and any(fits(rule, self.rule) for rule in rules)

    def lapse(self, today: date, release: str) -> str:
        """Why it holds no longer, to follow "it"; empty while it does."""
        if self.expires and today > self.expires:
            return f"expired on {self.expires.isoformat()}"
        if self.until_version and release and _reaches(release, self.until_version):
            return f"held until Coder {self.until_version}"
        return ""


def _reaches(release: str, limit: str) -> bool:
    """Whether a release is that one or a later one; of what is no version nobody can tell."""
    try:
        return Version.parse(release).base >= Version.parse(limit).base
    except ValueError:
        return False


class LevelOverride(Struct, frozen=True):
    """How bad findings of some rules are in this house."""

    rule: str
    """Glob over ids of rules."""
    level: Level | None
    """None: they do not count at all."""
    where: str = ""
    """File and line that say so."""


class ExpectedDifference(Struct, frozen=True):
    """What may differ between deployments that are compared with each other."""

    option: str
    """Glob over all names of what differs."""
    reason: str
    deployments: tuple[str, ...] = ("*",)
    """Globs over names of deployments: those between which it may."""
    where: str = ""
    """File and line that say so."""

    def meets(self, names: Collection[str], deployments: Collection[str]) -> bool:
        """Whether something may differ between all of these deployments."""
        return means_one(self.option, names) and all(
            fits_any(one, self.deployments) for one in deployments
        )


class Rulings(Struct, frozen=True):
    """Everything that people decided, asked on a day about a release."""

    today: date
    entries: tuple[ExceptionEntry, ...] = ()
    overrides: tuple[LevelOverride, ...] = ()
    release: str = ""
    """What the deployment runs, or is to run; empty where nothing tells."""
    differences: tuple[ExpectedDifference, ...] = ()
    compared: tuple[str, ...] = ()
    """The deployments that are compared with each other; none where there is only one."""

    def about(self, release: str) -> "Rulings":
        """The same, asked about a deployment of a release."""
        return replace(self, release=release)

    def between(self, *deployments: str) -> "Rulings":
        """The same, asked about differences; one deployment at two times is not expected to."""
        names = tuple(dict.fromkeys(filter(None, deployments)))
        return replace(self, compared=names if len(names) > 1 else ())

    def expects(self, names: Collection[str]) -> ExpectedDifference | None:
        """What says that something by these names may differ, if anything does."""
        if not self.compared:
            return None
        found = (one for one in self.differences if one.meets(names, self.compared))
        return next(found, None)

    def override(self, rule: str) -> LevelOverride | None:
        """The last override that is about a rule, if any."""
        found = (one for one in reversed(self.overrides) if fits(rule, one.rule))
        return next(found, None)

    def meeting(self, findings: Iterable[Identity]) -> Iterator[Sequence[ExceptionEntry]]:
        """Of each finding the entries about it, whether or not they still hold."""

        @cache  # the findings are many, their rules few
        def about(deployment: str, rule: str) -> Sequence[ExceptionEntry]:
            return [one for one in self.entries if one.may_meet(deployment, rule)]

        for one in findings:
            yield [entry for entry in about(one.deployment, one.rule) if entry.meets(one)]

    def lapse(self, entry: ExceptionEntry) -> str:
        """See `ExceptionEntry.lapse`."""
        return entry.lapse(self.today, self.release)


NO_RULINGS: Final = Rulings(date.min)
"""Nobody decided anything."""


class Lapsed(Struct, frozen=True):
    """An entry that would have kept a finding from counting, and no longer does."""

    entry: ExceptionEntry
    why: str
    """As of `ExceptionEntry.lapse`."""
    fingerprint: str
    """Of the finding that counts again."""


def unmatched(
    rulings: Rulings, met: Iterable[ExceptionEntry], deployment: str, rules: Iterable[str]
) -> tuple[ExceptionEntry, ...]:
    """The entries that were about nothing, though what they are about was looked for."""
    looked_for, used = [*rules], {*met}
    return tuple(
        one for one in rulings.entries if one not in used and one.may_meet(deployment, *looked_for)
    )
