"""Operators' own files: every shape, its settings, states and lines."""

import os
import random
import re
from pathlib import Path

import pytest

from confaudit.core.coder.chart import SetWhen, added_by_chart, chart_environment, with_chart
from confaudit.core.given import Channel, Form, GivenState, Holds, Position
from confaudit.errors import SourceError
from confaudit.operator_files import (
    READERS,
    decode,
    merge,
    open_file,
    read_env_file,
    read_server_yaml,
    recognised,
)
from confaudit.operator_files.version import image_parts
from tests.bounded import bounded
from tests.tables import every_row
from tests.unit.file_texts import read, read_all

DATA = Path(__file__).parents[1] / "data" / "operator_files"
TWINS = sorted(path for path in DATA.iterdir() if path.suffix != ".expected")


def told(operator):
    """Inputs as a text to compare: one line for each setting, then the rest."""
    yield f"version {operator.version or '-'} hint {operator.version_hint or '-'}"
    for one in operator.given:
        value = one.structure if one.value is None and one.structure is not None else one.value
        more = "" if one.prefix in ("", one.value) else f" prefix {one.prefix!r}"
        more += " not-text" if one.not_text else ""
        yield (
            f"{one.position.line:3} {one.channel} {one.state} {one.form} {one.name}"
            f" = {value!r}{more} in {one.block}"
        )
    yield from (f"elsewhere {one.resource}" for one in operator.elsewhere)
    yield from (f"note {one}" for one in operator.coverage)
    if operator.helpers:
        yield f"helpers {' '.join(sorted(operator.helpers))}"
    keys = operator.chart.keys if operator.chart else {}
    yield from (f"key {key} {value.position.line}" for key, value in sorted(keys.items()))


def from_text(text, name="input", kind=None):
    return read(decode(text.encode(), name), kind)


@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.name)
def test_every_shape_gives_its_settings(path, pytestconfig):
    """The expected file names the reader first; review it against the twin, line by line."""
    file = decode(path.read_bytes(), path.name)
    reader = recognised(file)
    actual = "\n".join([f"reader {reader.name}", *told(read(file))]) + "\n"
    expected = path.with_name(f"{path.name}.expected")
    if pytestconfig.getoption("--update-golden"):
        expected.write_text(actual, encoding="utf-8")
    assert actual == expected.read_text(encoding="utf-8")


ENV_FILE_LINES = [
    ("A=b", GivenState.LITERAL, "b"),
    ("A=", GivenState.EMPTY, ""),
    ("A=''", GivenState.EMPTY, ""),
    ('A="b c" # d', GivenState.DISPUTED, "b c"),
    ("A=b#c", GivenState.LITERAL, "b#c"),
    ("A=b # c", GivenState.DISPUTED, "b"),
    ("A='$b'", GivenState.LITERAL, "$b"),
    ('A="x=${B:-y}"', GivenState.DISPUTED, "x=y"),
    ("export A=b", GivenState.LITERAL, "b"),
    ("A", GivenState.PASS_THROUGH, None),
    ('A="b', GivenState.MALFORMED, None),
    ("A={{ x }}/y", GivenState.UNRESOLVED, None),
    ("A=ENC[AES256_GCM,data:planted]", GivenState.ENCRYPTED, None),
]


@every_row(("line", "state", "value"), ENV_FILE_LINES, ids=lambda one: str(one))
def test_lines_of_an_env_file(line, state, value):
    (given,) = read_env_file(f"# first\n\n{line}\r\n", "coder.env").given
    assert (given.name, given.state, given.value, given.position.line) == ("A", state, value, 3)


def test_a_systemd_unit_reads_its_environment_file_as_systemd_does():
    unit = decode(b"[Service]\nEnvironmentFile=/etc/coder.env\nEnvironment=CODER_A=1\n", "u")
    env = decode(b"CODER_A=2 # all of it\n", "etc/coder.env")
    operator = read_all([env, unit])
    assert [(one.position.file, one.value) for one in operator.given] == [
        ("u", "1"),
        ("etc/coder.env", "2 # all of it"),
    ]
    assert not operator.coverage


COMPOSE = "services:\n  coder:\n    image: ghcr.io/coder/coder:${CODER_VERSION:-latest}\n{}"


