"""Advisories: the packaged ones do what their own cases say, and a file's slips are refused."""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from confaudit.catalog import loader
from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.given import OperatorSettings, Position
from confaudit.core.judge import advisories as judge_advisories
from confaudit.core.judge import conditions
from confaudit.core.judge.finding import Confidence
from confaudit.core.judge.rules import RULES
from confaudit.core.lifecycle.lookup import find
from confaudit.core.model import MISSING
from confaudit.core.text.typed import typed
from confaudit.core.upgrade.known import Conclusion, Truth
from confaudit.core.upgrade.situation import Situation
from confaudit.errors import CatalogError
from confaudit.operator_files import read_env_file
from confaudit.rulebook import advisories

CATALOG = loader.packaged()
PACKAGED = advisories.load_tested([advisories.PACKAGED], CATALOG)
WORDS = frozenset(re.findall(r"[\w-]+", advisories.PACKAGED.read_text(encoding="utf-8")))


def slim(release):
    """A real release, without the options that no advisory mentions: predictions take time."""
    kept = {key: spec for key, spec in release.options.items() if key in WORDS or spec.env in WORDS}
    return replace(release, options=kept)


SLIM = Catalog(slim(CATALOG.nearest(version)) for version in CATALOG.versions)
YES, NO, DEPENDS = Truth.YES, Truth.NO, Truth.DEPENDS


# --- those that come with confaudit -------------------------------------------------------------


@pytest.mark.parametrize("tested", PACKAGED, ids=lambda tested: tested.advisory.rule.id)
def test_it_does_what_its_cases_say(tested):
    assert list(advisories.failures(tested, SLIM)) == []


WITHOUT_CASES = {"oidc-issuer-changes"}
"""Needs a snapshot, which the small cases do not have: see tests/cases/upgrade/A26-…."""


@pytest.mark.parametrize("tested", PACKAGED, ids=lambda tested: tested.advisory.rule.id)
def test_it_has_a_case_that_speaks_and_one_that_is_silent(tested):
    answers = {case.affects for case in tested.cases}
    if tested.advisory.rule.id not in WITHOUT_CASES:
        assert answers & {True, "depends"}
        assert False in answers


@pytest.mark.parametrize("tested", PACKAGED, ids=lambda tested: tested.advisory.rule.id)
def test_its_words_are_whole_sentences(tested):
    advisory = tested.advisory
    for text in (advisory.message, advisory.rule.why, *advisory.steps):
        assert re.fullmatch(r"[A-Z0-9{c].*[^.!?]\.", text), text
    assert advisory.rule.title[-1] != "."
    assert ("{name}" in advisory.message) == (advisory.each is not None)
    assert re.fullmatch(r"(coder/coder#[0-9]+)?", advisory.rule.reference)


@pytest.mark.parametrize("tested", PACKAGED, ids=lambda tested: tested.advisory.rule.id)
def test_its_versions_are_releases(tested):
    for version in tested.advisory.versions:
        assert CATALOG.release(f"{version.major}.{version.minor}.{version.patch}")


def test_ids_are_no_rules():
    assert not {tested.advisory.rule.id for tested in PACKAGED} & RULES.keys()


def test_options_named_in_steps_exist():
    releases = [CATALOG.nearest(version) for version in CATALOG.versions]
    names = {
        name
        for tested in PACKAGED
        for step in tested.advisory.steps
        for name in re.findall(r"--[a-z0-9-]+|CODER_[A-Z0-9_]+", step)
        if name[-1] != "_"
    }
    assert len(names) > 10
    assert [name for name in sorted(names) if not find(name, releases).is_exact] == []


# --- releases -----------------------------------------------------------------------------------

BACKPORTED = tuple(map(Version.parse, ("2.29.17", "2.32.7", "2.35.0")))


def advisory(**more):
    [tested] = (one for one in PACKAGED if one.advisory.rule.id == "workspace-renames-off")
    fields = {
        name: getattr(tested.advisory, name)
        for name in judge_advisories.Advisory.__dataclass_fields__
    }
    fields |= {"condition": lambda situation, item: Conclusion(YES, "so it is"), "subject": ""}
    return judge_advisories.Advisory(**{**fields, **more})


