"""What the source of a release tells: `codersdk/deployment.go`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields, replace

from confaudit.catalog import from_go_source
from confaudit.catalog.go_source import syntax
from confaudit.catalog.go_source.syntax import arguments, assigned, parse, parts
from confaudit.catalog.go_source.values import Duration, Scope, UnresolvedError
from confaudit.catalog.merge import merge
from confaudit.core.coder.facts import NOTHING_KNOWN, Experiments
from confaudit.core.coder.releases import Release
from confaudit.core.model import OptionSpec
from tests.bounded import bounded
from tests.tables import every_row

SAMPLE = Path(__file__).parents[1] / "data" / "importers" / "deployment.go"
EVERY = {fact.name for fact in fields(OptionSpec)}

DECLARED = """
type DeploymentValues struct {
	X serpent.String `json:"x"`
	Y serpent.Int64  `json:"y"`
}
"""


def source(options: str, before: str = "", declared: str = DECLARED) -> str:
    """A file that lists these options."""
    return f"""package codersdk
{declared}
func (c *DeploymentValues) Options() serpent.OptionSet {{
	{before}
	return serpent.OptionSet{{
		{options}
	}}
}}
"""


def told(text: str) -> dict[str, Mapping[str, Any]]:
    options = from_go_source.read(text).options
    return {o.get("flag") or o.get("env") or o.get("yaml_path") or o["name"]: o for o in options}


@pytest.fixture(scope="module")
def sample() -> dict[str, Mapping[str, Any]]:
    return told(SAMPLE.read_text(encoding="utf-8"))


def spec(name: str, **facts: Any) -> dict[str, Any]:
    declared = OptionSpec(name, **facts)
    return {fact: getattr(declared, fact) for fact in EVERY}


EXPECTED = [
    spec(
        "Harbour",
        flag="harbour",
        flag_shorthand="H",
        env="CODER_HARBOUR",
        yaml_path="harbour.open",
        json_path="harbour",
        type="bool",
        default="true",
        group="Harbour",
        annotations=(("enterprise", "true"),),
    ),
    spec(
        "Port",
        flag="port",
        env="CODER_PORT",
        json_path="harbour",
        type="bool",
        hidden=True,
        use_instead=("harbour",),
    ),
    spec(
        "Berths",
        flag="pier-berths",
        env="CODER_PIER_BERTHS",
        yaml_path="harbour..quay.berths",  # as serpent joins the key of a group that has none
        json_path="pier.berths",
        type="int",
        default="12",
        group="Harbour / Pier / Quay",
    ),
    spec(
        "Tide",
        flag="pier-tide",
        env="CODER_PIER_TIDE",
        yaml_path="harbour..tide",
        json_path="pier.Tide",
        type="duration",
        default="168h1m30s",
        secret=True,
        group="Harbour / Pier",
        annotations=(("format_duration", "true"),),
    ),
    spec("Depth", flag="pier-depth", env="CODER_PIER_DEPTH", type="string"),
    spec(
        "Master",
        flag="pier-master",
        json_path="pier.master",
        type="url",
        default="https://coder.com/docs/@{version}",
        default_computed_from="version",
    ),
    spec(
        "Lamp",
        flag="lamp",
        env="CODER_LAMP",
        json_path="lamp",
        type="enum[steady|flicker]",
        default="steady",
    ),
    spec(
        "Lamp Colour",
        flag="lamp-colour",
        json_path="lamp",
        type="enum[red|green]",
        default="north-light",
    ),
    spec("Bare", flag="bare", json_path="bare", type="bool"),
    spec("Flags", flag="flags", json_path="flags", type="string-array", default="openid,b,c"),
    spec(
        "Secure",
        flag="secure",
        json_path="secure",
        type="bool",
        default="{access_url_is_https}",
        default_computed_from="access-url",
    ),
    spec(
        "Crew",
        yaml_path="harbour.crew",
        json_path="crew",
        type="struct[[]codersdk.CrewConfig]",
        group="Harbour",
    ),
    spec("Rota", env="CODER_ROTA", json_path="rota", type="struct[map[string][]uuid.UUID]"),
    spec("Config", flag="config", flag_shorthand="c", json_path="config", type="yaml-config-path"),
    spec(
        "Cache",
        flag="cache",
        json_path="pier.master",
        type="url",
        default="{user_cache_dir}/coder",
        default_computed_from="host",
    ),
]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda one: str(one["name"]))
def test_every_construct(expected: dict[str, Any], sample: dict[str, Mapping[str, Any]]) -> None:
    key = expected["flag"] or expected["env"] or expected["yaml_path"]
    assert sample[key] == expected


def test_the_sample_holds_nothing_else(sample: dict[str, Mapping[str, Any]]) -> None:
    assert len(sample) == len(EXPECTED) + 1
    partial = from_go_source.read(SAMPLE.read_text(encoding="utf-8"))
    assert partial.is_complete
    assert partial.experiments == Experiments(
        frozenset({"fog", "sirens"}), frozenset({"sirens"}), is_complete=True
    )
    leaves = "bare config crew flags harbour lamp pier.Tide pier.berths pier.master pier.unmoored"
    assert partial.leaves == {*leaves.split(), "rota", "secure"}


def test_what_stands_in_another_file_is_not_told(sample: dict[str, Mapping[str, Any]]) -> None:
    assert sample["elsewhere"].keys() == EVERY - {"default", "default_computed_from"}


# Expression → what it is worth; UnresolvedError where the source does not say.
VALUES: dict[str, Any] = {
    '"a\\t\\"\\u00e9\\x41\\101"': 'a\t"\u00e9AA',
    "`a\\n\r\n`": "a\\n\n",
    "1_000": 1000,
    "7 - 2*3 - 1": 0,
    "-(2)": -2,
    '"a" + b + "c"': "abc",
    "b == `b`": True,
    'b != "b" || unknown': UnresolvedError,
    "true || unknown": True,
    "false && unknown": False,
    "false || unknown": UnresolvedError,
    "!true": False,
    "nil == nil": True,
    "time.Minute": Duration(60_000_000_000),
    "(-90 * time.Second).String()": "-1m30s",
    "(15 * time.Millisecond).String()": "15ms",
    "(1500 * time.Microsecond).String()": "1.5ms",
    "(2*time.Microsecond).String()": "2\u00b5s",
    "(time.Hour - time.Hour).String()": "0s",
    "(time.Minute + 1500*time.Millisecond).String()": "1m1.5s",
    "time.Hour.String()": "1h0m0s",
    "[]string{b, `c`}": ["b", "c"],
    "strings.Join([]string{b, `c`}, `, `)": "b, c",
    "strings.Join(b, b)": UnresolvedError,
    "strings.Join(b)": UnresolvedError,
    "strconv.Itoa(3)": "3",
    "strconv.Itoa(b)": UnresolvedError,
    "strconv.FormatBool(true)": "true",
    "string(b)": "b",
    "string(3)": UnresolvedError,
    "b.String()": UnresolvedError,
    "[]string{b}.Enabled(b)": True,
    "1.5": UnresolvedError,
    "0x10": UnresolvedError,
    "010": UnresolvedError,
    '"\\xff"': UnresolvedError,
    "'a'": UnresolvedError,
    "loop": UnresolvedError,
    "one": UnresolvedError,
    "map[string]string{`a`: `b`}": UnresolvedError,
    "func() string { return b }()": UnresolvedError,
    "9223372036854775807 * 3": UnresolvedError,
    "time.Hour + 3": Duration(3_600_000_000_003),
    "true + 1": UnresolvedError,
    "7 / 2": UnresolvedError,
}


@every_row(("text", "expected"), VALUES.items(), ids=VALUES)
def test_what_expressions_are_worth(text: str, expected: Any) -> None:
    declared = f'const b = "b"\nvar loop = loop\nvar one = two\nvar two = one\nvar it = f({text})\n'
    named = [one for stated in parts(parse(declared)) for one in assigned(stated)]
    scope = Scope({one.name: one.value for one in named})
    (expression,) = arguments(named[-1].value)
    if expected is UnresolvedError:
        with pytest.raises(UnresolvedError):
            scope.value(expression)
    else:
        assert scope.value(expression) == expected


# Fields of an option → those that are then not told.
NOT_TOLD = {
    "Default: other.Default": {"default", "default_computed_from"},
    "Default: DefaultCacheDir()": {"default", "default_computed_from"},  # made in another way
    "DefaultFn: func() string { return other() }": {"default", "default_computed_from"},
    "Hidden: isHidden()": {"hidden"},
    "Hidden: `true`": {"hidden"},
    "Env: prefix + `X`": {"env"},
    "Value: &c.Nowhere": {"json_path", "type"},
    "Value: serpent.MapOf(&c.X)": {"type"},
    "Value: serpent.EnumOf(&c.X, choices...)": {"type"},
    "Value: other(c)": {"json_path", "type"},
    "Group: nowhere": {"group"},
    "Group: nowhere, YAML: `x`": {"group", "yaml_path"},
    "Annotations: marks": {"annotations", "secret"},
    "Annotations: serpent.Annotations{}.Mark(mark, `true`)": {"annotations", "secret"},
    "Annotations: serpent.Annotations{}.Mark(`secret`)": {"annotations", "secret"},
    "Annotations: serpent.Annotations{`secret`: `true`}": {"annotations", "secret"},
    "Value: serpent.Validate()": {"json_path", "type"},
    "UseInstead: others": {"use_instead"},
    "Default: 'x'": {"default", "default_computed_from"},
    "Default: serpent.Default[string](c)": {"default", "default_computed_from"},
    "Name: name": {"name"},
}


@every_row(("declared", "missing"), NOT_TOLD.items(), ids=NOT_TOLD)
def test_what_cannot_be_resolved_is_left_out(declared: str, missing: set[str]) -> None:
    """And nothing else: whoever joins inputs marks the field."""
    value = "" if "Value" in declared else ", Value: &c.X"
    text = source(f'{{Flag: "x", {declared}{value}}}, {{Flag: "y", Value: &c.Y}},')
    found = told(text)
    assert EVERY - found["x"].keys() == missing
    assert found["y"].keys() == EVERY
    assert from_go_source.read(text).is_complete


# What lists options in a way that is not known → how the file goes on.
NOT_COMPLETE = {
    "added later": source("{Flag: `x`},", "opts = append(opts, more...)"),
    "made by a function": source("{Flag: `x`}, option(`y`),"),
    "only where something holds": source("{Flag: `x`},", "if c.More {\n\tadd()\n}"),
    "another file's": source("{Flag: `x`}, otherOption,"),
    "of an unknown name": source("{Flag: `x`}, {Flag: prefix + `y`, Env: `CODER_Y`},"),
}


@pytest.mark.parametrize("text", NOT_COMPLETE.values(), ids=NOT_COMPLETE)
def test_options_that_are_listed_in_another_way_are_missed_and_that_is_said(text: str) -> None:
    partial = from_go_source.read(text)
    assert [one["flag"] for one in partial.options] == ["x"]
    assert not partial.is_complete


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (
            "var ExperimentsAll = Experiments{A}",
            Experiments(frozenset("ab"), frozenset("a"), is_complete=True),
        ),
        (
            "var ExperimentsSafe = Experiments{}",
            Experiments(frozenset("ab"), frozenset(), is_complete=True),
        ),
        ("var ExperimentsSafe = Experiments{C}", NOTHING_KNOWN),
        ("", NOTHING_KNOWN),
    ],
)
def test_the_lists_of_experiments_that_releases_had(listed: str, expected: Experiments) -> None:
    declared = f'const (\n\tA Experiment = "a"\n\tB Experiment = "b"\n)\n{listed}\n{DECLARED}'
    assert from_go_source.read(source("{Flag: `x`},", declared=declared)).experiments == expected


# --- joined with what is known ---

OLD = OptionSpec("X", flag="x", json_path="x", type="string", default="known", secret=True)


def learn(text: str) -> Release:
    base = Release(
        "2.35.1", "", False, {"x": OLD, "gone": replace(OLD, flag="gone", json_path="gone")}
    )
    return merge([from_go_source.read(text)], base, "2.36.0").release


def test_the_source_decides_and_what_it_does_not_tell_is_marked() -> None:
    release = learn(
        source("{Name: `X`, Flag: `x`, Value: &c.X, Default: o.D}, {Flag: `new`, Default: o.D},")
    )
    assert release.options["x"] == replace(OLD, secret=False)
    assert set(release.options) == {"x", "new"}
    assert release.borrowed == {"x": ("default", "default_computed_from")}
    assert release.unknown == {"new": ("type", "default", "default_computed_from")}
    assert release.leaves_without_option == ("y",)
    assert (release.is_complete, release.unsure, release.borrowed_from) == (True, {}, "2.35.1")


def test_without_a_mark_nothing_was_borrowed() -> None:
    release = learn(source("{Name: `X`, Flag: `x`, Value: &c.X},"))
    assert release.options == {"x": OptionSpec("X", flag="x", json_path="x", type="string")}
    assert release.borrowed == release.unknown == release.guessed == {}
    assert release.borrowed_from == ""


def test_of_a_source_that_is_not_all_understood_the_rest_is_unsure() -> None:
    release = learn(source("{Name: `X`, Flag: `x`, Value: &c.X}, option(`y`),"))
    assert not release.is_complete
    assert set(release.unsure) == {"gone"}


# --- texts that are no such source ---

NO_GO = r"cannot be read as Go source from line \d+ on"
REFUSED = {
    "cut off": (source("{Flag: `x`},")[:-3], NO_GO),
    "cut off in an option": (source("{Flag: `x`},").partition("`x`")[0], NO_GO),
    "a bracket too many": (source("{Flag: `x`)},"), NO_GO),
    "an open text": (source('{Flag: "x},'), NO_GO),
    "an open raw text": (source("{Flag: `x},"), NO_GO),
    "an open comment": (source("/* {Flag: `x`},"), NO_GO),
    "control characters": (source("\x1b[31m"), NO_GO),
    "no end of a line": (source('{Flag: "x\0"},'), NO_GO),
    "no expression": (source("{Flag: `x`, Default: 1 2 3},"), NO_GO),
    "broken structs": (source("{Flag: `x`},", declared="type X struct { X := 1 }"), NO_GO),
    "another file": ("package a\n\nfunc Options() {}\n", "does not list the options"),
    "nothing": ("", "does not list the options"),
    "no list": (
        "func (c *DeploymentValues) Options() serpent.OptionSet {\n\treturn all()\n}\n",
        "does not list the options",
    ),
    "a circle of names": (
        "func (c *DeploymentValues) Options() serpent.OptionSet {\n"
        "\ta := b\n\tb := a\n\treturn a\n}\n",
        "does not list the options",
    ),
    "nothing but the name": ("func (c *DeploymentValues) Options()\n", "does not list the options"),
    "structs in structs": (
        source(
            "{Flag: `x`},",
            declared="".join(
                f"type S{n} struct {{\n\tA S{n + 1}\n\tB S{n + 1}\n}}\n" for n in range(30)
            )
            + "type S30 struct {\n\tA string\n}\ntype DeploymentValues struct {\n\tS S0\n}\n",
        ),
        "has more settings than any server",
    ),
}


@every_row(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_such_source_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        from_go_source.read(text)
    assert str(caught.value).isprintable()


def test_what_is_wrong_in_a_function_that_is_not_read_may_hide_something() -> None:
    """Go learns new forms sooner than parsers do: `new(3)` is of Go 1.26."""
    text = source("{Flag: `x`},") + "func other() *int {\n\treturn new(3 * 4)\n}\n"
    assert set(told(text)) == {"x"}
    assert not from_go_source.read(text).is_complete


def test_comments_and_letters_of_any_kind_are_no_matter() -> None:
    text = source(
        "{ // \u00b5\n\t\tFlag: /* \U0001f40d */ `\U0001f40d`, Default: (`\u00b5` /* no */),\n},"
    )
    assert told(text)["\U0001f40d"]["default"] == "\u00b5"


def flags(text: str) -> list[str]:
    """The flags that are told, in a time that is bounded."""
    with bounded():
        return [one["flag"] for one in from_go_source.read(text).options]


DEEP = 30_000
HOSTILE = {
    "brackets in brackets": "{Flag: `x`, Default: " + "(" * DEEP + "1" + ")" * DEEP + "},",
    "lists in lists": "{Flag: `x`, Default: f{" + "{" * DEEP + "}" * DEEP + "}},",
    "signs": "{Flag: `x`, Default: " + "-" * DEEP + "1},",
    "members": "{Flag: `x`, Default: a" + ".b" * DEEP + "},",
    "calls": "{Flag: `x`, Default: a" + "()" * DEEP + "},",
    "sums": "{Flag: `x`, Default: 1" + " + 1 * 1 - 1" * DEEP + "},",
    "functions in functions": "{Flag: `x`, Value: " + "f(func() {" * DEEP + "})" * DEEP + "},",
    "types in types": "{Flag: `x`, Value: a" + "[a" * DEEP + "]" * DEEP + "(b)},",
    "stars in a comment": "{Flag: `x`}, /*" + "*" * DEEP + "*/",
    "a long text": "{Flag: `x`, Default: `" + "y" * 900_000 + "`},",
    "many options": "{Flag: `x`, Default: `y`},\n" * (DEEP // 3),
}


@pytest.mark.parametrize("options", HOSTILE.values(), ids=HOSTILE)
def test_hostile_source_is_read_in_bounded_time(options: str) -> None:
    assert flags(source(options + "\n{Flag: `last`},"))[-1] == "last"


FILLED = ("(", "{", "/*", "/* ", '"', "`x", "\0", "func(func ", "a[b](")


@pytest.mark.parametrize("filled", FILLED)
def test_hostile_text_is_refused_in_bounded_time(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter of the largest text, and a quarter of the time."""
    monkeypatch.setattr(syntax, "_SECONDS", 0.25)
    with pytest.raises(ValueError, match=f"too long|{NO_GO}"):
        flags(source(filled * (250_000 // len(filled))))


@pytest.mark.parametrize("filled", ["(", "/*"])
def test_text_that_is_too_large_is_not_parsed(filled: str) -> None:
    with pytest.raises(ValueError, match="larger than such a source can be"):
        flags(source(filled * 5_000_000))


def test_names_that_double_what_they_stand_for_end() -> None:
    before = "\n\t".join(f"a{n} := a{n + 1} + a{n + 1}" for n in range(60)) + '\n\ta60 := "x"'
    assert "default" not in told(source("{Flag: `x`, Default: a0},", before))["x"]


def test_expressions_in_expressions_end() -> None:
    deep = "`x`"
    for _ in range(30):
        deep = f"strings.Join([]string{{{deep}}}, `,`)" + ".String()" * 15
    assert "default" not in told(source(f"{{Flag: `x`, Default: {deep}}},"))["x"]


def test_groups_that_are_in_each_other_end() -> None:
    before = (
        "a := serpent.Group{Name: `A`, Parent: &b}\n\tb := serpent.Group{Name: `B`, Parent: &a}"
    )
    assert "group" not in told(source("{Flag: `x`, Group: &a},", before))["x"]
