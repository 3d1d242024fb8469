"""Facts that no option tells: the file they stand in, held against the catalogue itself."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace

from confaudit.catalog import facts
from confaudit.catalog.loader import packaged
from confaudit.core.coder.facts import Facts
from confaudit.core.coder.programs import Program
from confaudit.core.coder.releases import Release, Version
from confaudit.core.coder.semantics import DAY_UNITS
from confaudit.core.coder.startup import _VALIDATED
from confaudit.core.secret import SECRET_OPTIONS
from confaudit.core.upgrade.families import PREFIXES, Family, renamed
from confaudit.errors import CatalogError
from tests.tables import every_row

DOCUMENT = Path(facts.__file__).with_name("facts.json")
SECTIONS = json.loads(DOCUMENT.read_text(encoding="utf-8"))


def releases() -> Iterator[Release]:
    return iter(packaged().releases)


KEYS = {key for release in releases() for key in release.options}
LEAVES = {leaf for release in releases() for leaf in release.leaves} | {
    leaf for release in releases() for leaf in release.leaves_without_option
}
LISTS = {spec.key for spec in packaged().declared if spec.type == "string-array"}
NEWEST = facts.of(packaged().versions[-1])


def test_every_section_is_a_field_and_every_key_one_of_its_lines() -> None:
    assert SECTIONS.keys() == {field.name for field in fields(Facts)}
    kinds = get_type_hints(Facts)
    for section, lines in SECTIONS.items():
        line_type = get_args(kinds[section])[0]
        assert issubclass(line_type, Struct)
        allowed = {field.name for field in fields(line_type)} | {"in"}
        assert all(line.keys() <= allowed for line in lines), section


def test_the_file_is_laid_out_to_be_reviewed_line_by_line() -> None:
    def section(name: str, lines: list[dict[str, Any]]) -> str:
        body = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        return f'"{name}": [\n{body}\n]'

    body = ",\n".join(section(*pair) for pair in SECTIONS.items())
    assert DOCUMENT.read_text(encoding="utf-8") == f"{{\n{body}\n}}\n"


def test_each_fact_stands_once() -> None:
    for section, lines in SECTIONS.items():
        told = [
            (next(value for key, value in line.items() if key != "in"), line.get("reader"))
            for line in lines
        ]
        assert len(told) == len(set(told)), section


@every_row(
    ("version", "exposed"),
    [
        ("2.0.1", set()),
        ("2.0.2", {"provisioner-daemon-psk"}),
        ("2.9.0", set()),
        ("2.14.3", {"notifications-email-auth-password"}),
        ("2.15.0", set()),
        ("2.28.0", {"email-auth-password", "aibridge-openai-key", "aibridge-anthropic-key",
                    "aibridge-bedrock-access-key", "aibridge-bedrock-access-key-secret"}),
        ("2.33.0", {"email-auth-password"}),
    ],
)  # fmt: skip
def test_secrets_that_a_release_shows(version: str, exposed: set[str]) -> None:
    release = packaged().release(version)
    assert release
    assert {one.option for one in release.facts.exposed_secrets} == exposed


def test_what_is_not_over_holds_for_releases_to_come() -> None:
    """But for what is listed whole: nobody has looked what else they have."""
    assert facts.of("2.99.0") == replace(NEWEST, complete=())
    assert NEWEST.is_chart_known


def test_facts_name_options_that_there_are() -> None:
    told = [facts.of(release.version) for release in releases()]
    exposed = {one.option for each in told for one in each.exposed_secrets}
    assert exposed < SECRET_OPTIONS
    assert {one.by for one in NEWEST.replaced_options} <= packaged().releases[-1].options.keys()
    assert {one.option for one in NEWEST.replaced_options} <= KEYS
    assert {one.option for one in NEWEST.variables if one.option} <= KEYS
    assert {one.option for one in NEWEST.retired_variables if one.option} <= KEYS
    assert {one.option for one in NEWEST.unordered_options} <= LISTS
    assert {one.option for one in NEWEST.optional_fields} <= KEYS
    assert {one.setting for one in NEWEST.filled_settings} <= KEYS | LEAVES


def test_variables_are_no_options() -> None:
    own = {spec.env for release in releases() for spec in release.options.values()}
    assert not [name for name in own if NEWEST.retired(name)]
    assert not [name for name in own if NEWEST.variable(name)]
    assert {one.name for one in NEWEST.shared_variables} <= own


def test_a_variable_may_have_several_readers() -> None:
    assert NEWEST.readers("CODER_URL") >= {Program.SERVER, Program.CLIENT, Program.PROVISIONER}
    assert NEWEST.readers("CODER_PROVISIONERD_TAGS") == {Program.PROVISIONER}
    assert NEWEST.readers("CODER_PROVISIONER_DAEMON_PSK") == {Program.PROVISIONER}
    assert not NEWEST.readers("CODER_ACCESS_URL")
    assert NEWEST.needs(Program.PROVISIONER) == {"CODER_URL"}


def test_coming_variables_are_none_that_a_known_release_reads() -> None:
    own = {spec.env for release in releases() for spec in release.options.values()}
    newest = Version.parse(packaged().versions[-1])
    assert NEWEST.coming_variables
    assert not [one for one in NEWEST.coming_variables if one.name in own]
    assert all(newest < Version.parse(one.since) for one in NEWEST.coming_variables)


def test_a_pattern_needs_something_in_its_place() -> None:
    found = NEWEST.variable("CODER_NO_VERSION_WARNING")
    assert found
    assert found.reader is Program.SERVER
    assert NEWEST.variable("CODER_NO__WARNING") is None
    assert NEWEST.variable("CODER_URLS") is None


def test_a_snapshot_needs_no_facts() -> None:
    program = (
        "from confaudit.catalog import facts, nearest;"
        "release = nearest('2.34.0'); before = facts._sections.cache_info().currsize;"
        "release.facts; print(before, facts._sections.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["0", "1"], done.stderr


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"variables": 1}'])
def test_a_broken_installation_is_told(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "facts.json").write_bytes(content)
    monkeypatch.setattr(facts, "_FILE", tmp_path / "facts.json")
    with pytest.raises(CatalogError, match="cannot be read") as caught:
        facts._sections.__wrapped__()
    assert caught.value.hint == "install confaudit again"


# --- what stays in code, held against the catalogue ---


def test_what_is_validated_is_an_option_of_that_type() -> None:
    declared = {
        (spec.flag, spec.type) for release in releases() for spec in release.options.values()
    }
    assert _VALIDATED.keys() <= declared


def test_no_default_is_in_days_before_days_are_known() -> None:
    lines = {
        (release.version, spec.default)
        for release in releases()
        for spec in release.options.values()
        if spec.type == "duration" and set("dw") & set(spec.default or "")
    }
    assert lines
    assert min(tuple(map(int, version.split("."))) for version, _ in lines) >= (
        DAY_UNITS.major,
        DAY_UNITS.minor,
    )


@pytest.mark.parametrize(
    ("family", "mark"),
    [(Family.EXTERNAL_AUTH, "external_auth"), (Family.AI_PROVIDER, "ai_gateway.enabled")],
)
def test_a_family_got_its_prefix_with_what_is_called_like_it(family: Family, mark: str) -> None:
    new, old = renamed(family)
    marked = {
        release.version
        for release in releases()
        if any(mark in (spec.json_path, spec.yaml_path) for spec in release.options.values())
    }
    versions = [Version.parse(release.version) for release in releases()]
    assert marked == {str(one) for one in versions if new.is_read_by(one)}
    assert all(old.is_read_by(one) for one in versions if new.is_read_by(one))


def test_a_prefix_begins_and_ends_with_a_release() -> None:
    versions = {release.version for release in releases()}
    newest = max(map(Version.parse, versions))
    for prefix in chain(*PREFIXES.values()):
        assert re.fullmatch(r"CODER_[A-Z_]+_", prefix.text)
        assert str(prefix.since) in versions
        assert prefix.until is None or prefix.until > newest or str(prefix.until) in versions