def test_systemd_ignores_what_is_no_name_of_a_variable():
    unit = decode(b"[Service]\nEnvironmentFile=/etc/coder.env\nEnvironment=CODER_D=4\n", "u")
    env = decode(b"CODER_A=1\nCODER_B=2\nCODER_C=3\nCODER_-1_B=4\nX.Y=5\n", "etc/coder.env")
    plain = {"CODER_A", "CODER_B", "CODER_C"}
    assert {one.name for one in read_all([env, unit]).given} == plain | {"CODER_D"}
    assert {one.name for one in read_all([env]).given} == plain | {"CODER_-1_B", "X.Y"}


ENVIRONMENT = "    environment:\n      CODER_A: ${A:-d}\n      CODER_B: '${B}'\n"


def compose(more=""):
    return decode(COMPOSE.replace("{}", ENVIRONMENT + more).encode(), "compose.yaml")


def test_a_dotenv_beside_compose_fills_in_and_reaches_no_server():
    dotenv = decode(b"A=x\nCODER_VERSION=v2.30.1\nCODER_SET=1\n", ".env")
    operator = read_all([compose(), dotenv])
    assert [(one.name, one.state, one.value) for one in operator.given] == [
        ("CODER_A", GivenState.LITERAL, "x"),
        ("CODER_B", GivenState.EMPTY, ""),
    ]
    assert operator.version == "2.30.1"
    assert "CODER_SET" in {one.name for one in operator.interpolation}
    assert {"A", "CODER_VERSION"} <= operator.helpers
    assert not operator.coverage


def test_without_a_dotenv_what_compose_fills_in_stays_open():
    operator = read_all([compose()])
    assert [(one.state, one.value) for one in operator.given] == [
        (GivenState.UNRESOLVED, "d"),
        (GivenState.UNRESOLVED, ""),
    ]
    assert operator.version_hint == "${CODER_VERSION:-latest}"
    assert operator.coverage


def test_an_env_file_that_the_service_names_comes_before_its_environment():
    dotenv = decode(b"CODER_B=1\nB=2\n", "deploy/.env")
    for files in (
        [compose("    env_file: .env\n"), dotenv],
        [dotenv, compose("    env_file: [.env]")],
    ):
        names = [(one.name, one.value) for one in read_all(files).given]
        assert names == [("CODER_B", "1"), ("B", "2"), ("CODER_A", "d"), ("CODER_B", "2")]


def test_a_config_map_given_as_well_is_no_longer_missing_and_loses_to_env():
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n"
        "  chart: {spec: {chart: coder, version: 2.30.0}}\n"
        "  values:\n    coder:\n      envFrom: [{configMapRef: {name: settings}}]\n"
        "      env: [{name: CODER_ACCESS_URL, value: 'https://a.example.com'}]\n"
    )
    settings = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
        "data: {CODER_ACCESS_URL: 'https://b.example.com'}\n"
    )
    alone = from_text(release)
    assert len(alone.coverage) == 1
    both = read_all([decode(release.encode(), "r.yaml"), decode(settings.encode(), "s.yaml")])
    assert both.coverage == ()
    assert [one.value for one in both.given] == ["https://b.example.com", "https://a.example.com"]
    assert (both.version, both.forms) == ("2.30.0", (Form.HELM_RELEASE, Form.KUBERNETES))


VERSIONS = [
    ("v2.30.0 server --pin=planted", "", "v2.30.0 \N{HORIZONTAL ELLIPSIS}"),
    (">= 2.30.0-rc.1, <2.31 || 2.33.x", "", ">= 2.30.0-rc.1, <2.31 || 2.33.x"),
    ("2.33.9", "2.33.9", ""),
    ("v2.34.0-rc.1", "2.34.0-rc.1", ""),
    ("v2.31.9-amd64", "2.31.9", ""),
    ("latest", "", "latest"),
    ("^2.0.0", "", "^2.0.0"),
    ("2.x", "", "2.x"),
    ("{{ .v }}", "", "a template"),
]


