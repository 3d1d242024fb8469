"""The registry: every kind of input keeps the same promises, and arguments find their kind."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from confaudit.core.model import RawDeployment, StoredFiles
from confaudit.errors import ConfauditError, SourceError
from confaudit.sources import SOURCES, SourceContext, read

NOW = datetime(2026, 7, 2, tzinfo=UTC)
SECRET = "planted-secret"
CONFIG = {"access_url": f"https://u:{SECRET}@x", "oidc": {}, "tls": {}, "derp": {}}
PAYLOAD = json.dumps({"config": CONFIG, "options": [{"flag": "access-url"}]})
PAGE = Path(__file__).parent.parent / "data" / "sources" / "page.md"

LIVE = RawDeployment(payload={"config": {}, "options": []}, label="live")
STORED = StoredFiles(files={"settings.json": "{}"}, commit="f" * 40)


def context(stdin: bytes = b"") -> SourceContext:
    def live(name: str) -> RawDeployment:
        return RawDeployment(payload=LIVE.payload, label=f"asked for {name!r}")

    def stored(revision: str) -> StoredFiles | None:
        return STORED if revision in ("HEAD", "main:prod", "both") else None

    return SourceContext(stdin=lambda: stdin, live=live, stored=stored, now=lambda: NOW)


def a_file(name: str, content: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        (folder / name).write_text(content)
        return str(folder / name)

    return make


def a_bundle(folder: Path) -> str:
    path = folder / "bundle"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deployment/config.json", PAYLOAD)
    return str(path)


def a_snapshot(folder: Path) -> str:
    (folder / "settings.json").write_text(json.dumps({"x": SECRET}))
    return str(folder)


SAMPLES: dict[str, tuple[Callable[[Path], str], type]] = {
    "api": (lambda _: "live:prod", RawDeployment),
    "snapshot": (a_snapshot, StoredFiles),
    "bundle": (a_bundle, RawDeployment),
    "docs": (a_file("page", PAGE.read_text()), RawDeployment),
    "payload": (a_file("payload", PAYLOAD), RawDeployment),
    "git": (lambda _: "main:prod", StoredFiles),
}

GARBAGE: dict[str, Callable[[Path], str]] = {
    "missing": lambda folder: str(folder / SECRET[:7]),
    "empty": a_file("garbage", ""),
    "text": a_file("garbage", f"password={SECRET}"),
    "json": a_file("garbage", json.dumps({"password": SECRET, "config": SECRET})),
    "zip": a_file("garbage", f"PK\x03\x04{SECRET}"),
    "page": a_file("garbage", f'page with "config" {SECRET}'),
    "url with credentials": lambda _: f"htps://user:{SECRET}@coder.example.com",
}


def test_every_kind_has_a_sample() -> None:
    assert set(SAMPLES) == set(SOURCES)


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("name", SOURCES)
def test_a_sample_is_recognised_and_read(name: str, forced: bool, tmp_path: Path) -> None:
    make, kind = SAMPLES[name]
    result = read(make(tmp_path), context(), name if forced else None)
    assert type(result) is kind
    assert result.label or result is STORED
    assert SECRET not in repr(result)


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("name", [None, *SOURCES])
def test_garbage_is_refused_without_a_leak(name: str | None, garbage: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read(GARBAGE[garbage](tmp_path), context(), name)
    assert raised.value.message
    assert raised.value.hint
    assert SECRET not in raised.value.message + raised.value.hint


@pytest.mark.parametrize(("name", "other"), list(permutations(SOURCES, 2)))
def test_the_wrong_kind_is_told_what_it_looks_like(name: str, other: str, tmp_path: Path) -> None:
    argument = SAMPLES[other][0](tmp_path)
    with pytest.raises(ConfauditError) as raised:
        read(argument, context(), name)
    if name != "git" and other != "git":
        assert SOURCES[other].title in raised.value.message
        assert f"--as {other}" in raised.value.hint


@pytest.mark.parametrize(
    ("argument", "asked"),
    [
        ("live", ""),
        ("live:prod", "prod"),
        ("https://coder.example.com", "https://coder.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
    ],
)
def test_live_arguments_are_decided_without_looking_at_the_disk(
    argument: str, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("live").write_text(PAYLOAD)
    assert read(argument, context()).label == f"asked for {asked!r}"
    assert read("./live", context()).label == "./live"


def test_a_path_wins_over_a_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("both").write_text(PAYLOAD)
    assert isinstance(read("both", context()), RawDeployment)
    assert read("both", context(), "git") is STORED
    assert read("HEAD", context()) is STORED


def test_standard_input_is_read_once_whatever_it_holds() -> None:
    reads = []

    def stdin() -> bytes:
        reads.append(1)
        return PAYLOAD.encode()

    once = SourceContext(stdin=stdin, live=context().live, stored=context().stored, now=lambda: NOW)
    for kind in (None, "payload"):
        assert isinstance(read("-", once, kind), RawDeployment)
    assert len(reads) == 2
    assert isinstance(read("-", context(PAGE.read_bytes())), RawDeployment)


@pytest.mark.parametrize("argument", ["", "-x", "--upload-pack=evil", "-"[:1] + "-"])
def test_arguments_that_could_be_options_are_refused(argument: str) -> None:
    with pytest.raises(SourceError, match="start with a dash"):
        read(argument, context())


def test_nothing_found_lists_what_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("production.json").write_text(PAYLOAD)
    with pytest.raises(SourceError) as raised:
        read("prodution.json", context())
    assert raised.value.message == "prodution.json is no URL, file, folder or git revision"
    assert raised.value.hint == "did you mean production.json?"


@pytest.mark.parametrize("argument", ["a\x00b", "x" * 5000, "no/such/folder/x", "\x1b[31mred\x07"])
def test_impossible_names_are_refused_calmly(argument: str) -> None:
    with pytest.raises(SourceError, match="is no URL, file, folder or git revision") as raised:
        read(argument, context())
    assert raised.value.message.isprintable()


def test_an_unknown_kind_lists_the_known_ones() -> None:
    with pytest.raises(SourceError, match="no kind of input named yaml") as raised:
        read("x", context(), "yaml")
    assert raised.value.hint == "kinds: api, snapshot, bundle, docs, payload, git"


def test_importing_the_package_is_cheap() -> None:
    heavy = ("urllib3", "tenacity", "zipfile", "ssl", "http.client", "yaml", "git", "deepdiff")
    code = "import sys, confaudit.sources, confaudit.sources.api; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not set(heavy) & set(loaded)