def situation(source, target, text=""):
    operator = read_env_file(text, "coder.env") if text else OperatorSettings()
    return Situation.of(None, operator, SLIM.nearest(source), SLIM.nearest(target), SLIM)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.29.16", False),
        ("2.29.17", True),
        ("2.30.0", False),
        ("2.31.9", False),
        ("2.32.6", False),
        ("2.32.10", True),
        ("2.34.5", False),
        ("2.35.0", True),
        ("2.36.0", True),
    ],
)
def test_a_line_without_the_backport_does_not_have_it(version, expected):
    assert advisory(versions=BACKPORTED).is_in(Version.parse(version)) is expected


@pytest.mark.parametrize(
    ("source", "target", "standing", "expected"),
    [
        ("2.29.16", "2.29.17", False, True),
        ("2.29.17", "2.32.6", False, False),
        ("2.29.17", "2.32.7", False, False),
        ("2.30.0", "2.32.7", False, True),
        ("2.35.0", "2.34.5", False, False),
        ("2.35.0", "2.35.0", False, False),
        ("2.35.0", "2.35.0", True, True),
        ("2.34.5", "2.34.5", True, False),
        ("2.34.5", "2.35.0-devel+abc", False, True),
        ("2.35.0-rc.1", "2.35.0", False, False),
    ],
)
def test_when_it_applies(source, target, standing, expected):
    now = situation(source, target)
    now = replace(
        now,
        source=replace(now.source, version=source),
        target=replace(now.target, version=target),
    )
    assert advisory(versions=BACKPORTED, standing=standing).applies(now) is expected


def test_it_names_those_of_its_releases_that_lie_on_the_way():
    one = advisory(versions=BACKPORTED)
    assert one.introduced_in(situation("2.30.0", "2.35.1")) == ("2.32.7", "2.35.0")
    assert one.introduced_in(situation("2.29.16", "2.29.17")) == ("2.29.17",)
    assert one.introduced_in(situation("2.29.17", "2.35.1")) == ()
    assert one.introduced_in(situation("2.35.1", "2.35.1")) == ()


# --- conditions ---------------------------------------------------------------------------------


def constant(answer, presumed=False):
    return lambda situation, item: Conclusion(answer, f"{answer} {presumed}", presumed)


def ask(condition):
    return condition(situation("2.35.1", "2.35.1"), None)


ORDER = [NO, DEPENDS, YES]


@pytest.mark.parametrize(("one", "other"), list(product(ORDER, ORDER)))
def test_three_valued_logic(one, other):
    parts = [constant(one), constant(other)]
    assert ask(conditions.all_of(parts)).answer is min(one, other, key=ORDER.index)
    assert ask(conditions.any_of(parts)).answer is max(one, other, key=ORDER.index)
    assert ask(conditions.negation(conditions.negation(parts[0]))).answer is one


@pytest.mark.parametrize(
    ("parts", "answer", "presumed"),
    [
        ([(YES, True), (YES, False)], YES, True),
        ([(NO, True), (NO, False)], NO, False),
        ([(NO, True), (YES, True)], NO, True),
        ([(DEPENDS, False), (YES, True)], DEPENDS, True),
    ],
)
def test_what_is_presumed_stays_presumed(parts, answer, presumed):
    found = ask(conditions.all_of([constant(*part) for part in parts]))
    assert (found.answer, found.presumed) == (answer, presumed)


def test_reasons_are_those_that_leave_it_open():
    assert ask(conditions.all_of([constant(YES), constant(DEPENDS)])).because == "depends False"
    assert ask(conditions.all_of([constant(YES), constant(YES, True)])).because == "yes True"
    assert ask(conditions.all_of([constant(YES), constant(YES)])).because == "yes False"
    assert ask(conditions.all_of([])).because == ""