IMAGES = [
    ("ghcr.io/coder/coder:v2.31.0", "ghcr.io/coder/coder", "v2.31.0"),
    ("registry:5000/coder/coder", "registry:5000/coder/coder", ""),
    ("coder/coder:v2@sha256:00", "coder/coder", "v2"),
    ("coder/coder@sha256:00", "coder/coder", ""),
    ("coder/coder:${V:-latest}", "coder/coder", "${V:-latest}"),
    ("coder/coder:${A:-${V:-latest}}", "coder/coder", "${A:-${V:-latest}}"),
    ("${REPO:-ghcr.io/coder/coder}:${V:-latest}", "${REPO:-ghcr.io/coder/coder}", "${V:-latest}"),
    ("${IMAGE:-coder/coder:v2}", "${IMAGE:-coder/coder:v2}", ""),
    ("{{ .host }}:5000/coder:{{ .tag | default ':' }}", "{{ .host }}:5000/coder",
     "{{ .tag | default ':' }}"),
]  # fmt: skip


@every_row(("image", "repository", "tag"), IMAGES)
def test_an_image_is_taken_apart_around_what_is_filled_in(image, repository, tag):
    assert image_parts(image) == (repository, tag)


@every_row(("tag", "version", "hint"), VERSIONS)
def test_the_version_is_a_version_or_a_hint(tag, version, hint):
    text = f"coder:\n  image: {{tag: '{tag}'}}\n  env: [{{name: CODER_VERBOSE, value: '1'}}]\n"
    operator = from_text(text)
    assert (operator.version, operator.version_hint) == (version, hint)


@pytest.mark.parametrize("version", ["0.24.1", "1.44.0"])
def test_a_coder_before_two_is_named_as_such_and_refused(version):
    with pytest.raises(SourceError, match=f"for Coder {version}"):
        from_text(f"services: {{c: {{image: 'ghcr.io/coder/coder:v{version}'}}}}")


REFUSED = [
    (b"", None, "configures Coder"),
    (b"\0\1\2", None, "no text"),
    (b"x" * (8 * 1024 * 1024 + 1), None, "larger than 8 MiB"),
    (b"services: {web: {image: nginx}}", None, "without anything of Coder"),
    (b"apiVersion: v1\nkind: Service\n", None, "sets nothing of Coder"),
    (b"CODER_A=1", "sausage", "no form named"),
    (b"a: planted-secret: b", "server-yaml", "no YAML at line 1"),
    (b"- planted-secret", "server-yaml", "no map of options"),
]


@every_row(("content", "kind", "message"), REFUSED)
def test_what_cannot_be_read_says_why_and_never_what_it_holds(content, kind, message):
    with pytest.raises(SourceError, match=message) as caught:
        read(decode(content, "in\x1bput"), kind)
    said = caught.value.message + caught.value.hint
    assert "planted" not in said
    assert "\x1b" not in said
    assert caught.value.hint


def test_a_file_that_cannot_be_opened(tmp_path):
    for path in (tmp_path, tmp_path / "missing", Path("a\0b")):
        with pytest.raises(SourceError):
            open_file(path)


def test_aliases_do_not_multiply():
    layers = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    bomb = f"a0: &a0 [lol]\n{layers}"
    with bounded():
        values = from_text(bomb + "coder: {env: [{name: CODER_VERBOSE, value: '1'}]}\n")
        yaml = read_server_yaml("x: &x {<<: *x, a: 1}\n" + bomb, "bomb.yaml")
    assert [one.name for one in values.given] == ["CODER_VERBOSE"]
    assert yaml.given[-1].name == "a29"


def test_depth_is_no_way_to_end_the_process():
    with pytest.raises(SourceError, match="no YAML at line 1"):
        read_server_yaml("[" * 100_000, "deep.yaml")
    assert from_text("CODER_A=" + "${A:-" * 5000).given[0].state is GivenState.UNRESOLVED


def test_a_value_made_of_a_default_has_it_as_well():
    env = "[{name: CODER_A, value: 'x-${A:-b}'}, {name: CODER_B, value: '<$(CODER_A)>'}]"
    made = read(decode(f"coder: {{env: {env}}}".encode(), "values.yaml")).given[1]
    assert (made.state, made.value, made.prefix) == (GivenState.UNRESOLVED, "<x-b>", "<x-")


def test_a_value_made_of_a_variable_without_a_value_is_known():
    text = "coder: {env: [{name: CODER_A}, {name: CODER_B, value: 'a$(CODER_A)c'}]}"
    made = read(decode(text.encode(), "values.yaml")).given[1]
    assert (made.state, made.value) == (GivenState.LITERAL, "ac")


