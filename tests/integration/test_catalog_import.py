"""`confaudit catalog import` through the real command line code, real files and real HTTP."""

import contextlib
import io
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit import configfile
from confaudit.catalog import document
from confaudit.catalog.loader import packaged
from confaudit.cli.catalog_import import command
from confaudit.cli.main import run as run_confaudit
from confaudit.core.coder.facts import Experiments
from confaudit.core.coder.releases import Release
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import Response, states
from confaudit.errors import CatalogError, ConfauditError, SourceError
from confaudit.workflows import release_inputs
from confaudit.workflows.setup import Setup

INPUTS = Path(__file__).parents[1] / "data" / "importers"
PAGE = str(INPUTS / "page-new.md")
YAML = str(INPUTS / "written.yaml")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for name in ("CODER_URL", "CODER_SESSION_TOKEN", "CONFAUDIT_CONFIG", "CONFAUDIT_FORCE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "confaudit.yaml").write_text("deployments: {}\n", encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> None:
    command.main(list(arguments), prog_name="confaudit catalog import", standalone_mode=False)


def setup(folder: Path) -> Setup:
    loaded = configfile.load(folder / "confaudit.yaml")
    return Setup(loaded=loaded, repo=folder, timeout=1, retries=0)


def written(folder: Path, version: str) -> Release:
    data = (folder / "coder-releases" / f"{version}.json").read_bytes()
    (release,) = document.load(data, version)
    return release


def payload(version: str) -> dict[str, object]:
    """The sample's answer as a newer release would give it, with one option more."""
    text = json.dumps(states()[2].payload).replace("@v2.34.5", f"@v{version}")
    answer = json.loads(text)
    new = {"name": "New Thing", "flag": "new-thing", "env": "CODER_NEW_THING", "value": 7}
    answer["options"].append({**new, "default": "7", "value_source": "default"})
    answer["config"]["new_thing"] = 7
    return dict(answer)


def test_a_pipe_that_nobody_writes_to_keeps_nobody_waiting(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("pipe")
    assert run_confaudit(["catalog", "import", "2.99.0", "pipe"]) == 2
    assert "pipe" in capsys.readouterr().err


def test_a_pipe_that_is_written_to_is_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the shell's `<(coder server --help)` is."""
    reading, writing = os.pipe()
    text = Path(PAGE).read_bytes()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            for start in range(0, len(text), 1000):
                pipe.write(text[start : start + 1000])
                pipe.flush()
                time.sleep(0.01)

    threading.Thread(target=write).start()
    assert run_confaudit(["catalog", "import", "2.99.0", f"/dev/fd/{reading}"]) == 0
    os.close(reading)
    assert "Coder 2.99.0: " in capsys.readouterr().out


def test_folders_that_never_end_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(*["d"] * 60).mkdir(parents=True)
    assert run_confaudit(["catalog", "import", "2.99.0", "d"]) == 2
    assert "nested more than 50 deep" in capsys.readouterr().err


def test_a_docs_page_counts_what_was_hidden_before_and_names_what_vanished(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("2.99.0", PAGE)
    (line,) = (one for one in capsys.readouterr().out.splitlines() if " already, " in one)
    base = packaged().nearest("2.99.0")
    unsure = written(folder, "2.99.0").unsure
    hidden = [key for key, spec in base.options.items() if spec.hidden and key in unsure]
    assert line == f"  hidden in {base.version} already, not known: {len(hidden)} options"


def test_a_payload_adds_a_release_that_every_command_then_knows(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("new.json").write_text(json.dumps(payload("2.99.0")), encoding="utf-8")
    run("new.json", "--date", "2026-08-04")
    told = capsys.readouterr().out
    assert told.startswith("Coder 2.99.0: ")
    assert "\n  new: new-thing\n" in told
    assert "\n  guessed: config leaf of new-thing\n" in told
    assert f"\nwrote {folder / 'coder-releases' / '2.99.0.json'}\n" in told
    release = written(folder, "2.99.0")
    assert release.date == "2026-08-04"
    assert release.options["new-thing"].json_path == "new_thing"
    assert release.options["docs-url"].default == "https://coder.com/docs/@{version}"
    assert setup(folder).catalog().release("2.99.0") == release
    assert setup(folder).catalog().nearest("2.99.5") == release


def test_no_secret_and_no_value_reaches_the_catalogue(folder: Path) -> None:
    answer = payload("2.99.0")
    text = json.dumps(answer)
    text = text.replace('"coder.example.com"', '"planted-secret"')
    text = text.replace("https://coder.example.com", "https://planted-secret.example.com")
    for option in json.loads(text)["options"]:
        if option.get("annotations", {}).get("secret"):
            option["value"] = "planted-secret"
    Path("new.json").write_text(text, encoding="utf-8")
    assert "planted" in text
    run("new.json", YAML)
    assert "planted" not in (folder / "coder-releases" / "2.99.0.json").read_text(encoding="utf-8")


def test_a_live_server_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LoopbackCoder(states()[0]) as server:
        monkeypatch.setenv("CODER_URL", server.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        run("live", "--force")
    release = written(folder, "2.33.0")
    assert release.date == "2026-05-05"  # known before
    assert release.options["access-url"].env == "CODER_ACCESS_URL"


def test_the_source_of_a_release_tells_all_of_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("2.99.0", str(INPUTS / "deployment.go"), PAGE)
    told = capsys.readouterr().out
    assert f"\n  from: {INPUTS / 'deployment.go'} (source), {PAGE} (server docs page)\n" in told
    assert "\n  not known: default of elsewhere and pier-tide, what computes " in told
    assert "left out, because what shows all options lacks them: access-url, " in told
    release = written(folder, "2.99.0")
    assert release.is_complete
    assert release.options["pier-berths"].default == "12"
    assert release.experiments.safe == {"sirens"}
    assert release.leaves_without_option == ("pier.unmoored",)


def test_a_folder_stands_for_what_is_in_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = folder / "docs" / "reference"
    (docs / ".hidden").mkdir(parents=True)
    source = (INPUTS / "page-new.md").read_bytes()
    usage = b"# other\n\n    coder server other [flags]\n\n"
    for path, content in {
        "index.md": source,
        "other.md": usage + source.replace(b"cluster-name", b"planted"),
        ".hidden/page.md": source.replace(b"cluster-name", b"planted"),
        "written.yaml": Path(YAML).read_bytes(),
        "package.json": b'{"name": "x"}',
        "notes.md": b"# Notes\n",
        "picture.png": b"\x89PNG\xff\x00",
        "large.md": source + b" " * 1024 * 1024,
    }.items():
        (docs / path).write_bytes(content)
    run("2.99.0", "docs")
    told = capsys.readouterr().out
    assert (
        "\n  from: docs/reference/index.md (server docs page), docs/reference/written.yaml ("
        in told
    )
    run("2.99.0", PAGE, YAML)
    assert "\nunchanged: " in capsys.readouterr().out


def test_a_folder_of_everything_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_inputs, "_MOST_FILES", 2)
    for name in "abc":
        (folder / f"{name}.md").touch()
    with pytest.raises(CatalogError, match="holds more than 2 files"):
        run("2.99.0", ".")


def test_a_server_tells_its_version_in_its_help(folder: Path) -> None:
    run(str(INPUTS / "server-help.txt"), YAML)
    assert written(folder, "2.99.0").options["new-dir"].default == "{user_cache_dir}/coder/new"


def test_docs_are_joined(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("v2.99.0", PAGE, YAML)
    told = capsys.readouterr().out
    assert "config leaf" in told.partition("not known: ")[2].partition(" of cluster-name")[0]
    assert "when it was published" in told
    cluster = written(folder, "2.99.0").options["cluster-name"]
    assert (cluster.env, cluster.yaml_path, cluster.default) == (
        "CODER_CLUSTER_NAME",
        "networking.cluster.clusterName",
        "blue",
    )


def test_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (Path(PAGE).read_bytes(), json.dumps(payload("2.99.1")).encode()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        run("2.99.1", "-", "--force")
        assert written(folder, "2.99.1").options["access-url"].flag == "access-url"


def test_a_file_is_only_replaced_by_force(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("2.99.0", PAGE)
    before = (folder / "coder-releases" / "2.99.0.json").read_bytes()
    run("2.99.0", PAGE)
    assert "\nunchanged: " in capsys.readouterr().out
    with pytest.raises(CatalogError, match="exists and says something else") as caught:
        run("2.99.0", PAGE, YAML)
    assert "--force" in caught.value.hint
    assert (folder / "coder-releases" / "2.99.0.json").read_bytes() == before
    run("2.99.0", PAGE, YAML, "--force")
    assert (folder / "coder-releases" / "2.99.0.json").read_bytes() != before


def test_a_release_is_never_learnt_from_itself(folder: Path) -> None:
    """A guess of the first import must not become a fact of the second."""
    Path("new.json").write_text(json.dumps(payload("2.99.0")), encoding="utf-8")
    run("new.json")
    first = (folder / "coder-releases" / "2.99.0.json").read_bytes()
    assert b'"guessed": ["json_path"]' in first
    run("new.json", "--force")
    assert (folder / "coder-releases" / "2.99.0.json").read_bytes() == first


def test_another_place_to_write(folder: Path) -> None:
    run("2.99.0", PAGE, "-o", "elsewhere.json")
    assert document.load(Path("elsewhere.json").read_bytes(), "x")[0].version == "2.99.0"
    assert not (folder / "coder-releases").exists()


def refused() -> Iterator[tuple[str, list[str], type[ConfauditError], str]]:
    yield "no version", [PAGE], CatalogError, "which release"
    yield "known already", ["2.35.1", PAGE], CatalogError, r"knows Coder 2\.35\.1 already"
    yield "another version", ["2.99.1", "new.json"], CatalogError, r"2\.99\.0 and 2\.99\.1"
    yield "config alone", ["2.99.0", "config.json"], CatalogError, "does not name the options"
    yield "broken YAML", ["2.99.0", "bad.yaml"], CatalogError, r"bad\.yaml is not valid YAML"
    yield "cut source", ["2.99.0", "cut.go"], CatalogError, r"cut\.go cannot be read as Go source"
    yield "something else", ["2.99.0", "notes.env"], CatalogError, "nor what declares the options"
    yield "folder of nothing", ["2.99.0", "empty"], CatalogError, "empty holds nothing"
    yield "binary", ["2.99.0", "binary"], SourceError, "UTF-16"
    yield "nothing there", ["2.99.0", "nowhere.json"], SourceError, "nowhere"
    yield "no name", ["2.99.0", ""], SourceError, "may not be empty"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [row[1:] for row in refused()],
    ids=[row[0] for row in refused()],
)
def test_refusals(
    folder: Path, arguments: list[str], error: type[ConfauditError], message: str
) -> None:
    answer = payload("2.99.0")
    Path("new.json").write_text(json.dumps(answer), encoding="utf-8")
    Path("config.json").write_text(json.dumps(answer["config"]), encoding="utf-8")
    Path("bad.yaml").write_text("# (default: x, type: string)\na: [\n", encoding="utf-8")
    source = (INPUTS / "deployment.go").read_bytes()
    Path("cut.go").write_bytes(source[: source.index(b"return opts")])
    Path("notes.env").write_text("CODER_VERBOSE=true\n")
    Path("empty").mkdir()
    Path("empty", "notes.txt").touch()
    Path("binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(error, match=message) as caught:
        run(*arguments)
    assert caught.value.hint
    assert "planted" not in caught.value.message + caught.value.hint
    assert not (folder / "coder-releases").exists()


def test_a_snapshot_is_refused(folder: Path) -> None:
    Path("prod.json").write_text(json.dumps(states()[0].payload), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        assert run_confaudit(["snapshot", "prod", "--from", "prod.json"]) == 0
    with pytest.raises(CatalogError, match="is a snapshot"):
        run("2.99.0", "HEAD:prod")


@pytest.fixture
def imported(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., set[str]]:
    """Lint and audit an upgrade to what was imported, and tell which experiments are dead."""

    def dead(*experiments: str) -> set[str]:
        listed = ",".join(experiments)
        Path("coder.env").write_text(f"CODER_EXPERIMENTS={listed}\n", encoding="utf-8")
        found = []
        for words in (["lint", "--version", "2.99.0"], ["upgrade", "--from", "2.35.1", *TO]):
            capsys.readouterr()
            run_confaudit([*words, "--env-file", "coder.env", "-f", "json"])
            findings = json.loads(capsys.readouterr().out)["findings"]
            found.append(
                {
                    one["subject"].removeprefix("experiments:")
                    for one in findings
                    if one["rule"] == "experiment-gone"
                }
            )
        assert found[0] == found[1]
        return found[0]

    return dead


TO = ("--to", "2.99.0")


def test_experiments_that_were_not_told_are_not_called_dead(
    folder: Path, imported: Callable[..., set[str]]
) -> None:
    Path("new.json").write_text(json.dumps(payload("2.99.0")), encoding="utf-8")
    run("new.json")
    assert "experiments" not in json.loads((folder / "coder-releases/2.99.0.json").read_text())
    assert imported("chat-stage-metrics", "oauth2", "web-push", "*") == {"web-push"}


def test_a_live_server_tells_its_safe_experiments(
    folder: Path, imported: Callable[..., set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = states()[2]
    told = Response(200, {"safe": ["web-push", "chat-stage-metrics", "Not One!", 7]})
    build = Response(200, {"version": "v2.99.0+abc1234"})
    answers = {**state.answers, "experiments/available": told, "buildinfo": build}
    with LoopbackCoder(replace(state, version="v2.99.0+abc1234", answers=answers)) as server:
        monkeypatch.setenv("CODER_URL", server.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        run("live")
        with contextlib.redirect_stdout(io.StringIO()):
            assert run_confaudit(["snapshot", "prod"]) == 0
    safe = frozenset({"web-push", "chat-stage-metrics"})
    assert written(folder, "2.99.0").experiments == Experiments(safe, safe)
    assert imported("chat-stage-metrics", "never-was", "web-push", "agents") == {"agents"}
    run("2.99.0", PAGE, "HEAD:prod", "--force", "-o", "again.json")
    (release,) = document.load(Path("again.json").read_bytes(), "again.json")
    assert release.experiments == Experiments(safe, safe)
    with pytest.raises(CatalogError, match="is a snapshot"):
        run("2.99.0", "HEAD:prod", "--force")


def test_experiments_that_are_all_told_decide(
    folder: Path, imported: Callable[..., set[str]]
) -> None:
    Path("new.json").write_text(json.dumps(payload("2.99.0")), encoding="utf-8")
    run("new.json")
    path = folder / "coder-releases" / "2.99.0.json"
    (release,) = document.load(path.read_bytes(), "own")
    told = Experiments(frozenset({"chat-stage-metrics", "oauth2"}), is_complete=True)
    path.write_bytes(document.dump([replace(release, experiments=told)]))
    assert imported("chat-stage-metrics", "oauth2", "web-push", "chat-advisor", "no-one") == {
        "web-push",
        "chat-advisor",
        "no-one",
    }
    run("new.json", "--force")  # what was known besides stays
    assert written(folder, "2.99.0").experiments == told


def test_a_damaged_catalogue_stops_every_command_with_its_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("2.99.0", PAGE)
    (folder / "coder-releases" / "2.99.0.json").write_text("{}", encoding="utf-8")
    Path("prod.json").write_text(json.dumps(states()[0].payload), encoding="utf-8")
    assert run_confaudit(["diff", "prod.json", "prod.json"]) == 2
    assert "2.99.0.json, line 1: format is missing" in capsys.readouterr().err


def test_what_is_new_in_a_real_release_is_not_called_dead(
    folder: Path, imported: Callable[..., set[str]]
) -> None:
    data = os.environ.get("CONFAUDIT_TEST_DATA")
    if not data:
        pytest.skip("NOT CHECKED with a real payload: CONFAUDIT_TEST_DATA is not set")
    served = Path(data, "coder/payloads-2.36/production-2.36.0.json").read_text(encoding="utf-8")
    Path("new.json").write_text(served.replace("@v2.36.0", "@v2.99.0"), encoding="utf-8")
    run("new.json")
    text = Path(data, "coder", "experiments.json").read_text(encoding="utf-8")
    known = {one["version"]: one["known"] for one in json.loads(text)["releases"]}
    later = known["main-089dca65"]
    assert set(later) - set(known["2.36.0"])
    assert imported(*later, "aibridge") == {"aibridge"}