def test_a_finding_says_what_is_known():
    [tested] = (one for one in PACKAGED if one.advisory.rule.id == "forwarded-host-untrusted")
    asked = situation("2.34.1", "2.34.5", "A=b\nCODER_WILDCARD_ACCESS_URL=*.example.com\n")
    [finding] = judge_advisories.advise([tested.advisory], asked)
    assert finding.spec is asked.target.options["proxy-trusted-origins"]
    assert (finding.before, finding.after) == ([], [])
    assert finding.introduced_in == ("2.34.2",)
    assert finding.positions == (Position("coder.env", 2),)
    assert finding.confidence is Confidence.COMPUTED
    assert finding.because == (
        "CODER_WILDCARD_ACCESS_URL is set and CODER_PROXY_TRUSTED_ORIGINS is not set"
    )
    assert finding.steps == tested.advisory.steps


def test_names_of_items_are_shown_safely():
    item = conditions.Item("coder.\x1b[2Jx")
    one = advisory(each=lambda situation: [item], message="No {name}.", versions=(), standing=True)
    [finding] = judge_advisories.advise([one], situation("2.35.1", "2.35.1"))
    assert finding.message == r"No coder.\x1b[2Jx."


def test_keys_below_a_strange_one_are_not_told_again():
    each = conditions.each_chart_key_but(["coder", "coder.labels.*"])
    keys = ["coder", "coder.labels.a/b", "coder.probes", "coder.probes.live", "coder.probesX"]
    asked = replace(
        situation("2.35.1", "2.35.1"),
        operator=OperatorSettings(chart_values=dict.fromkeys(keys, 1)),
    )
    assert [item.name for item in each(asked)] == ["coder.probes", "coder.probesX"]


def test_what_is_in_no_configuration_leaves_it_open():
    one = advisory(versions=(), standing=True, depends_on="whether it rains")
    [finding] = judge_advisories.advise([one], situation("2.35.1", "2.35.1"))
    assert finding.affects is DEPENDS
    assert finding.because == "so it is; it depends on whether it rains"


def test_some_advice_is_silent_unless_certain():
    maybe = {"versions": (), "standing": True, "condition": constant(DEPENDS)}
    now = situation("2.35.1", "2.35.1")
    assert len(list(judge_advisories.advise([advisory(**maybe)], now))) == 1
    assert list(judge_advisories.advise([advisory(**maybe, only_if_certain=True)], now)) == []


# --- the operator's own file --------------------------------------------------------------------

OWN = """
- id: our-proxy
  title: Our proxy
  effect: advice
  level: info
  always: true
  message: Our proxy is missing.
  why: Every server is behind it.
  fix: [Name it.]
  when: {when}
"""


def own(tmp_path, text):
    path = tmp_path / advisories.USER_FILE
    path.write_text(text, encoding="utf-8")
    return path


def test_own_advisories_come_after_the_packaged_ones(tmp_path):
    path = own(tmp_path, OWN.replace("{when}", "{form: [env-file]}"))
    found = advisories.load([path], CATALOG)
    assert len(found) == len(PACKAGED) + 1
    [finding] = judge_advisories.advise(
        found[-1:], situation("2.35.1", "2.35.1", "CODER_ACCESS_URL=x\n")
    )
    assert (finding.rule.id, finding.subject) == ("our-proxy", "our-proxy")
    assert list(judge_advisories.advise(found[-1:], situation("2.35.1", "2.35.1"))) == []


def test_an_empty_file_has_none(tmp_path):
    assert len(advisories.load([own(tmp_path, "# nothing yet\n")], CATALOG)) == len(PACKAGED)


def test_wrong_cases_of_an_own_advisory_are_told(tmp_path):
    text = OWN.replace("{when}", "{option: telemetry, equals: true}")
    text += "  tests:\n    - {affects: yes}\n    - {affects: no}\n"
    [tested] = advisories.load_tested([own(tmp_path, text)], CATALOG)
    assert list(advisories.failures(tested, CATALOG)) == ["our-proxy, test 2: yes instead of no."]