def test_what_the_chart_sets_depends_on_its_version():
    old, new = chart_environment("2.1.4"), chart_environment("2.35.1")
    assert old["CODER_PROMETHEUS_ADDRESS"].when is SetWhen.ALWAYS
    assert new["CODER_PROMETHEUS_ADDRESS"].when is SetWhen.NOT_GIVEN
    assert new.keys() - old.keys() == {"CODER_PPROF_ADDRESS", "CODER_CLUSTER_HOST"}
    assert "CODER_PPROF_ADDRESS" in chart_environment("2.25.0")
    assert "CODER_PPROF_ADDRESS" not in chart_environment("2.24.4")


MUTATIONS = [
    *(b"{{ }} ${ } \" ' | & * << - : # '' [ { } ] \x00 \xff % $( = \\ /* $$ ENC[".split()),
    *(b"\n", b"\r", b"\t", b"\xc2\x85", b"---\n", b"<<EOT\n", b"[Service]\n", b"&a ", b"<<: *a\n"),
]

BROKEN = 180
"""Of the twins; of real files, which are longer, a third. More: `python -m tests.fuzz SECONDS`."""


def test_nothing_crashes_on_any_input():
    """Every reader on broken twins; a fixed seed, so that a failure can be repeated."""
    chance = random.Random(20)  # noqa: S311 - no secrets here
    sources = [path.read_bytes() for path in TWINS]
    for _ in range(BROKEN):
        content = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(content) + 1)
            if chance.random() < 0.5:
                content[at:at] = chance.choice(MUTATIONS) * chance.choice((1, 1, 40))
            else:
                del content[at : at + chance.randint(1, 90)]
        read_with_every_reader(bytes(content))


def read_with_every_reader(content):
    try:
        file = decode(content, "mutant")
    except SourceError:
        return
    for reader in READERS.values():
        try:
            reader.recognise(file)
            operator = merge(*reader.read(file))
        except SourceError:
            continue
        lines = content.count(b"\n") + content.count(b"\r") + 1
        assert all(1 <= one.position.line <= lines for one in operator.given)
        assert not any("ENC[" in (one.value or "")[:4] for one in operator.given)


def test_readers_are_the_registry():
    assert list(READERS) == [reader.name for reader in READERS.values()]
    for path in TWINS:
        assert len(READERS["text"].read(decode(path.read_bytes(), path.name))) == 1


REAL = {
    # file: (reader, distinct names, states by initial (c is encrypted), version, hint)
    "argocd-helm-template.yaml": ("kubernetes", 12, "rrrrruulllll", "", "^2.0.0"),
    "compose-bare-interpolation.yaml": (
        "compose",
        24,
        "u" * 17 + "l" * 7,
        "",
        "${CODER_VERSION:-latest}",
    ),
    "compose-cut-lines.yaml": ("text", 10, "m" + "l" * 9, "2.25.2", ""),
    "compose-list-crlf.yaml": ("compose", 5, "uuuul", "", "latest"),
    "compose-twenty-services.yaml": ("compose", 32, "u" * 7 + "l" * 25, "", "latest"),
    "envfile-packaged-empty.env": ("env-file", 6, "e" * 6, "", ""),
    "envfile-shared-dotenv.env": ("env-file", 49, "e" * 6 + "l" * 43, "", ""),
    "helm-values-sops.yaml": ("helm-values", 16, "c" * 15 + "r", "", ""),
    "helm-values-subchart.yaml": ("helm-values", 4, "rruu", "", ""),
    "helmrelease-nested-anchors.yaml": ("kubernetes", 11, "ruu" + "l" * 8, "2.26.1", ""),
    "helmrelease-oidc-multidoc.yaml": (
        "kubernetes",
        32,
        "r" * 9 + "u" * 5 + "l" * 18,
        "2.1.4",
        "",
    ),
    "nix-compose-dead-names.nix": ("nix", 10, "l" * 10, "2.33.9", ""),
    "systemd-dead-names.service": ("systemd", 8, "l" * 8, "", ""),
    "terraform-configmaps.tf": ("terraform", 35, "u" * 14 + "l" * 25, "", "var.coder_version"),
    "yaml-config-duplicate-key.yaml": ("server-yaml", 26, "e" * 4 + "l" * 24, "", ""),
    "yaml-config-full-dump.yaml": ("server-yaml", 170, "e" * 43 + "l" * 127, "2.29.1", ""),
}
LETTER = {
    GivenState.LITERAL: "l",
    GivenState.EMPTY: "e",
    GivenState.REFERENCE: "r",
    GivenState.UNRESOLVED: "u",
    GivenState.ENCRYPTED: "c",
    GivenState.MALFORMED: "m",
    GivenState.PASS_THROUGH: "p",
}


