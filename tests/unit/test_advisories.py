"""Advisories: the packaged ones do what their own cases say, and a file's slips are refused."""

import re
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.core.coder.releases import Version
from confaudit.core.given import ChartValue, ChartValues, OperatorSettings, Position
from confaudit.core.judge import advisories as judge_advisories
from confaudit.core.judge import conditions, items
from confaudit.core.judge.finding import Confidence, Effect
from confaudit.core.judge.rules import RULES
from confaudit.core.model import MISSING
from confaudit.core.text.typed import typed
from confaudit.core.upgrade.known import Conclusion, Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.errors import CatalogError
from confaudit.operator_files import read_env_file
from confaudit.rulebook import advisories, examples
from confaudit.rulebook.written import WrittenCheck
from tests.tables import every_row
from tests.unit.rulebook import CATALOG, EVERY, FILES, PACKAGED, WORDS, slim

SLIM = slim(frozenset().union(*WORDS.values()))
YES, NO, DEPENDS = Truth.YES, Truth.NO, Truth.DEPENDS


# --- those that come with confaudit -------------------------------------------------------------


def test_each_does_what_its_cases_say():
    failures = [
        failure
        for tested in EVERY
        for failure in examples.failures(
            tested.advisory, tested.examples, slim(WORDS[tested.advisory.rule.id])
        )
    ]
    assert failures == []


WITHOUT_CASES = {"oidc-issuer-changes"}
"""Needs a snapshot, which the small cases do not have: see tests/cases/upgrade/A26-…."""


def test_each_has_a_case_that_speaks_and_one_that_is_silent():
    lacking = {
        tested.advisory.rule.id
        for tested in EVERY
        for answers in ({example.affects for example in tested.examples},)
        if False not in answers or not answers & {True, "depends"}
    }
    assert lacking == WITHOUT_CASES


def test_their_words_are_whole_sentences():
    for advisory in (tested.advisory for tested in EVERY):
        for text in (advisory.message, advisory.rule.why, *advisory.steps):
            assert re.fullmatch(r"[A-Z0-9{c].*[^.!?]\.", text), text
        assert advisory.rule.title[-1] != ".", advisory.rule.id
        assert ("{name}" in advisory.message) == (advisory.each is not None), advisory.rule.id
        assert re.fullmatch(r"(coder/coder#[0-9]+)?", advisory.rule.reference), advisory.rule.id


def test_their_versions_are_releases():
    newest = Version.parse(CATALOG.versions[-1])
    named = {v for one in EVERY for v in (*one.advisory.versions, *one.advisory.ends)}
    assert named
    assert [v for v in named if not CATALOG.release(str(v)) and v <= newest] == []


def test_ids_are_no_rules():
    assert not {tested.advisory.rule.id for tested in EVERY} & RULES.keys()


def test_options_named_in_steps_exist():
    specs = [spec for release in CATALOG.releases for spec in release.options.values()]
    known = {name for spec in specs for name in (spec.env, f"--{spec.flag}")}
    coming = {one.name for one in CATALOG.nearest("").facts.coming_variables}
    names = {
        name
        for tested in EVERY
        for step in tested.advisory.steps
        for name in re.findall(r"--[a-z0-9-]+|CODER_[A-Z0-9_]+", step)
        if name[-1] != "_"
    }
    assert len(names) > 10
    assert names - known <= coming


# --- releases -----------------------------------------------------------------------------------

BACKPORTED = tuple(map(Version.parse, ("2.29.17", "2.32.7", "2.35.0")))


def advisory(**more):
    [tested] = (one for one in PACKAGED if one.advisory.rule.id == "workspace-renames-off")
    fields = {"condition": lambda situation, item: Conclusion(YES, "so it is"), "subject": ""}
    return replace(tested.advisory, **{**fields, **more})


def situation(source, target, text=""):
    operator = read_env_file(text, "coder.env") if text else OperatorSettings()
    return situation_of(None, SLIM.nearest(source), SLIM.nearest(target), operator, SLIM)


