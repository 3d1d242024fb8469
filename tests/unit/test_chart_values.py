"""Values of the chart by what they hold, as its templates and Kubernetes see it."""

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.judge.audit import audit
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import decode
from tests.tables import every_row
from tests.unit.deployments import known
from tests.unit.file_texts import read_all
from tests.unit.file_texts import told as set_by

ENV = "env: [{name: CODER_ACCESS_URL, value: 'https://a.example.com'}]"


def read(values):
    return read_all([decode(values.encode(), "values.yaml")])


def told(values):
    release = packaged().nearest("2.35.1")
    advice = [one for one in known() if not one.at_start]
    found = audit(situation_of(None, release, release, read(values), packaged()), advice)
    return {one.rule.id for one in found if one.rule.id.startswith("chart-")}


KEYS = [
    ("coder: {%s, tls: {secretName: ''}}", set()),
    ("coder: {%s, tls: {secretName: x}}", {"chart-tls-secret-name"}),
    ("{nameOverride: x, coder: {%s}}", set()),
    ("{fullnameOverride: x, coder: {%s}}", {"chart-key-unknown"}),
    ("coder: {replicaCount: 1, env: {CODER_ACCESS_URL: x}}", {"chart-env-map"}),
    ("coder: {replicaCount: 1, env: [CODER_ACCESS_URL=x]}", {"chart-env-map"}),
    ("coder: {replicaCount: 1, env: [{CODER_ACCESS_URL: x}]}", {"chart-env-nameless"}),
    ("coder: {replicaCount: 1, env: [{Name: CODER_ACCESS_URL, value: x}]}", {"chart-env-nameless"}),
    ("coder: {replicaCount: 1, env: [{name: CODER_ACCESS_URL}]}", set()),
    ("coder: {replicaCount: 1, env: []}", set()),
    ("coder: {replicaCount: 1, env: '{{ x }}'}", set()),
]


@every_row(("values", "expected"), KEYS)
def test_a_key_counts_by_what_it_holds(values, expected):
    assert told(values.replace("%s", ENV)) == expected


@every_row("nothing", ["[]", "{}", "''", "null", "false", ""])
def test_an_env_from_that_holds_nothing_hides_nothing(nothing):
    assert not read(f"coder:\n  envFrom: {nothing}\n  {ENV}").elsewhere
    assert read(f"coder:\n  envFrom: [{{secretRef: {{name: x}}}}]\n  {ENV}").elsewhere


@pytest.mark.parametrize("tag", ["null", "''", ""])
def test_a_tag_of_nothing_tells_no_version(tag):
    operator = read(f"coder:\n  image:\n    tag: {tag}\n  {ENV}")
    assert (operator.version, operator.version_hint) == ("", "")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("value: '', valueFrom: {secretKeyRef: {name: a, key: b}}", "A:reference"),
        ("value: null, valueFrom: {secretKeyRef: {name: a, key: b}}", "A:reference"),
        ("value: x", "A=x"),
        ("value: ''", "A="),
    ],
)
def test_an_empty_value_leaves_the_word_to_what_it_is_taken_from(entry, expected):
    assert list(set_by(read(f"coder: {{env: [{{name: CODER_A, {entry}}}]}}"))) == [expected]
