"""confaudit-exceptions.yaml: what it says, what it cannot say, and its published schema."""

import json
import re
from datetime import date
from typing import Final

import jsonschema
import pytest
import yaml

from confaudit import topics
from confaudit.core.judge.exceptions import Decision, ExceptionEntry
from confaudit.errors import ConfigError
from confaudit.rulebook.exceptions import MAX_ENTRIES, read
from confaudit.rulebook.exceptions_schema import schema

FILE: Final = "confaudit-exceptions.yaml"
VALIDATOR: Final = jsonschema.Draft202012Validator(schema())

TEXT: Final = """\
# what we live with
accept:
  # Ann asked for it
  - fingerprint: 000000000012
    reason: >
      a certificate of our own,
      until June
    owner: Ann
    expires: 2026-06-30
ignore:
  - rule: start-*
    option: --oidc-scopes
    deployment: staging
    reason: a playground
    until_version: v2.36.0
  - {option: CODER_VERBOSE, reason: x, expires: "2026-06-30"}
annotate:
"""


def test_entries_come_in_the_order_of_the_file_with_their_places() -> None:
    june = date(2026, 6, 30)
    assert read(TEXT.encode(), FILE) == (
        ExceptionEntry(
            Decision.ACCEPT,
            "a certificate of our own, until June",
            fingerprint="000000000012",
            owner="Ann",
            expires=june,
            where=f"{FILE}:4",
        ),
        ExceptionEntry(
            Decision.IGNORE,
            "a playground",
            "start-*",
            "--oidc-scopes",
            "staging",
            until_version="v2.36.0",
            where=f"{FILE}:11",
        ),
        ExceptionEntry(
            Decision.IGNORE, "x", option="CODER_VERBOSE", expires=june, where=f"{FILE}:16"
        ),
    )


ENTRY: Final = "rule: dead, reason: x"
REFUSED: Final = (
    ("- rule: dead", "line 1: expected a mapping of keys, got a list"),
    ("ignored: []", "line 1: unknown key ignored"),
    ("ignore: {rule: dead}", "line 1, ignore: expected a list"),
    ("ignore:\n- {reason: x}", "line 2, ignore: it is about every finding there is"),
    ("ignore: [{rule: '**', option: '?*', reason: x}]", "line 1, ignore: it is about every"),
    ("annotate: [{note: x}]", "line 1, annotate: it is about every"),
    ("ignore: [{rule: dead}]", "line 1, ignore: reason is missing"),
    ("ignore: [{rule: dead, reason: ' '}]", "line 1, ignore.reason: it is not of the form"),
    ("ignore: [{rule: dead, note: x}]", "line 1, ignore: unknown key note"),
    (f"ignore: [{{{ENTRY}, expires: 2026-02-30}}]", "ignore.expires: it is no date such as"),
    (f"ignore: [{{{ENTRY}, expires: soon}}]", "ignore.expires: it is no date such as"),
    (f"ignore: [{{{ENTRY}, until_version: 2.36}}]", "ignore.until_version: it is no version"),
    ("accept: [{rule: dead, reason: x}]", "accept: fingerprint is missing"),
    ("accept: [{fingerprint: ABC, reason: x}]", "accept.fingerprint: it is not of the form"),
    ("ignore:\n" + "- {rule: a, reason: x}\n" * (MAX_ENTRIES + 1), "more than 2000 entries"),
    (f"ignore: [{{rule: {'a' * 201}, reason: x}}]", "ignore.rule: expected text of length"),
    ("ignore: [\x1b]", "is not valid YAML at line 1"),
)


def test_what_it_cannot_say_is_told_with_file_line_and_key() -> None:
    for text, said in REFUSED:
        with pytest.raises(ConfigError) as caught:
            read(text.encode(), FILE)
        assert said in caught.value.message, text[:60]
        assert caught.value.message.startswith(FILE)
        assert "\x1b" not in caught.value.message


def _as_json(text: str) -> object:
    """As an editor has it: dates are texts there."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_schema_accepts_what_is_read_and_refuses_what_has_another_form() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    for text in (TEXT.replace("000000000012", "'000000000012'"), "ignore:\n", "{}"):
        read(text.encode(), FILE)
        assert VALIDATOR.is_valid(_as_json(text)), text
    for text in ("- a", "ignored: []", "ignore: [{rule: a}]", "accept: [{rule: a, reason: x}]"):
        assert not VALIDATOR.is_valid(yaml.safe_load(text)), text


def test_the_example_of_the_topic_is_read() -> None:
    example = next(
        one
        for one in re.findall(r"```yaml\n(.*?)```", topics.text("exceptions"), re.DOTALL)
        if "exceptions.schema" in one
    )
    assert {one.decision for one in read(example.encode(), FILE)} == {*Decision}
    VALIDATOR.validate(_as_json(example))


def test_an_empty_file_decides_nothing() -> None:
    for text in ("", "# nothing yet\n", "ignore:\n", "---\n"):
        assert read(text.encode(), FILE) == ()