@pytest.fixture
def real():
    root = os.environ.get("CONFAUDIT_TEST_DATA")
    if not root:
        pytest.skip("CONFAUDIT_TEST_DATA is not set: real operators' files were not read")
    return Path(root) / "realworld"


@pytest.mark.parametrize("name", REAL)
def test_real_files_give_what_they_set(real, name):
    reader, names, states, version, hint = REAL[name]
    file = open_file(real / name)
    operator = read(file)
    assert recognised(file).name == reader
    assert len({one.name for one in operator.given}) == names
    assert sorted(LETTER[one.state] for one in operator.given) == sorted(states)
    assert (operator.version, operator.version_hint) == (version, hint)
    for one in operator.given:
        if one.channel is Channel.ENV:
            assert re.search(rf"\b{one.name}\b", file.lines[one.position.line - 1]), one
    assert "\r" not in repr([(one.value, one.prefix) for one in operator.given])


def test_real_compose_with_its_real_dotenv(real):
    files = [
        open_file(real / name)
        for name in ("compose-twenty-services.yaml", "envfile-shared-dotenv.env")
    ]
    operator = read_all(files)
    assert {one.state for one in operator.given} == {GivenState.LITERAL}
    assert len(operator.given) == 32
    passed = {one.name for one in operator.given}
    unused = {one.name for one in operator.interpolation if one.name.startswith("CODER_")}
    assert {"CODER_OIDC_SCOPES", "CODER_DISABLE_PASSWORD_AUTH", "CODER_PORT"} <= unused - passed
    assert "planted-secret" not in repr(operator) + "".join(operator.coverage)


def test_real_files_when_broken(real):
    chance = random.Random(21)  # noqa: S311 - no secrets here
    contents = [path.read_bytes() for path in sorted(real.iterdir()) if path.suffix != ".md"]
    for _ in range(BROKEN // 3):
        content = bytearray(chance.choice(contents))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(content) + 1)
            content[at : at + chance.randint(0, 60)] = chance.choice(MUTATIONS)
        read_with_every_reader(bytes(content))


VALUES = """\
coder:
  env:
    - name: CODER_PPROF_ADDRESS
      value: "127.0.0.1:6060"
"""


CLUSTER = ("unresolved", None)
PSK = "CODER_PROVISIONER_DAEMON_PSK"


@every_row(
    ("values", "version", "name", "expected"),
    [
        (VALUES, "2.33.0", "CODER_HTTP_ADDRESS", ("literal", "0.0.0.0:8080")),
        (VALUES, "2.33.0", "CODER_PPROF_ADDRESS", None),
        ("coder: {env: []}", "2.33.0", "CODER_PPROF_ADDRESS", ("literal", "0.0.0.0:6060")),
        ("coder: {env: []}", "2.24.0", "CODER_PPROF_ADDRESS", None),
        (VALUES, "2.33.0", "CODER_CLUSTER_HOST", None),
        (VALUES, "2.35.0", "CODER_CLUSTER_HOST", ("unresolved", None)),
        (VALUES, "2.33.0", "CODER_ACCESS_URL", ("unresolved", None)),
        (VALUES + "  envUseClusterAccessURL: false\n", "2.33.0", "CODER_ACCESS_URL", None),
        (VALUES, "2.33.0", "CODER_TLS_ENABLE", None),
        (
            VALUES + "  tls:\n    secretNames: [x]\n",
            "2.33.0",
            "CODER_TLS_ENABLE",
            ("literal", "true"),
        ),
        (VALUES + "  tls:\n    secretNames: []\n", "2.33.0", "CODER_TLS_ENABLE", None),
        (VALUES + "  envUseClusterAccessURL: true\n", "2.33.0", "CODER_ACCESS_URL", CLUSTER),
        (VALUES + "provisionerDaemon: {pskSecretName: ''}\n", "2.33.0", PSK, None),
        (VALUES + "provisionerDaemon: {pskSecretName: x}\n", "2.33.0", PSK, CLUSTER),
    ],
)
def test_what_the_chart_adds(values, version, name, expected):
    operator = read(decode(values.encode(), "values.yaml"), "helm-values")
    added = added_by_chart(operator, version)
    found = [(one.state.value, one.value) for one in added if one.name == name]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("more", "prefix"),
    [("", "http://coder."), ("  tls: {secretNames: [x]}\n", "https://coder.")],
)
def test_the_charts_own_access_url_follows_its_tls(more, prefix):
    operator = read(decode((VALUES + more).encode(), "values.yaml"), "helm-values")
    [url] = [one for one in with_chart(operator, "2.33.0").given if one.name == "CODER_ACCESS_URL"]
    assert url.prefix == prefix


