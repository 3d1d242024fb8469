"""What each input tells of a release, and how it is joined."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields, replace

from confaudit import catalog
from confaudit.catalog import (
    document,
    from_deployment,
    from_server_help,
    from_server_page,
    from_written_yaml,
    loader,
)
from confaudit.catalog.guess import leaf_of
from confaudit.catalog.merge import Learnt, merge
from confaudit.catalog.partial import Kind, Partial
from confaudit.core.coder.facts import Experiments
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.model import Fidelity, Json, OptionSpec, RawDeployment, Snapshot
from confaudit.core.report.coverage import hints
from confaudit.core.snapshot.redact import redact
from confaudit.demo.story import states
from confaudit.errors import CatalogError
from confaudit.sources import SourceContext
from confaudit.sources import read as read_source
from tests.tables import every_row

INPUTS = Path(__file__).parents[1] / "data" / "importers"
EVERY = tuple(fact.name for fact in fields(OptionSpec))
ON_THE_WIRE = {fact.name for fact in fields(OptionSpec)} - {"json_path", "type"}


def known(version: str) -> Release:
    found = catalog.release(version)
    assert found, version
    return found


def without_line(version: str) -> Release:
    """The release to go by for a version whose whole line is not in the catalogue."""
    line = version.rpartition(".")[0] + "."
    others = [known(other) for other in catalog.versions() if not other.startswith(line)]
    return Catalog(others).nearest(version)


def facts(partial: Partial) -> dict[str, Mapping[str, Any]]:
    return {option.get("flag") or option["yaml_path"]: option for option in partial.options}


def served(
    payload: Mapping[str, Json], version: str = "", fidelity: Fidelity = Fidelity.FULL
) -> Partial:
    return from_deployment.read(redact(RawDeployment(payload, version=version, fidelity=fidelity)))


def option(**wire: Json) -> dict[str, Json]:
    return {"name": "X", "flag": "x", "env": "CODER_X", **wire}


def importing(*partials: Partial, base: Iterable[OptionSpec] = ()) -> Learnt:
    release = Release("2.35.1", "2026-07-14", False, {spec.key: spec for spec in base})
    return merge(partials, release, "2.36.0")


# --- the server docs page ---


def page(name: str) -> dict[str, Mapping[str, Any]]:
    text = (INPUTS / name).read_bytes().decode()  # keeps the carriage returns
    assert from_server_page.recognise(text)
    assert not from_written_yaml.recognise(text)
    return facts(from_server_page.read(text))


def test_a_docs_page_tells_every_visible_option() -> None:
    options = page("page-new.md")
    assert list(options) == [
        "access-url",
        "log-filter",
        "samesite-auth-cookie",
        "ai-budget-period",
        "default-quiet-hours-schedule",
        "update-check",
        "docs-url",
        "cluster-name",
    ]
    assert options["access-url"] == {
        "flag": "access-url",
        "flag_shorthand": "",
        "env": "CODER_ACCESS_URL",
        "yaml_path": "networking.accessURL",
        "type": "url",
        "default": None,
        "hidden": False,
    }
    assert options["log-filter"]["flag_shorthand"] == "l"
    assert options["samesite-auth-cookie"]["type"] == "enum[lax|none]"
    assert options["ai-budget-period"]["type"] == "enum[month]"
    assert "default" not in options["default-quiet-hours-schedule"]  # the formatter ate asterisks


def test_the_layout_of_older_pages() -> None:
    options = page("page-old.md")
    assert options["address"]["flag_shorthand"] == "a"
    assert options["address"]["type"] == "host:port"
    assert options["address"]["yaml_path"] == ""
    assert options["oidc-group-regex-filter"]["default"] == ".*"
    assert options["write-config"]["env"] == ""


KINDS: dict[str, Callable[[str, str], str]] = {
    "bars": lambda label, value: f"| {label} | {value} |",
    "bars without the first": lambda label, value: f"{label} | {value} |",
    "tabs": "{}\t{}".format,
    "glued": "{}{}".format,
    "cells in lines": "{}\n{}".format,
    "cells in paragraphs": "{}\n\n{}\n".format,
}
"""How a row of a table looks in text that was made of the page."""


def as_text(page: str, row: Callable[[str, str], str], head: str = "") -> str:
    """The page without its Markdown."""

    def cells(match: re.Match[str]) -> str:
        return row(match[1], match[2].replace("\\|", "|"))

    page = re.sub(r"(?m)^\|[ ]+\|.*\n\|[-| ]+\n", head, page)
    page = re.sub(r"(?m)^\| (\w+) +\| <code>(.*)</code> +\|$", cells, page)
    return re.sub(r"(?m)^#+ ", "", page)


@every_row("row", KINDS.values(), ids=KINDS)
@every_row("ends", ["\n", "\r\n"], ids=["unix", "dos"])
def test_text_that_was_copied_from_the_page(row: Callable[[str, str], str], ends: str) -> None:
    page = (INPUTS / "page-new.md").read_text(encoding="utf-8")
    text = as_text(page, row).replace("\n", ends)
    assert "<code>" not in text
    assert from_server_page.recognise(text)
    assert from_server_page.read(text) == from_server_page.read(page)


@every_row(
    "head",
    [
        "| Property    | Value |\n| ----------- | ----- |\n",
        "Property | Value |\n---|---|\n",
        "Property\tValue\n",
        "PropertyValue\n",
        "Property\nValue\n",
        "\n\n",
    ],
)
def test_tables_may_have_a_head_and_headings_their_anchor(head: str) -> None:
    page = (INPUTS / "page-new.md").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^\|[ ]+\|.*\n\|[-| ]+\n", head, page)
    text = re.sub(r"(?m)^(### .*--(\S+))$", r"\1 [#\2]", text)
    front = '---\ntitle: "`coder server`"\ndescription: Start it\n---\n'
    assert from_server_page.read(front + text) == from_server_page.read(page)


def test_the_text_below_a_table_is_no_row() -> None:
    """Though it may begin with the same words."""
    for row in KINDS.values():
        text = f"--x\n\n{row('Type', 'int')}\n\nDefaults to 3.\n\nDefault | 4\n\nYAML\tx\n"
        (option,) = from_server_page.read(text).options
        assert (option["type"], option["default"], option["yaml_path"]) == ("int", None, "")


def test_pages_of_other_commands_are_none() -> None:
    page = (INPUTS / "page-new.md").read_text(encoding="utf-8")
    for usage, is_ours in {
        "coder server [flags]": True,
        "coder server dbcrypt rotate [flags]": False,
        "coder [global-flags] <subcommand> [flags]": False,
    }.items():
        text = f"## Usage\n\n```console\n{usage}\n```\n{page}"
        assert from_server_page.recognise(text) is is_ours


# --- the written YAML ---


def test_a_written_yaml_tells_its_comments_and_never_a_value() -> None:
    text = (INPUTS / "written.yaml").read_text(encoding="utf-8")
    assert from_written_yaml.recognise(text)
    assert not from_server_page.recognise(text)
    told = from_written_yaml.read(text)
    stun = ",".join(f"stun{n or ''}.l.google.com:19302" for n in range(4))
    assert [(o["yaml_path"], o["type"], o["default"]) for o in told.options] == [
        ("networking.accessURL", "url", None),
        ("networking.stunAddresses", "string-array", stun),
        ("networking.sameSiteAuthCookie", "enum[lax|none]", "lax"),
        ("networking.cluster.clusterName", "string", "blue"),
        ("authURLParams", "struct[map[string]string]", '{"access_type": "offline"}'),
        ("schedule", "string", "CRON_TZ=UTC 0 0 * * *"),
    ]
    assert "planted" not in repr(told)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# (default: x, type: string)\na: [\n", "is not valid YAML at line 3"),
        ("# (default: x, type: string)\na: \x07\n", "is not valid YAML at line 2"),
        ("# (default: x, type: string)\n" + "[" * 5000, "nests too deeply at line 2"),
    ],
)
def test_a_damaged_yaml_is_told(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        from_written_yaml.read(text)


def test_a_long_comment_takes_no_longer_than_its_length() -> None:
    comment = "# (default: x, type:\n" * 20_000
    told = from_written_yaml.read(f"{comment}# (default: 1, type: int)\nlast: 1\n")
    assert [(o["yaml_path"], o["default"]) for o in told.options] == [("last", "1")]


def test_aliases_are_walked_once() -> None:
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, 60)
    )
    told = from_written_yaml.read(bomb + "# (default: 1, type: int)\nlast: 1\n")
    assert [o["yaml_path"] for o in told.options] == ["last"]


# --- a payload ---


def payload(*options: dict[str, Json], **config: Json) -> dict[str, Json]:
    return {"config": config, "options": list(options)}


def test_a_payload_tells_what_the_server_declares() -> None:
    told = served(
        payload(
            option(
                yaml="leaf",
                flag_shorthand="x",
                default="10m0s",
                value=600_000_000_000,
                hidden=True,
                annotations={"format_duration": "true", "enterprise": "true"},
                use_instead=[option(flag="y", value="planted-secret")],
                group={"name": "Inner", "yaml": "inner", "parent": {"name": "Outer"}},
            )
        )
    )
    assert facts(told)["x"] == {
        "name": "X",
        "flag": "x",
        "flag_shorthand": "x",
        "env": "CODER_X",
        "yaml_path": "inner.leaf",
        "type": "duration",
        "default": "10m0s",
        "hidden": True,
        "secret": False,
        "use_instead": ("y",),
        "group": "Outer / Inner",
        "annotations": (("enterprise", "true"), ("format_duration", "true")),
    }


@every_row(
    ("value", "told", "suggested"),
    [
        (True, "bool", ""),
        (3, "int", ""),
        ({"Choices": ["a", "b"], "Value": "a"}, "enum[a|b]", ""),
        ("text", None, "string"),
        (["text"], None, "string-array"),
        (None, None, "null"),
        ([{"key": "value"}], None, ""),
        ({"key": "value"}, None, ""),
    ],
)
def test_the_wire_tells_some_types_and_suggests_others(
    value: Json, told: str | None, suggested: str
) -> None:
    partial = served(payload(option(value=value)))
    assert facts(partial)["x"].get("type") == told
    assert partial.wire_types.get("x", "") == suggested


def test_computed_defaults_become_placeholders() -> None:
    partial = served(
        payload(
            option(flag="docs-url", default="https://coder.com/docs/@v2.36.0"),
            option(flag="cache-dir", default="/home/planted/.cache/coder"),
            option(flag="new-dir", default="/home/planted/.cache/coder/new"),
            option(flag="plain", default="v2"),
        ),
        version="2.36.0",
    )
    assert {
        flag: (o["default"], o.get("default_computed_from", ""))
        for flag, o in facts(partial).items()
    } == {
        "docs-url": ("https://coder.com/docs/@{version}", "version"),
        "cache-dir": ("{user_cache_dir}/coder", "host"),
        "new-dir": ("{user_cache_dir}/coder/new", "host"),
        "plain": ("v2", ""),
    }


def test_the_default_that_redaction_took_is_not_told() -> None:
    partial = served(payload(option(flag="some-password", default="planted", value="planted")))
    assert "default" not in facts(partial)["some-password"]
    assert "planted" not in repr(partial)


def test_keys_of_a_map_are_no_leaves() -> None:
    mapping: Json = {"planted-team": ["planted-group"]}
    partial = served(
        payload(option(value=mapping), oidc={"new_mapping": mapping, "empty": {}, "x": 1})
    )
    assert partial.leaves == {"oidc.new_mapping", "oidc.empty", "oidc.x"}
    assert "planted" not in repr(partial)


def test_a_bundle_tells_no_leaves() -> None:
    assert not served(payload(option(value=1), x=1), fidelity=Fidelity.LOSSY).leaves


def test_a_config_tree_alone_is_refused() -> None:
    with pytest.raises(CatalogError, match="does not name the options"):
        served({"config": {"x": 1}}, fidelity=Fidelity.CONFIG)


def test_an_api_docs_page_tells_leaves() -> None:
    config: Json = {"a": "bool", "b": {"c": "struct"}}
    partial = served({"config": config}, fidelity=Fidelity.SHAPE)
    assert (partial.kind, partial.leaves, partial.options) == (Kind.API_PAGE, {"a", "b.c"}, ())


# --- guesses ---


@every_row(
    ("flag", "yaml_path", "leaves", "expected"),
    [
        (
            "cluster-host",
            "networking.cluster.clusterHost",
            ["cluster.host", "http.host"],
            "cluster.host",
        ),
        ("cluster-host", "cluster.clusterHost", ["cluster.host", "cluster.port"], "cluster.host"),
        ("scim-use-legacy", "scimUseLegacy", ["scim_use_legacy"], "scim_use_legacy"),
        ("alpha-beta", "", ["gamma.delta"], ""),
        ("a-size", "", ["one.a.size", "two.a.size"], ""),
        ("anything", "", [], ""),
    ],
)
def test_a_leaf_is_guessed_only_when_one_is_most_likely(
    flag: str, yaml_path: str, leaves: list[str], expected: str
) -> None:
    spec = OptionSpec("", flag=flag, env=f"CODER_{flag.upper()}", yaml_path=yaml_path)
    assert leaf_of(spec, leaves) == expected


# --- merging ---

OLD = OptionSpec(
    "Old",
    flag="old",
    env="CODER_OLD",
    yaml_path="group.old",
    json_path="group.old",
    type="url",
    default="a",
    group="Group",
)


def yaml_of(*options: Mapping[str, Any]) -> Partial:
    return Partial(Kind.WRITTEN_YAML, options)


def page_of(*options: Mapping[str, Any]) -> Partial:
    return Partial(Kind.SERVER_PAGE, options)


ON_PAGE = {
    "flag": "old",
    "flag_shorthand": "",
    "env": "CODER_OLD",
    "yaml_path": "group.old",
    "type": "url",
    "default": "page",
    "hidden": False,
}
IN_YAML = {"yaml_path": "group.old", "type": "string", "default": "yaml"}


def test_the_better_input_is_believed() -> None:
    wire = option(name="Old", flag="old", default="payload", value=1)
    partials = [yaml_of(IN_YAML), served(payload(wire)), page_of(ON_PAGE)]
    assert importing(*partials).release.options["old"].default == "payload"
    assert importing(*partials).release.options["old"].type == "int"
    learnt = importing(partials[0], partials[2], base=[OLD])
    assert learnt.release.options == {"old": replace(OLD, default="page")}
    learnt = importing(partials[0], base=[OLD])
    assert learnt.release.options == {"old": replace(OLD, default="yaml", type="string")}
    told = {"yaml_path", "type", "default"}
    assert learnt.release.borrowed == {"old": tuple(name for name in EVERY if name not in told)}
    assert learnt.release.borrowed_from == "2.35.1"
    assert learnt.release.guessed == learnt.release.unknown == {}


def test_only_an_input_that_had_to_show_an_option_removes_it() -> None:
    """Of others it is not known whether they are removed or hidden."""
    other = {**ON_PAGE, "flag": "other", "yaml_path": "group.other"}
    bare = replace(OLD, flag="bare", yaml_path="", json_path="bare")
    no_old = yaml_of({**IN_YAML, "yaml_path": "group.other"})
    shape = Partial(Kind.API_PAGE, leaves=frozenset({"bare"}))

    def learn(*partials: Partial) -> tuple[set[str], set[str], bool]:
        release = importing(*partials, base=[OLD, bare]).release
        return {*release.options}, {*release.unsure}, release.is_complete

    assert learn(page_of(other)) == ({"other"}, {"old", "bare"}, False)
    assert learn(page_of(other), yaml_of(IN_YAML)) == ({"other", "old"}, {"bare"}, False)
    assert learn(no_old) == ({"group.other"}, {"bare"}, False)
    assert learn(shape) == ({"bare"}, set(), False)
    assert learn(page_of(other), no_old, shape) == ({"other", "bare"}, set(), False)
    assert learn(served(payload(option()))) == ({"x"}, set(), True)


def test_what_only_other_inputs_than_the_docs_page_show_is_hidden() -> None:
    """The YAML shows that it exists, the page that it is hidden; by a leaf alone it is a guess."""
    other = {**ON_PAGE, "flag": "other", "yaml_path": "group.other"}
    bare = replace(OLD, flag="bare", yaml_path="", json_path="bare")
    shape = Partial(Kind.API_PAGE, leaves=frozenset({"bare", "group.old"}))
    release = importing(page_of(other), yaml_of(IN_YAML), shape, base=[OLD, bare]).release
    assert release.options["old"] == replace(OLD, type="string", default="yaml", hidden=True)
    assert release.options["bare"] == replace(bare, hidden=True)
    assert "hidden" not in release.borrowed["old"]
    assert {**release.guessed, "other": ()} == {"bare": ("hidden",), "other": ()}


def test_an_alias_that_no_input_shows_is_not_known_by_its_leaf() -> None:
    alias = replace(OLD, flag="alias", yaml_path="")
    shape = Partial(Kind.API_PAGE, leaves=frozenset({"group.old"}))
    release = importing(page_of(ON_PAGE), shape, base=[OLD, alias]).release
    assert (set(release.options), release.unsure) == ({"old"}, {"alias": alias})


@pytest.mark.parametrize("kind", [Kind.SOURCE, Kind.PAYLOAD, Kind.SERVER_PAGE, Kind.SERVER_HELP])
def test_no_credential_gets_into_a_catalogue(kind: Kind) -> None:
    told = (
        {"flag": "marked", "secret": True, "default": "planted"},
        {"flag": "smtp-password", "default": "planted"},
        {"flag": "a", "env": "CODER_A_TOKEN", "default": "planted"},
        {"flag": "b", "default": "https://user:planted@example.com"},
        {"flag": "c", "type": "enum[x|token=planted|y]", "default": "x"},
        {"flag": "d", "annotations": (("note", "password=planted"), ("api_key", "planted"))},
        {"flag": "e", "name": "Password: planted", "group": "token=planted"},
        {"flag": "f", "default": "plain", "type": "enum[plain|not]", "secret": False},
    )
    release = importing(Partial(kind, options=told)).release
    assert "planted" not in document.dump([release]).decode()
    assert release.options["c"].type == "enum[x|token=REDACTED|y]"
    assert release.options["f"].default == "plain"
    assert "default" in release.unknown["smtp-password"]


def test_a_payload_has_every_option() -> None:
    learnt = importing(served(payload(option())), page_of(ON_PAGE), base=[OLD])
    assert set(learnt.release.options) == {"x"}
    assert learnt.foreign == ("old",)


@pytest.mark.parametrize(("shown", "is_doubtful"), [(60, False), (50, False), (49, True)])
def test_a_release_that_lost_most_options_is_doubtful(shown: int, is_doubtful: bool) -> None:
    base = [OptionSpec(name="", flag=f"old-{n}") for n in range(100)]
    told = (*({"flag": spec.flag} for spec in base[:shown]), {"flag": "new"})
    learnt = importing(Partial(Kind.SOURCE, told, is_complete=True), base=base)
    assert len(learnt.gone) == 100 - shown
    assert learnt.has_lost_most == is_doubtful
    assert not importing(page_of(*told), base=base).has_lost_most  # nothing is known to be gone


def test_experiments_known_before_are_no_longer_taken_for_all() -> None:
    before = Experiments(frozenset({"a"}), frozenset({"a"}), is_complete=True)
    base = Release("2.35.1", "2026-07-14", False, {})
    release = merge([page_of(ON_PAGE)], base, "2.36.0", experiments=before).release
    assert "a" in release.experiments.known
    assert not release.experiments.is_complete


def test_an_option_that_a_server_gives_no_flag_has_none() -> None:
    wire = option(flag="", env="", yaml="old", group={"name": "Group", "yaml": "group"})
    assert set(importing(served(payload(wire)), base=[OLD]).release.options) == {"group.old"}


def test_a_type_is_the_known_one_unless_the_wire_denies_it() -> None:
    def learn(value: Json) -> Learnt:
        return importing(served(payload(option(flag="old", value=value))), base=[OLD])

    assert learn("https://a").release.options["old"].type == "url"
    assert learn("https://a").release.guessed == {}
    assert learn(None).release.options["old"].type == "url"
    assert learn(["a"]).release.options["old"].type == "string-array"
    assert learn(["a"]).release.guessed == {"old": ("type",)}
    assert learn(True).release.options["old"].type == "bool"


@every_row(
    ("wire", "likely"),
    [
        ({"flag": "allowed-hosts", "value": None}, "string-array"),
        ({"flag": "log-filter", "value": None, "default": "a,b"}, "string-array"),
        ({"flag": "role-mapping", "value": None}, ""),
        ({"flag": "auth-extras", "value": None, "default": '{"a": "b"}'}, ""),
        ({"flag": "auth-extras", "value": [{"a": "b"}]}, ""),
        ({"flag": "hook-url", "value": ""}, "url"),
        ({"flag": "gateway-base-url", "value": ""}, "string"),
        ({"flag": "hook-target", "value": ""}, "string"),
        ({"flag": "", "env": "", "yaml": "hookURL", "value": ""}, "url"),
        ({"flag": "hook-secret", "annotations": {"secret": "true"}}, "string"),
        ({"flag": "hook-keys", "annotations": {"secret": "true"}}, "string-array"),
        ({"flag": "hook-secret", "value": "planted-secret"}, ""),  # nobody calls it one
    ],
)
def test_the_type_of_a_new_option_is_guessed_and_marked(wire: dict[str, Json], likely: str) -> None:
    release = importing(served(payload({**option(), **wire})), base=[OLD]).release
    (spec,) = release.options.values()
    assert spec.type == likely
    assert ("type" in release.guessed.get(spec.key, ())) == bool(likely)


def test_an_alias_has_the_leaf_and_type_of_the_option_it_replaces() -> None:
    alias = option(flag="group-old", value="a", use_instead=[])
    deprecated = option(flag="old", value="a", use_instead=[option(flag="group-old")])
    learnt = importing(served(payload(alias, deprecated)), base=[OLD])
    assert learnt.release.options["group-old"].json_path == "group.old"
    assert learnt.release.options["group-old"].type == "url"
    assert learnt.release.guessed == {"group-old": ("json_path", "type")}


def test_a_moved_leaf_is_found_by_an_api_docs_page() -> None:
    api = Partial(Kind.API_PAGE, leaves=frozenset({"moved.group.old", "unknown"}))
    learnt = importing(page_of(ON_PAGE), api, base=[OLD])
    assert learnt.release.options["old"].json_path == "moved.group.old"
    assert learnt.release.guessed == {"old": ("json_path",)}
    assert learnt.unclaimed == ("unknown",)


def test_what_nothing_tells_of_a_new_option_is_named() -> None:
    release = importing(yaml_of(IN_YAML)).release
    told = {"yaml_path", "type", "default"}
    assert release.unknown == {"group.old": tuple(name for name in EVERY if name not in told)}
    assert release.guessed == release.borrowed == {}


def test_pitfalls_of_the_docs_do_not_reach_the_facts() -> None:
    base = known("2.35.1")
    text = (INPUTS / "page-new.md").read_text(encoding="utf-8")
    learnt = merge([from_server_page.read(text)], base, "2.36.0")
    for key in ("default-quiet-hours-schedule", "update-check", "docs-url", "access-url"):
        assert learnt.release.options[key] == base.options[key]
    assert learnt.release.options["ai-budget-period"] == base.options["ai-budget-period"]
    assert set(learnt.release.unknown["cluster-name"]) > {"json_path", "secret"}


@pytest.mark.parametrize(
    ("version", "esr"), [("2.34.6", True), ("2.34.6-rc.1", True), ("2.35.2", False)]
)
def test_extended_support_is_that_of_the_line(version: str, esr: bool) -> None:
    base = Catalog(map(known, catalog.versions())).nearest(version)
    assert merge([], base, version).release.esr is esr


# --- what `coder server --help` prints ---


def help_text(name: str = "server-help.txt") -> Partial:
    text = (INPUTS / name).read_text(encoding="utf-8")
    assert from_server_help.recognise(text)
    assert not from_server_page.recognise(text)
    assert not from_written_yaml.recognise(text)
    return from_server_help.read(text)


def test_the_help_tells_every_visible_option() -> None:
    told = help_text()
    assert told.version == "2.99.0+abc1234"
    assert [
        (o["flag"], o["flag_shorthand"], o["env"], o["type"], o["default"]) for o in told.options
    ] == [
        ("cache-dir", "", "CODER_CACHE_DIRECTORY", "string", "{user_cache_dir}/coder"),
        ("new-dir", "", "CODER_NEW_DIR", "string", "{user_cache_dir}/coder/new"),
        ("samesite-auth-cookie", "", "CODER_SAMESITE_AUTH_COOKIE", "enum[lax|none]", "lax"),
        ("harbour-lamp", "", "CODER_HARBOUR_LAMP", "duration", "1h0m0s"),
        ("log-filter", "l", "CODER_LOG_FILTER", "string-array", None),
        ("links", "", "CODER_LINKS", "struct[[]codersdk.LinkConfig]", "[(a)]"),
        ("write-config", "", "", "bool", None),
    ]
    assert not any("yaml_path" in option for option in told.options)
    assert "planted" not in repr(told.options)


def test_the_help_as_a_terminal_shows_it() -> None:
    text = (INPUTS / "server-help.txt").read_text(encoding="utf-8")
    coloured = text.replace("--", "\x1b[38;5;12m--").replace(" string", "\x1b[0m string")
    assert from_server_help.recognise(coloured.replace("\n", "\r\n"))
    assert from_server_help.read(coloured.replace("\n", "\r\n")) == help_text()


@pytest.mark.parametrize(
    "changed",
    [("coder server [flags]", "coder server dbcrypt rotate [flags]"), (" $CODER_", " ")],
    ids=["another command", "another form"],
)
def test_other_texts_are_no_help_of_the_server(changed: tuple[str, str]) -> None:
    text = (INPUTS / "server-help.txt").read_text(encoding="utf-8").replace(*changed)
    assert not from_server_help.recognise(text) or len(from_server_help.read(text).options) == 1


@pytest.mark.parametrize("named", ["v0.0.0-devel", "v0.0.0-devel+abc", "vNext", "v2.x"])
def test_a_build_without_a_version_tells_none(named: str) -> None:
    text = (INPUTS / "server-help.txt").read_text(encoding="utf-8")
    assert from_server_help.read(text.replace("v2.99.0+abc1234", named)).version == ""


LAMP_IN_YAML = """harbour:
  # How long the lamp
  # of the harbour is lit; see --harbour-wick bool for the rest.
  # (default: 1h0m0s, type: duration)
  lampHours: 1h0m0s
  # Some links.
  # (default: [(a)], type: struct[[]codersdk.LinkConfig])
  links: []
  # Some links.
  # (default: [(a)], type: struct[[]codersdk.LinkConfig])
  otherLinks: []
