"""The document form of a catalogue, and the facts of the one that comes with confaudit."""

import difflib
import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields, replace

from confaudit import catalog
from confaudit.catalog import loader
from confaudit.catalog.document import dump, load
from confaudit.core.coder.facts import NOTHING_KNOWN, Experiments
from confaudit.core.coder.releases import Marks, Release, Version
from confaudit.core.model import OptionSpec
from confaudit.errors import CatalogError
from tests.tables import every_row

DOCUMENT = Path(loader.__file__).with_name("coder.json")


def known(version: str) -> Release:
    found = catalog.release(version)
    assert found, version
    return found


# What came with confaudit when its facts were checked against the releases' own option
# definitions: first and last release of each line; of the first: options, visible options,
# config leaves, options with a YAML path, secret options, options with a replacement; a checksum
# over every fact of the line. What was released stays as it is, and so do these rows.
LINES = """
2.0.0   2.0.2    112  95 112  96   5   3  199390ba7dc3bd74
2.1.0   2.1.5    117  98 117 101   5   3  67d162b52190aac2
2.2.0   2.2.1    119  99 120 102   6   3  ca8a22d63f8b20f5
2.3.0   2.3.3    120 100 121 103   6   3  a9106143347ba6dd
2.4.0   2.4.0    124 104 125 107   6   3  2d0f5f5e05bf3501
2.5.0   2.5.1    125 105 126 108   6   3  4e03e716db66067f
2.6.0   2.6.1    127 107 128 111   6   3  efea57691462ace4
2.7.0   2.7.3    127 108 128 111   6   3  28fea405b1ade967
2.8.0   2.8.5    129 110 130 113   6   3  cb65ff14513e7791
2.9.0   2.9.4    129 110 130 112   7   3  dfc1dfc3dce8f2f4
2.10.0  2.10.3   131 112 132 114   7   3  23943c07c3228d73
2.11.0  2.11.4   132 113 133 115   7   3  01ba20c9c5d7833a
2.12.0  2.12.6   132 113 133 115   7   3  418554421d7753d0
2.13.0  2.13.5   133 114 134 116   7   3  c711c2d903b4139f
2.14.0  2.14.4   158 133 159 141   7   3  ff71c03b4e36ebc0
2.15.0  2.15.4   161 136 162 143   8   3  16e744e26ea55f13
2.16.0  2.16.1   162 137 163 144   8   3  b3fef1617edd2ed0
2.17.0  2.17.3   176 151 163 157   9  17  b2c383a1f6265921
2.18.0  2.18.5   178 149 164 158   9  18  b0c44cef6508adf4
2.19.0  2.19.3   179 149 165 159   9  18  c7c797db0584bf4b
2.20.0  2.20.3   182 151 168 162   9  18  3c93345f112af0c9
2.21.0  2.21.3   183 152 169 163   9  18  25cc98599326c9d4
2.22.0  2.22.1   188 154 174 168   9  18  8facbc13f42b16d2
2.23.0  2.23.5   190 154 176 170   9  18  2ea4de1791d0eee1
2.24.0  2.24.6   191 157 177 171   9  18  1c7edc9a4ed9d365
2.25.0  2.25.3   190 157 176 170   9  18  d432520f694b067f
2.26.0  2.26.6   190 157 176 170   9  18  740c79dc3aedc3b8
2.27.0  2.27.11  196 158 182 176   9  18  7cf36e234c3a8482
2.28.0  2.28.11  202 168 188 181   9  18  61ab3c0f84fb9ae3
2.29.0  2.29.19  204 170 190 183   9  18  ba1554a44c0e0bed
2.30.0  2.30.9   229 190 215 204  13  18  bc90f6e97caaaf6a
2.31.0  2.31.14  229 190 215 204  13  18  35db3aba99e307ce
2.32.0  2.32.10  236 193 222 211  13  19  27e4aa769c00ac93
2.33.0  2.33.11  238 195 225 213  13  19  a588a3c84ffdd74f
2.34.0  2.34.5   280 202 233 251  17  53  a9b1690c868b8152
2.35.0  2.35.1   285 205 238 256  17  53  43a2b15d0163d1ee
"""


