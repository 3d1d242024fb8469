"""The schema of coder-advisories.yaml accepts what is read, and refuses what is refused."""

import json
import re

import jsonschema
import pytest
import yaml

from confaudit import topics
from confaudit.catalog import loader
from confaudit.core.upgrade.known import COMPARISONS
from confaudit.errors import CatalogError
from confaudit.rulebook import advisories
from confaudit.rulebook import written as written_form
from confaudit.rulebook.conditions import KINDS
from confaudit.rulebook.questions import QUESTIONS
from confaudit.rulebook.schema import schema
from tests.tables import every_row
from tests.unit.rulebook import FILES

SCHEMA = schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
TOPIC = topics.text("advisories")
EXAMPLE = re.search(r"```yaml\n(# [^\n]*coder-advisories\.schema.*?)```", TOPIC, re.DOTALL)


def is_valid(text):
    return VALIDATOR.is_valid(yaml.safe_load(text))


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA)


IMPLIED = {
    written_form.WrittenCheck: {"effect": "will-not-start"},
    written_form.WrittenAdvisory: {},
    written_form.WrittenControl: {"effect": "security", "always": True},
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path.name)
def test_packaged_files_are_valid(file):
    entries = yaml.safe_load(file.path.read_text(encoding="utf-8"))
    for entry in entries:
        entry.pop("control", None)  # which an operator's own advisories have not
    VALIDATOR.validate([IMPLIED[file.form] | entry for entry in entries])


@pytest.mark.parametrize("text", [EXAMPLE[1], "# nothing yet\n"])
def test_real_files_are_valid(text):
    VALIDATOR.validate(yaml.safe_load(text))


def test_the_example_of_the_topic_is_read(tmp_path):
    path = tmp_path / advisories.USER_FILE
    path.write_text(EXAMPLE[1], encoding="utf-8")
    assert len(advisories.load_tested([advisories.AdvisoryFile(path)], loader.packaged())) == 1


def written(when="{option: telemetry, is: set}", **changed):
    fields = {
        "id": "our-proxy",
        "title": "Our proxy",
        "effect": "advice",
        "level": "info",
        "always": "true",
        "message": "Our proxy is missing.",
        "why": "Every server is behind it.",
        "fix": "[Name it.]",
        "when": when,
        **changed,
    }
    lines = [f"  {key}: {value}" for key, value in fields.items() if value is not None]
    return "- \n" + "\n".join(lines) + "\n"


CONDITIONS = [
    "{all: [{option: telemetry, is: set}, {form: [compose]}]}",
    "{any: [{experiment: x, at: before}, {variable: CODER_TLS_*}]}",
    "{not: {chart: coder.service.type}}",
    "{chart: coder.service.type, truthy: true}",
    "{variable: CODER_TLS_*, shown: true}",
    "{option: telemetry, equals: true}",
    "{option: access-url, contains: example, at: before}",
    "{option: access-url, starts_with: http, hint: access-}",
    "{option: access-url, matches: '^http:'}",
    "{option: ssh-keygen-algorithm, in: [ed25519, ecdsa]}",
    "{option: session-duration, at_least: 1h, below: 7d}",
    "{option: api-rate-limit, above: 512}",
    "{option: api-rate-limit, at_most: 512}",
    "{option: proxy-trusted-origins, within: [10.0.0.0/8]}",
    "{option: access-url, source: env}",
    "{option: access-url, source: [flag, env]}",
    "{option: access-url, notation: url}",
    "{option: oidc-scopes, some: {equals: openid}}",
    "{option: oidc-scopes, every: {matches: '^[a-z]+$'}}",
    "{option: oidc-scopes, count: {at_most: 5}}",
    "{option: oidc-scopes, repeats: true}",
    "{option: session-duration, below: {option: max-token-lifetime}}",
    "{option: tls-cert-file, as_many_as: {option: tls-key-file}}",
    "{together: [tls-cert-file, tls-key-file]}",
    "{moved: oidc-issuer-url}",
    "{moved_before: oidc-issuer-url}",
    "{family: external-auth, has: skipped-number}",
    "{release: {at_least: 2.29.0, below: 2.35.0}, at: before}",
]
"""The language, as far as it can be asked where nothing is looked at one by one."""


@every_row("when", CONDITIONS)
def test_what_can_be_asked_is_valid_and_read(tmp_path, when):
    path = tmp_path / advisories.USER_FILE
    path.write_text(written(when), encoding="utf-8")
    assert advisories.load_tested([advisories.AdvisoryFile(path)], loader.packaged())
    assert is_valid(written(when))


def test_what_can_be_asked_of_the_option_that_is_looked_at(tmp_path):
    text = written('{option: "*", source: [flag, yaml]}', each="{options: [telemetry]}")
    path = tmp_path / advisories.USER_FILE
    path.write_text(text, encoding="utf-8")
    assert advisories.load_tested([advisories.AdvisoryFile(path)], loader.packaged())
    assert is_valid(text)


@pytest.mark.parametrize(
    "when",
    [
        "{cause: operator}",
        "{cause: [operator, unknown]}",
        "{kind: [added, removed]}",
        "{field: TYPE, equals: github}",
    ],
)
def test_what_can_be_asked_elsewhere_is_valid(when):
    assert is_valid(written(when))


BROKEN = [
    written("{option: telemetry}"),
    written("{option: telemetry, is: set, equals: 1}"),
    written("{option: telemetry, is: sett}"),
    written("{option: telemetry, iss: set}"),
    written("{option: telemetry, equals: [1]}"),
    written("{optoin: telemetry, is: set}"),
    written("{option: access-url, in: []}"),
    written("{option: access-url, notation: morse}"),
    written("{option: oidc-scopes, every: {}}"),
    written("{option: oidc-scopes, every: {is: set}}"),
    written("{option: oidc-scopes, every: {equals: a, matches: b}}"),
    written("{option: oidc-scopes, count: {}}"),
    written("{option: session-duration, below: {}}"),
    written("{option: session-duration, below: {option: access-url, field: TYPE}}"),
    written("{option: session-duration, below: {flag: x}}"),
    written("{option: tls-cert-file, as_many_as: tls-key-file}"),
    written("{together: [tls-cert-file]}"),
    written("{option: access-url, in: x}"),
    written("{option: access-url, source: file}"),
    written("{option: access-url, is: set, at: soon}"),
    written("{all: []}"),
    written("{all: [{option: telemetry, iss: set}]}"),
    written("{not: {experiment: x, form: [compose]}}"),
    written("{form: [composed]}"),
    written("{release: {}}"),
    written("{release: {since: 2.29.0}}"),
    written("{cause: somebody}"),
    written("{kind: moved}"),
    written("{}"),
    written("yes"),
    written(level="fatal"),
    written(effect="bad"),
    written(id="Our Proxy"),
    written(titel="x"),
    written(title=None),
    written(fix="[]"),
    written(each="{provider: github}"),
    written(tests="[{affects: perhaps}]"),
    written(tests="[{affects: yes, envs: {}}]"),
    "id: x\n",
    "- text\n",
]


@every_row("text", BROKEN)
def test_what_is_refused_is_not_valid(tmp_path, text):
    path = tmp_path / advisories.USER_FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError):
        advisories.load([path], loader.packaged())
    assert not is_valid(text)


def test_every_question_is_tried():
    asked = " ".join(CONDITIONS) + "{cause: kind: field: is:"
    assert [
        name for name in (*KINDS, *QUESTIONS.values(), *COMPARISONS) if f"{name}: " not in asked
    ] == []