"""


def test_an_option_of_help_and_yaml_is_known_by_its_description() -> None:
    """If it is the only one described so."""
    release = importing(help_text(), from_written_yaml.read(LAMP_IN_YAML)).release
    assert release.options["harbour-lamp"].yaml_path == "harbour.lampHours"
    assert "yaml_path" not in release.unknown["harbour-lamp"]
    assert {"links", "harbour.links", "harbour.otherLinks"} <= set(release.options)
    assert "How long" not in document.dump([release]).decode()


def test_what_the_help_does_not_show_is_hidden_or_gone() -> None:
    old = replace(OLD, flag="harbour-lamp", yaml_path="harbour.lampHours")
    hidden = replace(OLD, flag="x", yaml_path="harbour.links")
    gone = replace(OLD, flag="y", yaml_path="")
    yaml = from_written_yaml.read(LAMP_IN_YAML)
    release = importing(help_text(), yaml, base=[old, hidden, gone]).release
    assert release.options["harbour-lamp"].json_path == OLD.json_path
    assert not release.options["harbour-lamp"].hidden
    assert release.options["x"].hidden
    assert "hidden" not in release.borrowed["x"]
    assert set(release.unsure) == {"y"}


def test_a_variable_is_guessed_after_the_flag_and_marked() -> None:
    partial = Partial(Kind.SOURCE, ({"flag": "new-thing", "name": "New"},), is_complete=True)
    release = importing(partial).release
    assert release.options["new-thing"].env == "CODER_NEW_THING"
    assert release.guessed == {"new-thing": ("env",)}


# --- the proof, on the payloads that come with confaudit ---


def differing(found: Release, expected: Release, names: Iterable[str]) -> list[str]:
    """Options that differ in one of the fields, or that only one of them has."""
    both = found.options.keys() & expected.options.keys()
    wrong = [
        f"{key}.{name}"
        for key in sorted(both)
        for name in names
        if getattr(found.options[key], name) != getattr(expected.options[key], name)
    ]
    return wrong + sorted(found.options.keys() ^ expected.options.keys())


@pytest.mark.parametrize(("state", "version"), [(0, "2.33.0"), (2, "2.34.5")])
def test_a_dropped_release_comes_back_from_its_payload(state: int, version: str) -> None:
    base = without_line(version)
    assert differing(base, known(version), ON_THE_WIRE)
    learnt = merge([served(states()[state].payload, version)], base, version)
    assert differing(learnt.release, known(version), ON_THE_WIRE) == []
    wrong = differing(learnt.release, known(version), ["json_path", "type"])
    marks = (learnt.release.unknown, learnt.release.guessed)
    unsure = {f"{k}.{name}" for mark in marks for k, names in mark.items() for name in names}
    assert set(wrong) <= unsure


# --- user catalogues ---


def own(version: str, **changed: Any) -> Release:
    return replace(known("2.35.1"), version=version, date="", **changed)


def test_user_catalogues_lie_over_the_packaged_one(tmp_path: Path) -> None:
    assert loader.load(tmp_path / "none") is loader.packaged()
    option = replace(OLD, name="Mine")
    for release in (own("2.99.0"), own("2.35.1", options={"old": option})):
        (tmp_path / f"{release.version}.json").write_bytes(document.dump([release]))
    merged = loader.load(tmp_path)
    assert merged.nearest("2.99.3") == own("2.99.0")
    assert merged.nearest("2.35.1").options == {"old": option}
    assert len(merged.versions) == len(catalog.versions()) + 1
    assert catalog.release("2.99.0") is None


def test_a_damaged_user_catalogue_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "2.36.0.json").write_text("{", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"2\.36\.0\.json is not valid JSON at line 1"):
        loader.load(tmp_path)


def test_an_unreadable_user_catalogue_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "2.36.0.json").mkdir()
    with pytest.raises(CatalogError, match=r"2\.36\.0\.json cannot be read"):
        loader.load(tmp_path)


def test_two_user_catalogues_of_one_release_are_refused(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(document.dump([own("2.36.0")]))
    with pytest.raises(CatalogError, match=r"hold Coder 2\.36\.0"):
        loader.load(tmp_path)


def test_what_is_not_certain_is_marked_in_the_file() -> None:
    release = replace(
        own("2.36.0"),
        options={"old": OLD, "new": replace(OLD, flag="new")},
        is_complete=False,
        unsure={"gone": replace(OLD, flag="gone")},
        guessed={"old": ("json_path", "type")},
        borrowed={"old": ("secret",)},
        unknown={"new": ("secret", "env")},
        borrowed_from="2.35.1",
    )
    data = document.dump([release])
    (line,) = (text for text in data.decode().splitlines() if '"flag": "old"' in text)
    assert json.loads(line.rstrip(","))["guessed"] == ["json_path", "type"]
    assert document.load(data, "test") == (release,)


# --- what a report says where a version is not known ---


def snapshot(version: str, fidelity: Fidelity = Fidelity.FULL) -> Snapshot:
    return Snapshot("prod", fidelity, version, None, "prod.json", {}, {}, {}, {}, {})


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("2.35.1", []),
        ("2.99.0", ["prod.json is of Coder 2.99.0", "the facts of 2.36.0 served as hints"]),
        ("2.34.0-devel+abc", ["the facts of 2.34.0 served as hints"]),
        ("", ["does not tell its version", "the facts of 2.36.0 served as hints"]),
    ],
)
def test_the_report_says_whose_facts_were_hints(version: str, said: list[str]) -> None:
    told = list(hints(snapshot(version), loader.packaged()))
    assert len(told) == bool(said)
    assert [part for part in said if part not in told[0]] == []


def test_a_docs_page_needs_no_hints() -> None:
    assert list(hints(snapshot("", Fidelity.SHAPE), loader.packaged())) == []


# --- the proof, on real payloads and docs ---


@pytest.fixture(scope="module")
def coder_data() -> Path:
    folder = os.environ.get("CONFAUDIT_TEST_DATA")
    if not folder:
        pytest.skip("NOT CHECKED against real payloads and docs: CONFAUDIT_TEST_DATA is not set")
    return Path(folder) / "coder"


def read(path: Path) -> Partial:
    text = path.read_text(encoding="utf-8")
    for importer in (from_server_page, from_written_yaml):
        if importer.recognise(text):
            return importer.read(text)

    def live(_: str) -> RawDeployment:
        raise AssertionError("nothing here is live")

    raw = read_source(
        str(path),
        SourceContext(stdin=bytes, live=live, stored=lambda _: None, now=lambda: datetime.now(UTC)),
    )
    assert isinstance(raw, RawDeployment)
    return from_deployment.read(redact(raw))


DOCS = {Kind.SERVER_PAGE, Kind.WRITTEN_YAML, Kind.API_PAGE}
DOCUMENTED = ("flag", "flag_shorthand", "env", "yaml_path", "type")
RELEASES = ("2.33.0", "2.35.1")


@pytest.mark.parametrize("version", RELEASES)
@pytest.mark.parametrize("deployment", ["default", "production"])
def test_a_real_payload_gives_the_release_back(
    coder_data: Path, version: str, deployment: str
) -> None:
    """Also what it cannot carry: known options have it from the base, new ones by a guess."""
    partial = read(coder_data / "payloads" / f"{deployment}-{version}.json")
    learnt = merge([partial], without_line(version), version)
    every = [fact.name for fact in fields(OptionSpec)]
    assert differing(learnt.release, known(version), every) == []
    assert "planted-secret" not in document.dump([learnt.release]).decode()


NO_SINGLE_SERVER_TELLS = {"secure-auth-cookie.default", "secure-auth-cookie.default_computed_from"}
"""That a default depends on the access URL, which 2.31.1 began."""


def test_every_real_payload_gives_all_that_it_carries_back(coder_data: Path) -> None:
    paths = sorted(coder_data.glob("payloads*/*.json"))
    assert len(paths) >= 24
    for path in paths:
        version = path.stem.partition("-")[2]
        learnt = merge([read(path)], without_line(version), version)
        wrong = differing(learnt.release, known(version), ON_THE_WIRE)
        assert set(wrong) == (NO_SINGLE_SERVER_TELLS if version == "2.31.1" else set()), path.name
        assert "planted-secret" not in repr(learnt.release.options), path.name


@pytest.mark.parametrize("version", RELEASES)
def test_real_docs_give_every_visible_option_back(coder_data: Path, version: str) -> None:
    learnt = merge(
        [read(coder_data / "docs" / version / "server.md")], without_line(version), version
    )
    visible = {k: spec for k, spec in known(version).options.items() if not spec.hidden}
    found = {k: spec for k, spec in learnt.release.options.items() if not spec.hidden}
    assert found.keys() == visible.keys()
    assert (
        differing(
            replace(learnt.release, options=found),
            replace(known(version), options=visible),
            (*DOCUMENTED, "default"),
        )
        == []
    )


@pytest.mark.parametrize("version", RELEASES)
def test_all_real_docs_together_give_every_option_back(coder_data: Path, version: str) -> None:
    """Hidden ones too; only the display name, group and annotations of new options lack.

    But for hidden names of what has another: their leaf proves nothing.
    """
    partials = [read(path) for path in sorted((coder_data / "docs" / version).iterdir())]
    assert {partial.kind for partial in partials} == DOCS
    learnt = merge(partials, without_line(version), version)
    names = (*DOCUMENTED, "json_path", "default", "hidden", "use_instead", "secret")
    unsure = learnt.release.unsure
    others = {k: spec for k, spec in known(version).options.items() if k not in unsure}
    expected = replace(known(version), options=others)
    assert all(spec.hidden and spec.use_instead for spec in unsure.values())
    assert differing(learnt.release, expected, names) == []
    wrong = differing(learnt.release, expected, ("name", "group", "annotations"))
    assert {name.partition(".")[0] for name in wrong} == learnt.release.unknown.keys()