def facts(spec: OptionSpec) -> dict[str, Any]:
    return {
        fact.name: value
        for fact in fields(spec)
        if (value := getattr(spec, fact.name)) != fact.default
    }


def checksum(releases: Iterable[Release]) -> str:
    text = "\n".join(
        json.dumps(
            [
                release.version,
                release.date,
                release.esr,
                sorted(release.leaves_without_option),
                {key: facts(spec) for key, spec in release.options.items()},
            ],
            sort_keys=True,
        )
        for release in releases
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def between(first: str, last: str) -> Iterator[Release]:
    for version in catalog.versions():
        if Version.parse(first) <= Version.parse(version) <= Version.parse(last):
            yield known(version)


@every_row("row", LINES.strip().splitlines())
def test_facts_are_those_that_were_checked(row: str) -> None:
    first, last, *counts, expected = row.split()
    release = known(first)
    specs = release.options.values()
    assert [int(count) for count in counts] == [
        len(specs),
        sum(not spec.hidden for spec in specs),
        len(release.leaves) + len(release.leaves_without_option),
        sum(bool(spec.yaml_path) for spec in specs),
        sum(spec.secret for spec in specs),
        sum(bool(spec.use_instead) for spec in specs),
    ]
    assert checksum(between(first, last)) == expected


def test_216_releases_in_version_order() -> None:
    versions = catalog.versions()
    assert len(versions) >= 216
    assert sorted(versions, key=Version.parse) == list(versions)
    assert versions.index("2.29.19") + 1 == versions.index("2.30.0")  # newer in time, older here


def test_extended_support_lines() -> None:
    marks = {(Version.parse(release.version).line, release.esr) for release in packaged()}
    assert {line for line, esr in marks if esr} >= {(2, 24), (2, 29), (2, 34)}
    assert len(marks) == len({line for line, _ in marks})  # a line has it as a whole or not
    assert not known("2.35.1").esr


# Patch releases bring and take options: (option, releases at the edges that have it, that do not).
@pytest.mark.parametrize(
    ("key", "having", "lacking"),
    [
        (
            "oidc-repair-links",
            "2.29.18 2.29.19 2.32.8 2.33.9 2.34.3 2.35.0",
            "2.29.17 2.30.0 2.32.7 2.33.0 2.33.8 2.34.2",
        ),
        (
            "dangerous-oidc-email-fallback",
            "2.32.10 2.33.11 2.34.5 2.35.0",
            "2.29.19 2.32.9 2.33.10 2.34.4",
        ),
        ("in-memory", "2.0.0 2.24.6", "2.25.0"),
        ("externalAuthProviders", "2.6.0 2.6.1", "2.5.1 2.7.0"),  # had no flag then
        ("external-auth-providers", "2.7.0 2.35.1", "2.6.1"),
    ],
)
def test_backports_and_removals(key: str, having: str, lacking: str) -> None:
    assert [version for version in having.split() if key not in known(version).options] == []
    assert [version for version in lacking.split() if key in known(version).options] == []


def test_a_default_that_is_computed_says_from_what() -> None:
    options = known("2.35.1").options
    computed = {key: spec.default_computed_from for key, spec in options.items()}
    assert {key: source for key, source in computed.items() if source} == {
        "docs-url": "version",
        "cache-dir": "host",
        "secure-auth-cookie": "access-url",
    }


def test_one_option_in_full() -> None:
    assert known("2.35.1").options["address"] == OptionSpec(
        name="Address",
        flag="address",
        flag_shorthand="a",
        env="CODER_ADDRESS",
        json_path="address",
        type="host:port",
        hidden=True,
        use_instead=("http-address", "tls-address"),
        group="Networking",
        annotations=(("external_workspace_proxies", "true"),),
    )


def test_aliases_share_a_leaf_of_one_type() -> None:
    for version in catalog.versions():
        for specs in known(version).leaves.values():
            assert len({spec.type for spec in specs}) == 1


def test_every_leaf_has_a_zero_value() -> None:
    release = known("2.35.1")
    assert {
        leaf: release.zero(leaf) for leaf in ("browser_only", "experiments", "external_auth")
    } == {
        "browser_only": False,
        "experiments": [],
        "external_auth": None,
    }
    untyped = [leaf for leaf in release.leaves if release.zero(leaf) is None]
    assert {release.leaves[leaf][0].type.partition("[")[0] for leaf in untyped} == {"struct"}


def test_an_unknown_version_goes_by_the_nearest() -> None:
    newest = catalog.versions()[-1]
    assert catalog.nearest("").version == newest
    assert catalog.nearest("99.0.0").version == newest
    assert catalog.nearest("2.17.1").version == "2.17.0"  # never released
    assert catalog.nearest("0.27.3").version == "2.0.0"


def test_releases_share_equal_options() -> None:
    specs = [spec for version in catalog.versions() for spec in known(version).options.values()]
    assert len({id(spec) for spec in specs}) == len(set(specs))


def test_nothing_is_read_before_the_first_question() -> None:
    program = (
        "from confaudit.catalog import loader; before = loader.packaged.cache_info().currsize;"
        "loader.versions(); loader.nearest(''); info = loader.packaged.cache_info();"
        "print(before, info.misses, info.hits)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["0", "1", "1"], done.stderr


# --- the document ---


def packaged() -> list[Release]:
    return [known(version) for version in catalog.versions()]


def test_the_packaged_document_is_canonical_and_small() -> None:
    data = DOCUMENT.read_bytes()
    assert dump(reversed(packaged())) == data
    assert len(data) < 300_000


def touched(*added: Release) -> tuple[list[str], list[str]]:
    """The lines that adding releases to the packaged ones takes away and brings."""
    before = DOCUMENT.read_text(encoding="utf-8").splitlines()
    after = dump([*packaged(), *added]).decode().splitlines()
    changes = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    return [text[1:] for text in changes if text[0] == "-"], [
        text[1:] for text in changes if text[0] == "+"
    ]


def test_adding_a_release_touches_only_what_it_changes() -> None:
    newest = packaged()[-1]
    spec = newest.options["access-url"]
    options = {**newest.options, spec.key: replace(spec, default="https://example.com")}
    gone, new = touched(replace(newest, version="99.0.0", date="2030-01-01", options=options))
    last_release, old_line = gone
    assert new[:2] == [last_release + ",", '{"version": "99.0.0", "date": "2030-01-01"}']
    old, closed, opened = (json.loads(text.rstrip(",")) for text in (old_line, *new[2:]))
    assert closed == {**old, "in": old["in"] + " <99.0.0"}
    assert opened == {**old, "in": ">=99.0.0", "default": "https://example.com"}


@pytest.mark.parametrize("line", ["2.29", "2.34"])
def test_adding_an_equal_patch_release_adds_one_line(line: str) -> None:
    last = catalog.nearest(f"{line}.98")
    gone, new = touched(replace(last, version=f"{line}.99"))
    assert gone == []
    assert [json.loads(text.rstrip(","))["version"] for text in new] == [f"{line}.99"]


EXPERIMENTS = (
    NOTHING_KNOWN,
    Experiments(is_complete=True),
    Experiments(frozenset({"moons", "oauth2"}), frozenset({"moons"}), is_complete=True),
    Experiments(frozenset({"oauth2"}), frozenset({"oauth2"})),
    Experiments(frozenset({"oauth2"}), unsure=frozenset({"moons"}), is_complete=True),
)


MARKS: tuple[dict[str, Any], ...] = (
    {},
    {"is_complete": False, "unsure": {"gone": OptionSpec("Gone", flag="gone")}},
    {"borrowed_from": "2.0.0"},
)


@every_row("seed", range(20))
def test_any_releases_survive_the_document(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable test
    specs = {spec for release in packaged() for spec in release.options.values()}
    pool = chance.sample(sorted(specs, key=repr), 40)

    def marked(options: Mapping[str, OptionSpec]) -> Marks:
        return {key: ("type", "secret") for key in options if chance.random() < 0.3}

    declared = [{spec.key: spec for spec in chance.sample(pool, n)} for n in range(0, 28, 4)]
    releases = [
        Release(
            version=version,
            date=f"2026-01-{day:02}",
            esr=chance.random() < 0.5,
            options=declared[day - 1],
            guessed=marked(declared[day - 1]),
            borrowed=marked(declared[day - 1]),
            leaves_without_option=tuple(leaf for leaf in "abc" if chance.random() < 0.5),
            experiments=chance.choice(EXPERIMENTS),
            **chance.choice(MARKS),
        )
        for day, version in enumerate(
            ["2.0.0", "2.0.10", "2.1.0-rc.1", "2.1.0", "2.2.0", "2.10.0", "3.0.0"], start=1
        )
    ]
    shuffled = chance.sample(releases, len(releases))
    assert list(load(dump(shuffled), "test")) == releases


GOOD: dict[str, Any] = {
    "format": 1,
    "releases": [
        {"version": "2.34.4", "date": "2026-06-27"},
        {"version": "2.34.5", "date": "2026-06-29", "esr": True},
    ],
    "leaves_without_option": [{"in": ">=2.34.5", "json_path": "telemetry.trace"}],
    "options": [{"in": ">=2.34.4", "name": "Verbose", "flag": "verbose", "type": "bool"}],
}


def laid_out(document: Mapping[str, Any]) -> bytes:
    """One key a line, so that a line tells which."""
    return json.dumps(document, indent=1).encode()


def bad(section: str, *lines: Mapping[str, Any]) -> bytes:
    return laid_out({**GOOD, section: lines})


def option(**changed: Any) -> bytes:
    return bad("options", {**GOOD["options"][0], **changed})


def test_a_document_is_read() -> None:
    older, newer = load(json.dumps(GOOD).encode(), "test")
    verbose = OptionSpec("Verbose", flag="verbose", type="bool")
    assert older == Release("2.34.4", "2026-06-27", False, {"verbose": verbose})
    assert newer == Release(
        "2.34.5", "2026-06-29", True, {"verbose": verbose}, ("telemetry.trace",)
    )


def test_a_document_that_tells_no_experiments_says_nothing_about_them() -> None:
    releases = load(json.dumps(GOOD).encode(), "test")
    assert {release.experiments for release in releases} == {NOTHING_KNOWN}
    assert json.loads(dump(releases)).keys() == GOOD.keys()


def test_a_document_tells_experiments_by_release() -> None:
    lines = [
        {"in": ">=2.34.4", "name": "oauth2"},
        {"in": ">=2.34.5", "name": "agents", "safe": True},
    ]
    told = {**GOOD, "experiments": lines, "all_experiments": [{"in": ">=2.34.4 <2.34.5"}]}
    older, newer = load(json.dumps(told).encode(), "test")
    assert older.experiments == Experiments(frozenset({"oauth2"}), is_complete=True)
    assert newer.experiments == Experiments(frozenset({"oauth2", "agents"}), frozenset({"agents"}))


def test_releases_in_a_row_that_declare_the_same_share_it() -> None:
    """So that whoever goes through all of them can tell at a glance."""
    for old, new in pairwise(loader.packaged().releases):
        assert (old.options is new.options) == (old.options == new.options), new.version


def with_experiments(*lines: Mapping[str, Any]) -> bytes:
    return laid_out({**GOOD, "experiments": lines})


# What is wrong → the document, where that stands, and what the user is told.
DAMAGED = {
    "empty": (b"", " is not valid JSON at line 1"),
    "cut off": (laid_out(GOOD)[:300], " is not valid JSON at line 23"),
    "null": (b"null", " holds nothing"),
    "not UTF-8": (laid_out(GOOD).replace(b"Verbose", b"\xff"), " is not UTF-8 text at line 23"),
    "not an object": (b"[]", ", line 1: expected a mapping of keys, got a list"),
    "nested without end": (
        b'{"options": [{"name": ' + b"[" * 100_000,
        " nests too deeply at line 1",
    ),
    "section missing": (b'{"format": 1}', ", line 1: releases is missing"),
    "section unknown": (bad("profiles"), ", line 28: unknown key profiles"),
    "newer format": (laid_out({**GOOD, "format": 2}), ", line 2, format: "),
    "no release": (bad("releases"), ", line 3, releases: expected a list of length >= 1"),
    "version that is none": (
        bad("releases", {"version": "latest", "date": "2026-06-27"}),
        ", line 5, releases.version: not a Coder version",
    ),
    "date that is none": (
        bad("releases", {"version": "2.34.5", "date": "June"}),
        ", line 6, releases.date: ",
    ),
    "unknown key of a release": (
        bad("releases", {"version": "2.34.5", "date": "2026-06-27", "\x1b[31m\r\n": True}),
        r", line 7, releases: unknown key \x1b[31m\r\n",
    ),
    "releases out of order": (
        bad("releases", *reversed(GOOD["releases"])),
        ", line 10, releases.version: releases are not in version order",
    ),
    "release twice": (
        bad("releases", GOOD["releases"][0], *GOOD["releases"]),
        ", line 9, releases.version: releases are not in version order",
    ),
    "leaf without range": (
        bad("leaves_without_option", {"json_path": "telemetry.trace"}),
        ", line 15, leaves_without_option: in is missing",
    ),
    "option without range": (
        bad("options", {"name": "Verbose"}),
        ", line 21, options: it is no list of version ranges",
    ),
    "range of no release": (
        option(**{"in": ">=2.35.0"}),
        ", line 22, options.in: a range has no release",
    ),
    "range upside down": (
        option(**{"in": ">=2.34.5 <2.34.4"}),
        ", line 22, options.in: a range has no release",
    ),
    "range in another notation": (
        option(**{"in": "^2.34"}),
        ", line 22, options.in: it is no list of version ranges",
    ),
    "range that is a number": (
        option(**{"in": 2.34}),
        ", line 22, options.in: it is no list of version ranges",
    ),
    "range of what is no version": (
        option(**{"in": ">=latest"}),
        ", line 22, options.in: not a Coder version",
    ),
    "fact of the wrong type": (
        option(hidden="yes"),
        ", line 26, options.hidden: expected true or false, got text",
    ),
    "mark of what is no fact": (
        option(borrowed=["hidden", "flags"]),
        ", line 26, options.borrowed: it names what is no fact about options",
    ),
    "mark that is no list": (
        option(guessed="hidden"),
        ", line 26, options.guessed: expected a list, got text",
    ),
    "unsure option without range": (
        bad("unsure", {"name": "Verbose"}),
        ", line 29, unsure: it is no list of version ranges",
    ),
    "fact that does not exist": (option(hiden=True), ", line 26, options: unknown key hiden"),
    "option without name": (
        bad("options", {"in": ">=2.34.4", "flag": "verbose"}),
        ", line 21, options: name is missing",
    ),
    "experiment of no release": (
        with_experiments({"in": ">=2.35.0", "name": "agents"}),
        ", line 30, experiments.in: a range has no release",
    ),
    "experiment without name": (
        with_experiments({"in": ">=2.34.4"}),
        ", line 29, experiments: name is missing",
    ),
    "experiment twice": (
        with_experiments(
            {"in": ">=2.34.4", "name": "agents"},
            {"in": ">=2.34.5", "name": "agents", "safe": True},
        ),
        ", line 28, experiments: an experiment is listed twice for one release",
    ),
    "all experiments of no release": (
        laid_out({**GOOD, "all_experiments": [{"in": ">=2.35.0"}]}),
        ", line 30, all_experiments.in: a range has no release",
    ),
    "option twice": (
        bad("options", GOOD["options"][0], {**GOOD["options"][0], "in": ">=2.34.5"}),
        ", line 20, options: verbose is declared twice in one release",
    ),
}


@every_row(("data", "told"), DAMAGED.values(), ids=DAMAGED)
def test_damage_is_told_with_line_and_key(data: bytes, told: str) -> None:
    with pytest.raises(CatalogError) as caught:
        load(data, "own.json")
    assert caught.value.message.startswith(f"own.json{told}")
    assert not caught.value.message.endswith(".")
    assert caught.value.message.isprintable()
    assert caught.value.hint


def test_a_near_miss_of_a_fact_is_suggested() -> None:
    with pytest.raises(CatalogError) as caught:
        load(option(hiden=True), "own.json")
    assert caught.value.hint == "did you mean hidden?"


def test_a_missing_document_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_PACKAGED", tmp_path / "coder.json")
    with pytest.raises(CatalogError, match="cannot be read") as caught:
        loader.packaged.__wrapped__()
    assert caught.value.hint == "install confaudit again"


# --- against the facts themselves, where they are at hand ---


@pytest.fixture(scope="module")
def coder_data() -> Path:
    folder = os.environ.get("CONFAUDIT_TEST_DATA")
    if not folder:
        pytest.skip("NOT CHECKED against the releases' own facts: CONFAUDIT_TEST_DATA is not set")
    return Path(folder) / "coder"


@pytest.mark.parametrize(("name", "count"), [("options", 216), ("options-2.36", 1)])
def test_lossless(coder_data: Path, name: str, count: int) -> None:
    """Every release has exactly the facts that its own option definitions gave."""
    source = json.loads((coder_data / f"{name}.json").read_text(encoding="utf-8"))
    variants = [spec_of(facts) for facts in source["variants"]]
    assert len(source["releases"]) == count
    for expected in source["releases"]:
        found = known(expected["version"])
        assert found.date == expected["date"]
        assert set(found.options.values()) == {variants[index] for index in expected["options"]}
        assert len(found.options) == len(expected["options"])
        assert sorted(found.leaves_without_option) == sorted(expected["leaves_without_option"])


def test_experiments_are_those_of_each_release(coder_data: Path) -> None:
    source = json.loads((coder_data / "experiments.json").read_text(encoding="utf-8"))
    told = {one["version"]: one for one in source["releases"]}
    for release in packaged():
        facts = told[release.version]
        assert release.experiments == Experiments(
            frozenset(facts["known"]),
            frozenset(facts["safe"]),
            unsure=UNSURE.get(release.version, frozenset()),
            is_complete=True,
        )


UNSURE = {"2.36.0": frozenset({"minimum-implicit-member"})}
"""Gone on the main branch that day; the branch of the release may be older."""


def spec_of(source: Mapping[str, Any]) -> OptionSpec:
    lists = {
        "use_instead": tuple(source.get("use_instead", ())),
        "annotations": tuple(sorted(source.get("annotations", {}).items())),
    }
    return OptionSpec(**{**source, **lists})


def test_servers_declare_what_the_catalogue_says(coder_data: Path) -> None:
    """The same facts on another way: payloads as the releases themselves serve them."""
    paths = sorted(coder_data.glob("payloads*/default-*.json"))
    assert len(paths) >= 14
    for path in paths:
        release = known(path.stem.removeprefix("default-"))
        payload = json.loads(path.read_text(encoding="utf-8"))
        served = {spec.key: spec for spec in map(served_spec, payload["options"])}
        expected = {key: as_served(spec) for key, spec in release.options.items()}
        assert {key: uncomputed(spec, expected[key]) for key, spec in served.items()} == expected
        leaves = {*release.leaves, *release.leaves_without_option}
        assert set(leaf_paths(payload["config"], leaves)) <= leaves


def served_spec(option: Mapping[str, Any]) -> OptionSpec:
    annotations = dict(option.get("annotations", {}))
    groups = list(group_chain(option.get("group")))
    yaml_path = [part.get("yaml", "") for part in (*groups, option)]
    return OptionSpec(
        name=option["name"],
        flag=option.get("flag", ""),
        flag_shorthand=option.get("flag_shorthand", ""),
        env=option.get("env", ""),
        yaml_path=".".join(filter(None, yaml_path)) if option.get("yaml") else "",
        default=option.get("default"),
        hidden=option.get("hidden", False),
        secret=annotations.pop("secret", "") == "true",
        use_instead=tuple(other["flag"] for other in option.get("use_instead", ())),
        group=" / ".join(group["name"] for group in groups),
        annotations=tuple(sorted(annotations.items())),
    )


def group_chain(group: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    if group:
        yield from group_chain(group.get("parent"))
        yield group


def as_served(spec: OptionSpec) -> OptionSpec:
    """Without the facts that are not on the wire."""
    return replace(spec, json_path="", type="", default_computed_from="")


def uncomputed(served: OptionSpec, declared: OptionSpec) -> OptionSpec:
    """With the placeholder of a computed default in place of what one server made of it."""
    computed = "{" in (declared.default or "") and served.default
    return replace(served, default=declared.default) if computed else served


def leaf_paths(tree: Mapping[str, Any], leaves: set[str], prefix: str = "") -> Iterator[str]:
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and path not in leaves:
            yield from leaf_paths(value, leaves, f"{path}.")
        else:
            yield path
