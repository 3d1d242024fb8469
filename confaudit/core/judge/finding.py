"""What an audit has to say: the values that rules make and reports show."""

import json
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

from confaudit.core.given import Form, Position
from confaudit.core.model import MISSING, Change, Json, Level, OptionSpec, Value
from confaudit.core.secret import is_secret
from confaudit.core.upgrade.known import Truth


class Effect(StrEnum):
    """What a finding means for the deployment, worst first."""

    WILL_NOT_START = "will-not-start"
    SECURITY = "security"
    POLICY = "policy"
    """A rule of the house is broken."""
    BEHAVIOUR = "behaviour"
    """It starts and does something differently."""
    IGNORED = "ignored"
    """It is set, and no server reads it."""
    DEPRECATED = "deprecated"
    ADVICE = "advice"
    """No option changes, and still something is to be looked at."""
    INFO = "info"


class Confidence(StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    COMPUTED = "computed"
    """Follows from what is known by a rule of the release."""
    GUESSED = "guessed"


class Origin(StrEnum):
    """Whether an upgrade brings what was found."""

    UPGRADE = "upgrade"
    TODAY = "today"
    """It is so in the release in use as well, and no better there."""


class Phase(StrEnum):
    """When the fix is possible."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Rule(Struct, frozen=True):
    """One kind of finding. The id is permanent: ignore files and dashboards refer to it."""

    id: str
    title: str
    effect: Effect
    level: Level
    why: str
    fix: str
    reference: str = ""
    """Public source, for example coder/coder#24926."""
    control: str = ""
    """Id of the control of the hardening pack that it checks, if it does."""


class Patch(Struct, frozen=True):
    """Lines to change in the operator's own dialect; secrets never stand in them."""

    form: Form
    position: Position
    remove: tuple[str, ...]
    add: tuple[str, ...]


class Finding(Struct, frozen=True):
    """One thing the operator should know, with why and what to do."""

    rule: Rule
    message: str
    """One sentence about this deployment."""
    subject: str
    """What it is about: option key, name of a variable, dotted key of a chart."""
    affects: Truth = Truth.YES
    because: str = ""
    """Why it affects this deployment or not, or what it depends on."""
    confidence: Confidence = Confidence.CERTAIN
    level: Level | None = None
    """Overrides the rule's level where this case is milder or worse."""
    spec: OptionSpec | None = None
    before: Value = MISSING
    after: Value = MISSING
    introduced_in: tuple[str, ...] = ()
    """First release of each line on the way that brings it, backports included."""
    phase: Phase = Phase.BEFORE
    steps: tuple[str, ...] = ()
    """What to do, in order."""
    instead: tuple[OptionSpec, ...] = ()
    """The options to use in place of `spec`."""
    proposed: Value = MISSING
    """What its steps would set the option to, or the one to use instead; MISSING if nothing."""
    patches: tuple[Patch, ...] = ()
    positions: tuple[Position, ...] = ()
    """Where in the operator's files it stands."""
    nearest: Position | None = None
    """Where it stands nowhere, the line that comes nearest to it; see `nearest`."""
    change: Change | None = None
    """The change it judges, where it is about one."""
    deployment: str = ""
    """Name of the deployment it is about, empty when nobody gave it one."""
    remarks: tuple[str, ...] = ()
    """What people wrote beside it."""
    origin: Origin | None = None
    """None where no upgrade is looked at, or nobody asked."""

    @property
    def severity(self) -> Level:
        """The level that counts."""
        return self.level or self.rule.level

    @property
    def is_counted(self) -> bool:
        """Whether a headline counts it: no mere hint, unless a behaviour changes."""
        is_telling = self.severity > Level.INFO or self.rule.effect is Effect.BEHAVIOUR
        return is_telling and self.affects is not Truth.NO

    @property
    def is_fatal(self) -> bool:
        """Whether it is about the start, and more than a word on what must be there beside it."""
        return self.rule.effect is Effect.WILL_NOT_START and self.severity > Level.INFO

    @property
    def is_apart(self) -> bool:
        """Whether it is no business of an upgrade: so already, and no hindrance to the start."""
        return self.origin is Origin.TODAY and not self.is_fatal

    @property
    def todo(self) -> tuple[str, ...]:
        """Its steps, or the rule's advice where it has none of its own."""
        return self.steps or tuple(filter(None, (self.rule.fix,)))

    @property
    def fingerprint(self) -> str:
        """What it is known by from run to run: rule, deployment, subject and states.

        Whatever the words, and wherever it stands among others. Not the version: a finding of
        2.34.4 is the same in 2.34.5. Nor the keyed fingerprint of a secret, which a rotation
        changes.
        """
        states = [_state(self.before), _state(self.after)]
        identity = [self.rule.id, self.deployment, self.subject, *states]
        return sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]


def _state(value: Value) -> Json:
    """A value as JSON, MISSING as nothing that a value can be."""
    if value is MISSING:
        return {"missing": True}
    if isinstance(value, dict) and is_secret(value):
        return {"secret_set": value["secret_set"]}
    return [value]


def subjects(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The options that findings are about, each once, in their order."""
    return tuple(dict.fromkeys(one.spec.key for one in findings if one.spec))