@every_row(
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


@every_row(
    ("version", "expected"),
    [
        ("2.29.16", False),
        ("2.29.17", True),
        ("2.32.7", True),
        ("2.32.8", False),
        ("2.34.5", False),
        ("2.35.1", True),
        ("2.36.0", False),
        ("2.40.0", False),
    ],
)
def test_a_line_has_it_until_it_ends_there(version, expected):
    ends = (Version.parse("2.32.8"), Version.parse("2.36.0"))
    assert advisory(versions=BACKPORTED, ends=ends).is_in(Version.parse(version)) is expected


def test_what_has_only_an_end_holds_for_all_releases_before():
    one = advisory(versions=(), ends=(Version.parse("2.35.0"),))
    assert [one.is_in(Version.parse(v)) for v in ("2.0.0", "2.34.5", "2.35.0")] == [
        True,
        True,
        False,
    ]


def test_an_upgrade_past_its_end_does_not_bring_it():
    one = advisory(versions=BACKPORTED, ends=(Version.parse("2.35.1"),))
    assert one.applies(situation("2.34.5", "2.35.0"))
    assert not one.applies(situation("2.34.5", "2.35.1"))


@every_row(
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


@every_row(("one", "other"), list(product(ORDER, ORDER)))
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
    each = items.each_chart_key_but(["coder", "coder.labels.*"])
    keys = ["coder", "coder.labels.a/b", "coder.probes", "coder.probes.live", "coder.probesX"]
    asked = replace(
        situation("2.35.1", "2.35.1"),
        operator=OperatorSettings(
            chart=ChartValues(dict.fromkeys(keys, ChartValue(Position("values.yaml", 1))))
        ),
    )
    assert [item.name for item in each(asked)] == ["coder.probes", "coder.probesX"]


@pytest.mark.parametrize(("is_whole", "expected"), [(True, Truth.YES), (False, DEPENDS)])
def test_a_key_may_stand_in_values_that_were_not_given(is_whole, expected):
    every = (one.advisory for one in PACKAGED)
    probe = next(one for one in every if one.rule.id == "chart-liveness-probe-off")
    keys = {"coder": ChartValue(Position("values.yaml", 1))}
    files = OperatorSettings(chart=ChartValues(keys, is_whole=is_whole))
    asked = replace(situation("2.29.1", "2.30.0"), operator=files)
    assert [one.affects for one in judge_advisories.advise([probe], asked)] == [expected]


def test_keys_that_are_none_of_the_charts_business():
    """A place for anchors, and what the chart around it may read."""
    each = items.each_chart_key_but(["coder", "coder.env"])
    keys = ["coder", "coder.probes", "enabled", "ingress.host", "x-env", "x-env.a"]
    values = dict.fromkeys(keys, ChartValue(Position("values.yaml", 1)))
    found = [
        [item.name for item in each(replace(situation("2.35.1", "2.35.1"), operator=operator))]
        for is_part in (False, True)
        if (operator := OperatorSettings(chart=ChartValues(values, is_part=is_part)))
    ]
    assert found == [["coder.probes", "enabled", "ingress.host"], ["coder.probes"]]


def test_what_is_in_no_configuration_leaves_it_open():
    one = advisory(versions=(), standing=True, depends_on="whether it rains")
    [finding] = judge_advisories.advise([one], situation("2.35.1", "2.35.1"))
    assert finding.affects is DEPENDS
    assert finding.because == "so it is; what decides is whether it rains"


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


def read(path):
    """What `load` reads of an operator's own file, without those that come with confaudit."""
    return [
        tested.examples
        for tested in advisories.load_tested([advisories.AdvisoryFile(path)], CATALOG)
    ]


def test_own_advisories_come_after_the_packaged_ones(tmp_path):
    path = own(tmp_path, OWN.replace("{when}", "{form: [env-file]}"))
    found = advisories.load([path], CATALOG)
    assert len(found) == len(PACKAGED) + 1
    [finding] = judge_advisories.advise(
        found[-1:], situation("2.35.1", "2.35.1", "CODER_ACCESS_URL=x\n")
    )
    assert (finding.rule.id, finding.subject) == ("our-proxy", "our-proxy")
    assert list(judge_advisories.advise(found[-1:], situation("2.35.1", "2.35.1"))) == []


def test_an_own_advisory_takes_no_id_of_another(tmp_path):
    text = OWN.replace("{when}", "{option: telemetry, is: set}")
    path = own(tmp_path, text.replace("id: our-proxy", "id: start-no-log"))
    with pytest.raises(
        CatalogError, match="line 2, id: start-no-log is the id of another advisory"
    ):
        advisories.load([path], CATALOG)


CHECK = """
- id: start-ours
  title: Ours
  level: error
  message: It has to be this.
  why: Else it ends.
  fix: [Set it.]
  when: {option: telemetry, equals: true}
"""


def test_a_check_of_a_start_keeps_a_server_from_starting_at_any_time(tmp_path):
    file = advisories.AdvisoryFile(own(tmp_path, CHECK), WrittenCheck)
    [tested] = advisories.load_tested([file], CATALOG)
    check = tested.advisory
    assert (check.at_start, check.standing) == (True, True)
    assert check.rule.effect is Effect.WILL_NOT_START


@pytest.mark.parametrize("line", ["effect: ignored", "always: false"])
def test_a_check_of_a_start_cannot_say_otherwise(tmp_path, line):
    file = advisories.AdvisoryFile(own(tmp_path, f"{CHECK}  {line}\n"), WrittenCheck)
    with pytest.raises(CatalogError, match=line.split(":")[0]):
        advisories.load_tested([file], CATALOG)


def test_an_empty_file_has_none(tmp_path):
    assert len(advisories.load([own(tmp_path, "# nothing yet\n")], CATALOG)) == len(PACKAGED)


def test_wrong_cases_of_an_own_advisory_are_told(tmp_path):
    text = OWN.replace("{when}", "{option: telemetry, equals: true}")
    text += "  tests:\n    - {affects: yes}\n    - {affects: no}\n"
    [tested] = advisories.load_tested([advisories.AdvisoryFile(own(tmp_path, text))], CATALOG)
    assert list(examples.failures(tested.advisory, tested.examples, CATALOG)) == [
        "our-proxy, test 2: yes instead of no."
    ]


@every_row(
    ("when", "told", "hint"),
    [
        ("{option: telemetri, is: set}", "when.option: no release has", "did you mean telemetry?"),
        ("{option: telemetry, iss: set}", "when: unknown key iss", "did you mean is?"),
        (
            "{option: telemetry}",
            "when: an option or field needs one question",
            "ask one of equals, ",
        ),
        ("{option: telemetry, is: set, equals: 1}", "when: an option or field needs", "ask one"),
        ("{option: telemetry, is: set, below: 1}", "when: an option or field needs", "ask one"),
        ("{option: telemetry, is: sett}", "when.is: it is none of the choices", "mean set?"),
        ("{option: telemetry, equals: maybe}", "when.equals: it is no bool", "true or false"),
        ("{option: session-duration, in: [1h, x]}", "when.in: it is no duration", "numbers with"),
        ("{option: session-duration, in: []}", "when.in: expected a list of length >= 1", "mend"),
        ("{option: telemetry, matches: '('}", "when.matches: it is no regular", "brackets"),
        ("{option: telemetry, matches: {a: b}}", "when.matches: expected text, got a map", "mend"),
        ("{option: session-duration, below: soon}", "when.below: a duration is", "such as 720h"),
        ("{option: api-rate-limit, above: 10s}", "when.above: a whole number", "write a number"),
        ("{option: telemetry, above: 1}", "when.above: the option is of type bool", "ask is or"),
        (
            "{option: proxy-trusted-origins, within: [10/8/1]}",
            "when.within: it is no",
            "10.0.0.0/8",
        ),
        ("{option: telemetry, within: [10.0.0.0/8]}", "when.within: the option is of", "ask is or"),
        (
            "{option: telemetry, source: file}",
            "when.source: it is none of the choices",
            "flag, env",
        ),
        ("{option: telemetry, source: [envv]}", "when.source: it is none of", "did you mean env?"),
        ("{optoin: telemetry}", "when: it asks none", "did you mean option?"),
        ("{}", "when: it asks none", "known: all, any, not"),
        ("{all: {option: telemetry, is: set}}", "when.all: expected a list, got a map", "mend"),
        ("{all: []}", "when.all: expected a list of length >= 1", "mend"),
        ("{all: [yes]}", "when.all: it asks none", "known:"),
        (
            "{not: {option: telemetry, is: set}, form: [compose]}",
            "form stands beside not",
            "joined",
        ),
        ("{not: {any: [{option: telemetri, is: set}]}}", "when.not.any.option: no release", "mean"),
        ("{moved: oidc-issuer}", "when.moved: no release", "did you mean oidc-issuer-url?"),
        ("{moved_before: oidc-issuer}", "when.moved_before: no release", "did you mean oidc-"),
        ('{option: "*", is: set}', "when.option: there is no option to look", "each: {options:"),
        ("{moved: oidc-issuer-url, at: before}", "when: unknown key at", "known: moved"),
        ("{form: [composed]}", "when.form: it is none of the choices", "did you mean compose?"),
        ("{variable: 3}", "when.variable: it is not of the form", "name of an environment"),
        ("{experiment: x, at: soon}", "when.at: it is none of the choices", "known: before"),
        ("{field: TYPE, is: set}", "when.field: there is no provider", "each: {provider: …}"),
        ("{release: {at_least: new}}", "when.release.at_least: it is no version", "2.34.5"),
        ("{release: {at_leas: 2.34.5}}", "when.release: unknown key at_leas", "mean at_least?"),
        ("{release: {}}", "when.release: the range has no bound", "at_least or below"),
        ("{cause: operator}", "when.cause: there is no change to look at", "rule on changes"),
        ("{kind: added}", "when.kind: there is no change to look at", "rule on changes"),
        ("{cause: operater}", "when.cause: it is none of the choices", "mean operator?"),
        ("{kind: [aded]}", "when.kind: it is none of the choices", "mean added?"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(tmp_path, when, told, hint):
    path = own(tmp_path, OWN.replace("{when}", when))
    with pytest.raises(CatalogError) as refusal:
        read(path)
    assert refusal.value.message.startswith(f"{path}, line 10, when")
    assert told in refusal.value.message
    assert hint in refusal.value.hint


@every_row(
    ("old", "new", "told"),
    [
        ("  always: true\n", "", "line 2: it would never apply"),
        ("  always: true\n", "  versions: [2.x]\n", "line 6, versions: it is no version"),
        ("  always: true\n", "  versions: [2.34.0, 2.33.0]\n", "line 6, versions: they are not"),
        ("  always: true\n", "  versions: [2.34.0, 2.34.1]\n", "line 6, versions: they are not"),
        ("  always: true\n", "  always: true\n  ends: [x]\n", "line 7, ends: it is no version"),
        (
            "  always: true\n",
            "  always: true\n  ends: [2.34.0, 2.33.0]\n",
            "line 7, ends: they are not",
        ),
        (
            "  always: true\n",
            "  versions: [2.34.0]\n  ends: [2.34.0]\n",
            "line 7, ends: it ends before it begins",
        ),
        ("level: info", "level: fatal", "line 5, level: it is none of the choices"),
        ("effect: advice", "effekt: advice", "line 4: unknown key effekt"),
        ("title: Our proxy", "title: Our proxy\n  title: x", "line 4, title: it stands at line 3"),
        ("title: Our proxy", "title: [Our proxy]", "line 3, title: expected text, got a list"),
        ("title: Our proxy", "title: ''", "line 3, title: expected text of length >= 1"),
        ("id: our-proxy", "id: Our Proxy", "line 2, id: it is not of the form"),
        ("id: our-proxy", "id: value-invalid", "line 2, id: value-invalid is the id of a rule"),
        ("title: Our proxy", "title: x\n  subject: telemetri", "line 4, subject: no release has"),
        ("  title: Our proxy\n", "", "line 2: title is missing"),
        ("  when: {when}\n", "", "line 2: it has no condition"),
        ("  when: {when}\n", "  each: {provider: github}\n", "line 10, each.provider: it is none"),
        (
            "  when: {when}\n",
            "  each: {provider: external-auth, variables: []}\n",
            "line 10, each:",
        ),
        ("[Name it.]", "[]", "line 9, fix: expected a list of length >= 1"),
        (
            "  fix: [Name it.]\n",
            "  fix: [Name it.]\n  tests:\n  - {affects: perhaps}\n",
            "line 11, tests.affects: it is none",
        ),
        (
            "  fix: [Name it.]\n",
            "  fix: [Name it.]\n  tests:\n  - {affects: 1, envv: {}}\n",
            "line 11, tests: unknown key envv",
        ),
    ],
)
def test_an_advisory_that_cannot_be_meant_is_refused(tmp_path, old, new, told):
    assert old in OWN
    text = OWN.replace(old, new).replace("{when}", "{option: telemetry, is: set}")
    path = own(tmp_path, text)
    with pytest.raises(CatalogError) as refusal:
        read(path)
    assert refusal.value.message.startswith(f"{path}, {told}")
    assert refusal.value.hint


def test_of_two_with_one_id_both_places_are_told(tmp_path):
    text = OWN.replace("{when}", "{option: telemetry, is: set}")
    path = own(tmp_path, text + text)
    with pytest.raises(CatalogError) as refusal:
        read(path)
    assert refusal.value.message.startswith(f"{path}, line 12, id: our-proxy is the id")
    assert refusal.value.hint.startswith(f"{path}, line 2, id has it already")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id: x\n", ", line 1: expected a list, got a mapping of keys"),
        ("- {\n", " is not valid YAML at line 2"),
        ("- just text\n", ", line 1: expected a mapping of keys, got text"),
        ("- id: x\n  \x1b: y\n", " is not valid YAML at line 2"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, text, told):
    path = own(tmp_path, text)
    with pytest.raises(CatalogError) as refusal:
        read(path)
    assert refusal.value.message == f"{path}{told}"


def test_text_is_what_stands_in_the_file(tmp_path):
    text = OWN.replace("title: Our proxy", "title: 2.30").replace(
        "{when}", "{variable: CODER_A}\n  tests:\n    - {env: {CODER_A: yes}, affects: true}"
    )
    [tested] = advisories.load_tested([advisories.AdvisoryFile(own(tmp_path, text))], CATALOG)
    assert tested.advisory.rule.title == "2.30"
    assert tested.examples[0].env == {"CODER_A": "yes"}


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(CatalogError, match="cannot be read"):
        advisories.load([Path(tmp_path)], CATALOG)


@every_row("tested", EVERY, ids=lambda tested: tested.advisory.rule.id)
def test_what_is_proposed_is_what_the_steps_set(tested):
    """A report offers it to be copied: the two must not part."""
    advisory = tested.advisory
    spec = CATALOG.nearest("2.35.1").options.get(advisory.subject)
    steps = " ".join(advisory.steps)
    told = re.findall(rf"\b{spec.env}=(\w+)", steps) if spec else []
    proposed = [] if advisory.proposed is MISSING else [typed(advisory.proposed, spec.type)]
    assert proposed == told


@pytest.mark.parametrize("taken", ["value-invalid", "operator-change"])
def test_an_advisory_cannot_take_the_id_of_a_rule(tmp_path, taken):
    path = tmp_path / "coder-advisories.yaml"
    text = advisories.PACKAGED.path.read_text(encoding="utf-8")
    path.write_text(text.replace("id: workspace-renames-off", f"id: {taken}"), encoding="utf-8")
    with pytest.raises(CatalogError, match=f"{taken} is the id of a rule"):
        advisories.load_tested([advisories.AdvisoryFile(path)], CATALOG)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path.name)
def test_the_compiled_file_leaves_nothing_out_but_examples(file):
    whole = advisories.load_tested([file], CATALOG)
    without = advisories.load_tested([file], CATALOG, later=[file])
    assert [one.advisory.rule.id for one in whole if one.written is None] in ([], [*WITHOUT_CASES])
    assert {one.written for one in without} == {None}
    assert list(map(all_but_conditions, without)) == list(map(all_but_conditions, whole))


ALWAYS = conditions.all_of([])


def all_but_conditions(tested):
    return replace(tested.advisory, condition=ALWAYS, each=None)
