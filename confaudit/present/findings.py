"""How findings read: sections in the order in which an operator has to act on them."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import chain, groupby
from typing import Final

from confaudit.core.given import Form, Position
from confaudit.core.judge.finding import Confidence, Effect, Finding, Origin, Patch, Phase
from confaudit.core.model import MISSING, Level
from confaudit.core.report.alike import blanked, likeness
from confaudit.core.report.naming import name_of
from confaudit.core.report.option_groups import option_group
from confaudit.core.report.report import Report
from confaudit.core.text.wording import exact, first_releases, visible
from confaudit.core.upgrade.known import Truth
from confaudit.present.charts import strip
from confaudit.present.entries import Entry, Fact, Group, Kind, PatchShown, PlaceShown
from confaudit.present.inline_diff import middle_out
from confaudit.present.references import page_of
from confaudit.present.sentences import ORIGINS
from confaudit.present.values import (
    STARTS,
    Chip,
    Name,
    Shown,
    group_chip,
    marked,
    names,
    shown,
    slug,
)

# --- groups -------------------------------------------------------------------------------------


class _Demand(StrEnum):
    """What findings ask for, most urgent first; the value is the section's anchor."""

    MUST = "must"
    CHANGE = "change"
    SECURITY = "security"
    POLICY = "policy"
    MIGRATE = "migrate"
    ADVICE = "advice"
    INFO = "info"


_TITLES: Final[Mapping[_Demand, str]] = {
    _Demand.MUST: "Must be put right",
    _Demand.CHANGE: "Works differently than it looks",
    _Demand.SECURITY: "Security",
    _Demand.POLICY: "Rules of the house",
    _Demand.MIGRATE: "Should be migrated or cleaned up",
    _Demand.ADVICE: "Advice",
    _Demand.INFO: "For information",
}
_UPGRADE_TITLES: Final[Mapping[_Demand, str]] = {
    **_TITLES,
    _Demand.MUST: "Must be done before the upgrade",
    _Demand.CHANGE: "Will change under you",
    _Demand.INFO: "New, and for information",
}
_DEMANDS: Final[Mapping[Effect, _Demand]] = {
    Effect.WILL_NOT_START: _Demand.MUST,
    Effect.SECURITY: _Demand.SECURITY,
    Effect.POLICY: _Demand.POLICY,
    Effect.BEHAVIOUR: _Demand.CHANGE,
    Effect.IGNORED: _Demand.MIGRATE,
    Effect.DEPRECATED: _Demand.MIGRATE,
    Effect.ADVICE: _Demand.ADVICE,
    Effect.INFO: _Demand.INFO,
}
_ORDER: Final = tuple(_Demand)


def finding_groups(report: Report, limit: int) -> tuple[Group, ...]:
    """Gather findings by what they ask for; within a group the order stays."""
    ordered = sorted(report.findings, key=lambda one: (one.is_apart, _ORDER.index(_demand(one))))
    return tuple(
        Group(
            anchor=f"findings-{'already-' if is_apart else ''}{demand}",
            part="",
            title=_title(demand, is_apart=is_apart, is_upgrade=report.is_upgrade),
            rows=tuple(_finding(finding, report, limit) for finding in _side_by_side(members)),
            is_folded=demand is _Demand.INFO,
            are_changes=False,
        )
        for (is_apart, demand), members in groupby(
            ordered, lambda one: (one.is_apart, _demand(one))
        )
    )


def _title(demand: _Demand, *, is_apart: bool, is_upgrade: bool) -> str:
    """What is so already has nothing to do with the upgrade, and is called as without one."""
    if is_apart:
        return f"{ALREADY}: {_TITLES[demand]}"
    return _UPGRADE_TITLES[demand] if is_upgrade else _TITLES[demand]


ALREADY: Final = "So already today"
"""Over what an upgrade does not bring."""


