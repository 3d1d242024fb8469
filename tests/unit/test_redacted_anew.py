"""What today's rules remove from what was stored under earlier ones is nobody's change."""

import json

import pytest

from confaudit import catalog
from confaudit.core.changes.diff import diff
from confaudit.core.changes.fingerprints import differ_by_fingerprints
from confaudit.core.model import RawDeployment, StoredFiles
from confaudit.core.secret import secret
from confaudit.core.snapshot.canonical import CONFIG, SERVER, SETTINGS, decode, encode
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact, redact_files
from tests.tables import every_row

SECRET = "pl4nted-s3cret-0a1b"
HOOK = f"https://hooks.slack.com/services/T0/B0/{SECRET}"
HEADERS = f"Authorization: Bearer {SECRET}"
RELEASE = catalog.release("2.35.1")
OPTIONS = [
    {"flag": "notifications-webhook-endpoint", "value": HOOK, "value_source": "env"},
    {"flag": "additional-csp-policy", "value": [HEADERS], "value_source": "env"},
]
CONFIG_TREE = {
    "new_in_a_fork": {"tokens": {"a": SECRET}, "dsn": f"u/{SECRET}@db"},
    "notifications": {"webhook": {"endpoint": HOOK}},
}
SERVER_TOLD = {"appearance": {"x": [HOOK]}}
KEY = b"k" * 20


def snapshot(key=b"", config=CONFIG_TREE, options=OPTIONS, server=SERVER_TOLD):
    raw = RawDeployment({"config": config, "options": options}, server, version="2.35.1")
    return normalise(redact(raw, key), RELEASE)


def stored_before():
    """The files as they were when nothing of it was known for a credential."""
    files = encode(snapshot())
    settings, config, server = (json.loads(files[name]) for name in (SETTINGS, CONFIG, SERVER))
    for option in OPTIONS:
        settings["settings"][option["flag"]]["value"] = option["value"]
    config["config"] |= CONFIG_TREE
    server["siblings"] = SERVER_TOLD
    written = {SETTINGS: settings, CONFIG: config, SERVER: server}
    return files | {name: json.dumps(document) for name, document in written.items()}


@pytest.mark.parametrize("key", [b"", KEY], ids=["no key", "key"])
def test_what_was_stored_in_clear_is_no_change(key):
    before = stored_before()
    assert SECRET in json.dumps(before)
    now = snapshot(key)
    assert SECRET not in json.dumps(encode(now))
    assert diff(decode(redact_files(StoredFiles(before))), now) == ()


def test_without_a_key_it_is_stored_as_it_would_be_read():
    assert encode(decode(redact_files(StoredFiles(stored_before())))) == encode(snapshot())


def test_a_key_that_is_set_or_taken_away_changes_nothing():
    with_key, without = snapshot(KEY), snapshot()
    assert encode(with_key) != encode(without)
    assert diff(without, with_key) == diff(with_key, without) == ()


def test_a_rotation_is_a_change():
    rotated = [{**OPTIONS[0], "value": f"{HOOK}2"}, OPTIONS[1]]
    (change,) = diff(snapshot(KEY), snapshot(KEY, options=rotated))
    assert change.key == "notifications-webhook-endpoint"


def test_so_is_another_source():
    moved = [{**OPTIONS[0], "value_source": "flag"}, OPTIONS[1]]
    (change,) = diff(snapshot(), snapshot(KEY, options=moved))
    assert change.key == "notifications-webhook-endpoint"


FINGERPRINT = "0123456789abcdef"


@every_row(
    ("one", "other", "alike"),
    [
        (secret(True), secret(True, FINGERPRINT), True),
        (secret(True), secret(False), False),
        (secret(True, "0" * 16), secret(True, FINGERPRINT), False),
        ("a REDACTED b", "a REDACTED-01234567 b", True),
        ("a REDACTED-01234567 b", "a REDACTED-89abcdef b", False),
        ("a REDACTED b", "c REDACTED-01234567 b", False),
        ("REDACTED and REDACTED-01234567", "REDACTED-01234567 and REDACTED", False),
        ([{"REDACTED": 1}], [{"REDACTED-01234567": 1}], True),
        ([1, "REDACTED"], [True, "REDACTED-01234567"], False),
        ("a", "a", False),
    ],
)
def test_values_that_differ_by_fingerprints_alone(one, other, alike):
    assert differ_by_fingerprints(one, other) is alike
    assert differ_by_fingerprints(other, one) is alike