@pytest.mark.parametrize(
    ("when", "message", "hint"),
    [
        ("{option: telemetri, is: set}", "the key telemetri", "did you mean telemetry?"),
        ("{option: telemetry, iss: set}", "unknown key iss", "did you mean is?"),
        ("{option: telemetry}", "needs one question", "ask one of"),
        ("{option: telemetry, is: set, equals: 1}", "needs one question", "ask one of"),
        ("{option: telemetry, is: on}", "Expected", "keys:"),
        ("{option: telemetry, matches: '('}", "no regular expression", "brackets"),
        ("{optoin: telemetry}", "asks none", "did you mean option?"),
        ("{all: {option: telemetry, is: set}}", "no list of conditions", "give a list"),
        ("{all: []}", "no list of conditions", "give a list"),
        ("{all: [yes]}", "asks none", "known:"),
        (
            "{not: {option: telemetry, is: set}, form: [compose]}",
            "stands beside",
            "joined by all or any",
        ),
        ("{moved: oidc-issuer}", "the key oidc-issuer", "did you mean oidc-issuer-url?"),
        ("{moved: oidc-issuer-url, at: before}", "stands beside", "one thing at a time"),
        ("{form: [composed]}", "form:", "forms:"),
        ("{variable: 3}", "no text", "quotes"),
        ("{experiment: x, at: soon}", "Invalid enum value", "keys:"),
        ("{field: TYPE, is: sett}", "Invalid enum value", "keys:"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(tmp_path, when, message, hint):
    path = own(tmp_path, OWN.replace("{when}", when))
    with pytest.raises(CatalogError) as refusal:
        advisories.load([path], CATALOG)
    assert f"{path}, entry our-proxy: " in refusal.value.message
    assert message in refusal.value.message
    assert hint in refusal.value.hint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  always: true\n", "", "it would never apply"),
        ("  always: true\n", "  versions: [2.x]\n", "one of its versions is none"),
        ("  always: true\n", "  versions: [2.34.0, 2.33.0]\n", "not the first of each line"),
        ("  always: true\n", "  versions: [2.34.0, 2.34.1]\n", "not the first of each line"),
        ("level: info", "level: fatal", "Invalid enum value"),
        ("effect: advice", "effekt: advice", "unknown key effekt"),
        ("id: our-proxy", "id: Our Proxy", "Expected `str` matching regex"),
        ("id: our-proxy", "id: email-verified-required", "2 advisories have the id"),
        ("title: Our proxy", "title: x\n  subject: telemetri", "the key telemetri"),
        ("  title: Our proxy\n", "", "missing required field `title`"),
        ("  when: {when}\n", "", "it has no condition"),
        ("  when: {when}\n", "  each: {provider: github}\n", "Invalid enum value"),
        ("  when: {when}\n", "  each: {provider: external-auth, variables: []}\n", "beside"),
        ("[Name it.]", "[]", "Expected `array` of length >= 1"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(tmp_path, old, new, message):
    assert old in OWN
    text = OWN.replace(old, new).replace("{when}", "{option: telemetry, is: set}")
    with pytest.raises(CatalogError, match=re.escape(message)) as refusal:
        advisories.load([own(tmp_path, text)], CATALOG)
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: x\n", "is no list of advisories"),
        ("- {\n", "is not valid YAML at line 2"),
        ("- just text\n", "entry 1: Expected"),
        ("- id: x\n  \x1b: y\n", "is not valid YAML"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, text, message):
    with pytest.raises(CatalogError, match=re.escape(message)):
        advisories.load([own(tmp_path, text)], CATALOG)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(CatalogError, match="cannot be read"):
        advisories.load([Path(tmp_path)], CATALOG)


@pytest.mark.parametrize("tested", PACKAGED, ids=lambda tested: tested.advisory.rule.id)
def test_what_is_proposed_is_what_the_steps_set(tested):
    """A report offers it to be copied: the two must not part."""
    advisory = tested.advisory
    spec = CATALOG.nearest("2.35.1").options.get(advisory.subject)
    steps = " ".join(advisory.steps)
    told = re.findall(rf"\b{spec.env}=(\w+)", steps) if spec else []
    proposed = [] if advisory.proposed is MISSING else [typed(advisory.proposed, spec.type)]
    assert proposed == told