def _side_by_side(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Those that are told as one next to each other, where the first of them stands."""
    found: dict[Hashable, list[Finding]] = {}
    for one in findings:
        found.setdefault(likeness(one).kin, []).append(one)
    return chain.from_iterable(found.values())


def _demand(finding: Finding) -> _Demand:
    """What a finding asks for: an error first of all, unless it can wait; a hint for little."""
    if finding.affects is Truth.NO:
        return _Demand.INFO
    if finding.severity is Level.ERROR and finding.phase is Phase.BEFORE:
        return _Demand.MUST
    demand = _DEMANDS[finding.rule.effect]
    if finding.severity is Level.INFO:
        return _Demand.ADVICE if demand in (_Demand.MUST, _Demand.ADVICE) else _Demand.INFO
    return demand


# --- findings -----------------------------------------------------------------------------------


def _finding(finding: Finding, report: Report, limit: int) -> Entry:
    before, after = _values(finding, limit)
    return Entry(
        anchor=finding.fingerprint,
        fingerprint=finding.fingerprint,
        rule=visible(finding.rule.id),
        title=within(finding.message, limit),
        chips=tuple(_chips(finding, report.is_upgrade)),
        names=names(finding.spec) if finding.spec else _name(finding, limit),
        instead=tuple(map(names, finding.instead)),
        value_term=_value_term(finding, report.is_upgrade),
        before=before,
        after=after,
        facts=tuple(_facts(finding, limit)),
        strip=strip(report.lives, finding.spec.key, whole=False) if finding.spec else None,
        steps_term=PHASES[finding.phase if report.is_upgrade and not finding.is_apart else None],
        steps=tuple(within(step, limit) for step in finding.todo),
        patches=tuple(_patch(patch, limit) for patch in finding.patches),
        places=tuple(_places(finding, limit)),
        nearest=_place(finding.nearest, limit) if finding.nearest else "",
        alike=_kind(finding, limit),
    )


def _name(finding: Finding, limit: int) -> tuple[Name, ...]:
    name = name_of(finding)
    return (Name(within(name, limit)),) if name else ()


def _kind(finding: Finding, limit: int) -> Kind:
    found = likeness(finding)
    return Kind(
        kin=found.kin,
        title=within(found.title, limit),
        sentence=within(found.sentence, limit),
        own=within(found.own, limit),
        about=within(found.about, limit),
        steps=tuple(within(blanked(step, finding), limit) for step in finding.todo),
    )


PHASES: Final[Mapping[Phase | None, str]] = {
    None: "To do",
    Phase.BEFORE: "Before the upgrade",
    Phase.DURING: "During the upgrade",
    Phase.AFTER: "After the upgrade",
}
"""When steps are to be taken; without an upgrade ahead at any time."""
_ANSWER_WORDS: Final[Mapping[Truth, str]] = {
    Truth.YES: "affects you",
    Truth.DEPENDS: "depends",
    Truth.NO: "does not affect you",
}


def _chips(finding: Finding, is_upgrade: bool) -> Iterator[Chip]:
    level, effect = finding.severity.word, finding.rule.effect
    yield Chip("level", level, level)
    if effect is not Effect.INFO:
        yield _effect(finding)
    affects, doubtful = finding.affects, finding.affects is not Truth.YES
    if control := finding.rule.control:
        yield Chip("control", slug(control), within(control, 60))
    yield Chip("affects", affects.value, _ANSWER_WORDS[affects], is_shown=doubtful)
    if finding.confidence is not Confidence.CERTAIN:
        yield Chip("confidence", finding.confidence.value, finding.confidence.value)
    if finding.origin and finding.is_counted:
        word = ORIGINS[finding.origin]
        is_odd = finding.origin is Origin.TODAY and not finding.is_apart
        yield Chip("origin", finding.origin.value, word, is_shown=is_odd)
    if is_upgrade and finding.is_counted and not finding.is_apart:
        yield Chip("phase", finding.phase.value, finding.phase.value, is_shown=False)
    if finding.introduced_in:
        yield _since(finding.introduced_in[-1])
    yield group_chip(option_group(finding.spec))


def _effect(finding: Finding) -> Chip:
    """What it comes to: of the start no more than the verdict says."""
    word = finding.rule.effect.value
    if finding.rule.effect is Effect.WILL_NOT_START:
        word = STARTS[0] if finding.affects is Truth.YES else STARTS[1]
        word = word if finding.severity > Level.INFO else STARTS[2]
    return Chip("effect", slug(word), word)


def _since(version: str) -> Chip:
    """The release line that brings it to the target; others got it by backports."""
    line = ".".join(version.split(".")[:2])
    return Chip("since", slug(line), within(f"Coder {line}", 60), is_shown=False)


def _values(finding: Finding, limit: int) -> tuple[Shown | None, Shown | None]:
    """The values that are known; where both are the same the one after is enough."""
    values = (finding.before, finding.after)
    option_type = finding.spec.type if finding.spec else ""
    before, after = (
        None if value is MISSING else shown(value, None, option_type) for value in values
    )
    if _is_same(finding):
        before = None
    if before and after:
        before, after = marked(before, after, values)
    return before and before.within(limit), after and after.within(limit)


def _is_same(finding: Finding) -> bool:
    return exact(finding.before) == exact(finding.after)


def _value_term(finding: Finding, is_upgrade: bool) -> str:
    is_known = (finding.before is not MISSING, finding.after is not MISSING)
    if not any(is_known):
        return ""
    if not is_upgrade:
        return "Value"
    if all(is_known):
        return "Value, as before" if _is_same(finding) else "Value"
    return "Value before" if is_known[0] else "Value after"


def _facts(finding: Finding, limit: int) -> Iterator[Fact]:
    if answer := _answer(finding):
        of_each = (within(blanked(answer, finding, "each"), limit),)
        yield Fact("Affects you", (within(answer, limit),), of_each=of_each)
    if finding.introduced_in:
        yield Fact("Since", (visible(f"Coder {first_releases(finding.introduced_in)}"),))
    if finding.positions:
        places = dict.fromkeys(_place(position, limit) for position in finding.positions)
        yield Fact("Where", tuple(places), is_code=True, is_place=True)
    if finding.remarks:
        said = tuple(within(remark, limit) for remark in finding.remarks)
        yield Fact("Remark", said, is_remark=True)
    if finding.rule.why:
        yield Fact("Why", (within(finding.rule.why, limit),), is_general=True)
    if finding.rule.reference:
        reference, page = finding.rule.reference, page_of(finding.rule.reference)
        told = (within(reference, limit),)
        yield Fact("Reference", told, is_code=True, is_general=True, page=page)


_ANSWERS: Final[Mapping[Truth, tuple[str, str]]] = {
    Truth.YES: ("", "Yes, because "),
    Truth.DEPENDS: ("It depends.", "It depends: "),
    Truth.NO: ("No.", "No, because "),
}


def _answer(finding: Finding) -> str:
    """Whether and why it affects this deployment; nothing where it plainly does."""
    plain, lead = _ANSWERS[finding.affects]
    reason = finding.because.removesuffix(".")
    return f"{lead}{reason}." if reason else plain


def _patch(patch: Patch, limit: int) -> PatchShown:
    return PatchShown(
        form=_FORM_WORDS[patch.form],
        place=_place(patch.position, limit),
        remove=tuple(_line(line, limit) for line in patch.remove),
        add=tuple(_line(line, limit) for line in patch.add),
    )


def _line(line: str, limit: int) -> str:
    """A line of a file to copy: tabs become blanks, line ends go."""
    return within(line.rstrip("\r\n").expandtabs(4), limit)


def _place(position: Position, limit: int) -> str:
    return f"{within(position.file, limit)}:{position.line}"


def _places(finding: Finding, limit: int) -> Iterator[PlaceShown]:
    for one in dict.fromkeys(finding.positions):
        column = f":{one.column}" if one.column else ""
        text = f"{_place(one, limit)}{column}"
        if shown := one.excerpt:
            parts = (_line(part, limit) for part in (shown.before, shown.name, shown.after))
            yield PlaceShown(text, one.line, *parts)
        else:
            yield PlaceShown(text, one.line)


def within(text: str, limit: int) -> str:
    """A text of one line, safe to look at; of a long one the middle is left out."""
    return middle_out(visible(text), limit)


_FORM_WORDS: Final[Mapping[Form, str]] = {
    Form.ENV_FILE: "environment file",
    Form.HELM_VALUES: "Helm values",
    Form.HELM_RELEASE: "HelmRelease",
    Form.ARGO_APPLICATION: "Argo CD Application",
    Form.HELM_CHART: "HelmChart",
    Form.HELM_OUTPUT: "helm get",
    Form.HELMFILE: "helmfile",
    Form.KUSTOMIZATION: "kustomization",
    Form.KUBERNETES: "Kubernetes manifest",
    Form.COMPOSE: "compose file",
    Form.SYSTEMD: "systemd unit",
    Form.SYSTEMCTL_SHOW: "output of systemctl show",
    Form.QUADLET: "quadlet",
    Form.SERVER_YAML: "server YAML",
    Form.TERRAFORM: "Terraform",
    Form.NIX: "Nix",
    Form.ANSIBLE: "Ansible playbook",
    Form.VARIABLES: "file of variables",
    Form.DOCKER_INSPECT: "docker inspect",
    Form.DOCKER_RUN: "docker run",
    Form.ECS: "ECS task definition",
    Form.RENDER: "Render blueprint",
    Form.CONTAINER_APP: "container app",
    Form.PROCESS: "environment of a process",
    Form.SCRIPT: "shell script",
    Form.PIPELINE: "CI pipeline",
    Form.DOCKERFILE: "Dockerfile",
    Form.TEXT: "text",
}