@every_row(
    ("value", "is_off"),
    [
        *(
            (text, True)
            for text in ("[]", "{}", "''", '""', "", "~", "null", "false", "False", "0")
        ),
        *((text, False) for text in ("[x]", "{a: b}", "x", "'false'", "'0'", "true", "1", "None")),
    ],
)
def test_a_key_of_the_chart_is_off_where_helm_takes_it_for_false(value, is_off):
    text = f"coder:\n  env: [{{name: CODER_A, value: b}}]\n  service: {value}\n"
    operator = from_text(text, "values.yaml")
    assert operator.chart.is_on("coder.service") is not is_off


@every_row(
    ("value", "holds", "is_on"),
    [
        ("no", Holds.TEXT, False),
        ("0.0", Holds.TEXT, False),
        ("[{name: x}]", Holds.LIST, True),
        ("[x]", Holds.TEXTS, True),
        ("{a: b}", Holds.MAP, True),
        ("'${IS_ON}'", Holds.OPEN, None),
        ("'${IS_ON:-true}'", Holds.OPEN, None),
        ("'{{ .Values.x }}'", Holds.OPEN, None),
        ("{{ x }}", Holds.OPEN, None),
        ("['${SECRET}']", Holds.OPEN, None),
        ("'*.${DOMAIN}'", Holds.TEXT, True),
        ("", Holds.NOTHING, False),
    ],
)
def test_what_a_key_of_the_chart_holds(value, holds, is_on):
    operator = from_text(f"coder:\n  image: {{}}\n  service: {value}\n", "values.yaml")
    found = operator.chart.keys["coder.service"]
    assert (found.holds, found.is_on) == (holds, is_on)


def test_keys_beside_a_part_are_the_chart_arounds():
    env = "env: [{name: CODER_ACCESS_URL, value: x}]"
    texts = (f"coder: {{{env}}}", f"coder: {{enabled: true, coder: {{{env}}}}}")
    whole, part = (from_text(text, "values.yaml") for text in texts)
    assert (whole.chart.is_part, part.chart.is_part) == (False, True)


def test_the_last_file_says_whether_a_key_of_the_chart_is_off():
    on, off = (
        from_text(f"coder: {{env: [{{name: CODER_A}}], tls: {{secretNames: {names}}}}}", "v.yaml")
        for names in ("[x]", "[]")
    )
    plain = from_text("coder: {env: [{name: CODER_A}]}", "v.yaml")
    key = "coder.tls.secretNames"
    merged = [merge(*files).chart for files in ([on, off], [off, on], [off, plain])]
    assert [chart.is_on(key) for chart in merged] == [False, True, False]


def test_variables_beside_the_charts_values_are_none_of_it():
    beside = "env:\n- {name: CODER_ACCESS_URL, value: x}\n"
    operator = from_text("coder: {service: {type: ClusterIP}}\n" + beside, "values.yaml")
    assert operator.given == ()
    assert operator.chart.keys["env"].position == Position("values.yaml", 2)
    assert [one.name for one in from_text(beside, "values.yaml").given] == ["CODER_ACCESS_URL"]


def test_the_chart_adds_nothing_to_other_files():
    operator = read(decode(b"CODER_ACCESS_URL=https://x.example\n", "coder.env"))
    assert with_chart(operator, "2.35.0") is operator
