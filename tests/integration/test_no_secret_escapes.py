"""The proof: whatever the server sends, nothing planted is found anywhere afterwards."""

import contextlib
import json
import os
import re
import subprocess
import zipfile
from itertools import groupby
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit import catalog
from confaudit.catalog.loader import packaged
from confaudit.cli.main import run
from confaudit.core.changes.diff import diff
from confaudit.core.model import RawDeployment
from confaudit.core.report.kinds import ReportKind
from confaudit.core.snapshot.canonical import encode
from confaudit.core.snapshot.commit_message import commit_message
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import states
from confaudit.notify import channel
from confaudit.render import formats_of
from tests.integration.receivers import PASSWORD, Receiver, mailbox
from tests.unit import planted

PLANTED = re.compile(rb"planted.?secret|proxyuser|planted", re.IGNORECASE)
DATA = os.environ.get("CONFAUDIT_TEST_DATA")
SERVED = sorted(Path(DATA).glob("coder/payloads*/*.json")) if DATA else []
PAYLOADS = [path for path in SERVED if PLANTED.search(path.read_bytes())]
"""What releases serve that has a secret to be found."""
WHOLE = {path.stem.partition("-")[0]: path for path in PAYLOADS}.values()
"""The newest of each kind: of the others JSON and text are looked at; of JSON all are made."""
KEY = "an-extra-long-planted-key"


@pytest.fixture
def folder(clean_folder):
    return clean_folder


def everything_git_holds(folder):
    """All objects whether reachable or not, reflogs, refs and configuration."""
    ids = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch", "--unordered"],
        cwd=folder,
        capture_output=True,
        check=True,
    ).stdout
    log = ["git", "log", "--all", "--reflog", "-p", "--format=raw"]
    shown = subprocess.run(log, cwd=folder, capture_output=True, check=True).stdout
    return ids + shown


def everything_on_disk(folder, but=()):
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in but:
            yield path, path.read_bytes()


def assert_clean(folder, out, but=()):
    assert not PLANTED.search(everything_git_holds(folder))
    for path, content in everything_on_disk(folder, but):
        assert not PLANTED.search(content), path
    assert not PLANTED.search((out.out + out.err).encode())


def report_in_every_format(*inputs, formats=None):
    """Into files, and in colours as a terminal shows it."""
    pairs = [
        part
        for name in formats or formats_of(ReportKind.LINT)
        for part in ("-f", name, "-o", f"report.{name}")
    ]
    shown = ["-f", "text", "-o", "-", "--color", "always"]
    assert run(["--debug", "diff", *inputs, *pairs, *shown]) == 0


def planted_payload(release):
    """A default deployment of a release, every secret option set and served in clear."""
    options, config = [], {}
    for spec in release.options.values():
        value = f"planted-secret-{spec.key}" if spec.secret else None
        wire = {"name": spec.name, "flag": spec.flag, "env": spec.env, "value": value}
        wire["annotations"] = {"secret": "true"} if spec.secret and len(options) % 2 else {}
        wire["use_instead"] = [
            {"flag": flag, "name": flag, "value": f"planted-secret-{flag}"}
            for flag in spec.use_instead
            if release.options[flag].secret
        ]
        options.append({**wire, "value_source": "env"} if spec.secret else wire)
        if spec.secret:
            section = config
            for key in spec.json_path.split(".")[:-1]:
                section = section.setdefault(key, {})
            section[spec.json_path.split(".")[-1]] = value
    return {"config": config, "options": options}


VERSIONS = [
    next(alike).version
    for _, alike in groupby(packaged().releases, lambda release: id(release.options))
]
"""The first of the releases in a row that declare the same options."""
PART = 8


@pytest.mark.parametrize("start", range(0, len(VERSIONS), PART), ids=lambda at: VERSIONS[at])
@pytest.mark.parametrize("key", [b"", KEY.encode()], ids=["no key", "key"])
def test_every_secret_of_every_release(key, start):
    """In parts that share a release: the first of each is compared with the one before."""
    before, known = None, set()
    for version in VERSIONS[max(0, start - 1) : start + PART]:
        release = catalog.release(version)
        raw = RawDeployment(planted_payload(release), version=version, label="x")
        after = normalise(redact(raw, key), release)
        secrets = {key for key, spec in release.options.items() if spec.secret}
        texts = [*encode(after).values(), repr(after)]
        if secrets != known:  # a diff costs, and only these can differ in what they hide
            changes = diff(before, after) if before else ()
            texts.append(commit_message(before, after, changes))
            known = secrets
        for text in texts:
            assert not PLANTED.search(text.encode()), version
        assert all(after.settings[name].value["secret_set"] is True for name in secrets)
        before = after


def test_the_demo_story_over_http(folder, capfd, monkeypatch):
    with LoopbackCoder(states()[0]) as coder:
        monkeypatch.setenv("CODER_URL", coder.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", coder.token)
        for state in states():
            assert PLANTED.search(json.dumps(state.payload).encode()), "nothing is planted"
            coder.serve(state)
            assert run(["--debug", "snapshot", "prod", "-v"]) == 0
        report_in_every_format("HEAD~2", "HEAD")
        report_in_every_format("HEAD~1")
        token = coder.token
    out = capfd.readouterr()
    assert_clean(folder, out)
    for path, content in everything_on_disk(folder):
        assert token.encode() not in content, path
    assert token not in out.out + out.err
    assert token.partition("-")[2].encode() not in everything_git_holds(folder)


def with_credentials(state, texts):
    """The state with each of the texts in options, names, config leaves and another answer."""
    config = {**state.payload["config"], "fork": [{text: text} for text in texts]}
    options = [
        {**option, "value": texts} if option["flag"] == "oidc-scopes" else option
        for option in state.payload["options"]
    ]
    told = state.answers["appearance"]._replace(body={"application_name": "x", "support": texts})
    return replace(
        state,
        payload={**state.payload, "config": config, "options": options},
        answers={**state.answers, "appearance": told},
    )


def test_every_kind_of_credential_over_http(folder, capfd, monkeypatch):
    """Our own token among them; also when what was stored is read again."""
    with LoopbackCoder(states()[0]) as coder:
        monkeypatch.setenv("CODER_URL", coder.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", coder.token)
        key_id, secret = coder.token.split("-")
        texts = [f"x-{coder.token}", f"a{key_id}", f"{secret}b"]
        texts += [text for text, _ in planted.texts()][::40]
        for state in states()[:2]:
            coder.serve(with_credentials(state, texts))
            assert run(["--debug", "snapshot", "prod", "-v"]) == 0
    report_in_every_format("HEAD~1", "HEAD")
    out = capfd.readouterr()
    assert_clean(folder, out)
    everything = [everything_git_holds(folder), *(text for _, text in everything_on_disk(folder))]
    assert any(b'"support"' in one for one in everything)
    for part in (key_id, secret, planted.SECRET, planted.RANDOM):
        assert part not in out.out + out.err
        assert not any(part.encode() in one for one in everything), part


def test_a_keyed_fingerprint_reveals_neither_key_nor_secret(folder, capfd, monkeypatch):
    (folder / "confaudit.yaml").write_text("fingerprint_key_env: FINGERPRINT_KEY\n")
    monkeypatch.setenv("FINGERPRINT_KEY", KEY)
    (folder / "in.json").write_text(json.dumps(states()[2].payload))
    assert run(["snapshot", "prod", "--from", "in.json"]) == 0
    settings = (folder / "deployments/prod/settings.json").read_text()
    assert "fingerprint" in settings
    assert_clean(folder, capfd.readouterr(), but=("in.json",))


def test_a_bundle_passes_the_same_gate(folder, capfd):
    state = states()[2]
    with zipfile.ZipFile(folder / "b.zip", "w") as bundle:
        bundle.writestr("deployment/config.json", json.dumps(state.payload, indent=2))
        bundle.writestr("deployment/buildinfo.json", json.dumps({"version": state.version}))
    assert run(["--debug", "snapshot", "prod", "--from", "b.zip"]) == 0
    assert_clean(folder, capfd.readouterr(), but=("b.zip",))


def test_notifications_carry_no_secret_and_tell_none(folder, capfd, caplog, monkeypatch):
    """Neither the server's, nor their own: URLs, passwords, and what other servers say."""
    monkeypatch.setattr(channel, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("PASSWORD", PASSWORD)
    mail = {"kind": "email", "host": "127.0.0.1", "from": "a@example.com", "to": ["b@example.com"]}
    login = {"user": "ops", "password_env": "PASSWORD", "security": "none"}
    hook = ["sh", "-c", "env > env.txt; cat > hook.json; exit ${CODER_SESSION_TOKEN:-0}"]
    with LoopbackCoder(states()[1]) as coder, Receiver() as receiver, mailbox() as box:
        for path in ("200", "302", "500"):
            monkeypatch.setenv(f"URL_{path}", f"{receiver.url}/{path}/planted-secret?sig=planted")
        monkeypatch.setenv("URL_GONE", "https://planted-secret@127.0.0.1/planted")
        forms = ("json", "slack", "teams")
        urls = ("URL_302", "URL_500", "URL_GONE")
        webhooks = {
            **{one: {"kind": "webhook", "url_env": "URL_200", "template": one} for one in forms},
            **{one: {"kind": "webhook", "url_env": one} for one in urls},
        }
        box.refused = ["gone@example.com"]
        others = {
            "mail": {**mail, "port": box.port, "security": "none"},
            "refused": {**mail, **login, "port": box.port},
            "gone": {**mail, "port": box.port, "security": "none", "to": box.refused},
            "hook": {"kind": "exec", "command": hook},
            "failing": {"kind": "exec", "command": ["sh", "-c", "exit 3", "planted-secret"]},
            "absent": {"kind": "exec", "command": ["./absent", "planted-secret"]},
        }
        text = json.dumps({"notifications": {**webhooks, **others}})
        (folder / "confaudit.yaml").write_text(text)
        monkeypatch.setenv("CODER_URL", coder.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", coder.token)
        assert run(["--debug", "snapshot", "prod"]) == 0
        coder.serve(states()[2])
        assert run(["--debug", "snapshot", "prod"]) == 0
        monkeypatch.setenv("CODER_SESSION_TOKEN", "0")
        assert run(["--debug", "notify", "json", "URL_500", "mail", "hook"]) == 4
        assert run(["--debug", "notify", "--dry-run"]) == 2
    out = capfd.readouterr()
    assert "POST …" in caplog.text
    assert not PLANTED.search(caplog.text.encode())
    ways = out.err.count("confaudit: notification ")
    assert ways == 2 * 7 + 1 + 1, out.err
    assert [one.body for one in receiver.at("/302")], "it was not asked"
    assert not receiver.at("/elsewhere")
    for posted in receiver.posted:
        assert not PLANTED.search(f"{posted.headers} {posted.body}".encode())
    assert len(box.mails) == 3
    for received in box.mails:
        assert not PLANTED.search(received.as_bytes())
        assert not PLANTED.search(received.get_body(("plain",)).get_content().encode())
        assert not PLANTED.search(received.get_body(("html",)).get_content().encode())
    assert_clean(folder, out, but=("confaudit.yaml",))


BROKEN = [
    '{"config": {"a": "planted-secret"}, "options": [}',
    '{"config": {"a": "planted-secret"}, "options": {"planted-secret": 1}}',
    '{"config": ["planted-secret"], "options": []}',
    '{"config": {"a": "planted-secret"}, "options": ["planted-secret", {"x": "planted-secret"}]}',
    '{"config": {"planted-secret": NaN}, "options": []}',
    '{"config": {"planted-secret": 1, "planted-secret": 2}, "options": []}',
    "planted-secret",
    "HTTP/1.1 401 Unauthorized\r\nSet-Cookie: planted-secret\r\n\r\nplanted-secret",
]


@pytest.mark.parametrize("content", BROKEN)
def test_errors_and_debug_output_quote_nothing(folder, capfd, content):
    (folder / "in.json").write_text(content)
    assert run(["--debug", "snapshot", "prod", "--from", "in.json"]) == 2
    out = capfd.readouterr()
    assert not PLANTED.search((out.out + out.err).encode())
    assert "Traceback" not in out.err


def test_stored_files_edited_by_hand_are_not_shown(folder, capfd):
    (folder / "in.json").write_text(json.dumps(states()[0].payload))
    assert run(["snapshot", "prod", "--from", "in.json"]) == 0
    settings = folder / "deployments/prod/settings.json"
    edited = json.loads(settings.read_text())
    edited["settings"]["postgres-url"]["value"] = "planted-secret"
    edited["settings"]["docs-url"]["value"] = "https://u:planted-secret@docs"
    settings.write_text(json.dumps(edited))
    report_in_every_format("HEAD", str(settings.parent))
    assert run(["git", "textconv", str(settings)]) == 0
    out = capfd.readouterr()
    assert not PLANTED.search((out.out + out.err).encode())
    for name in formats_of(ReportKind.LINT):
        assert not PLANTED.search((folder / f"report.{name}").read_bytes())


VIEWS = {
    "log": ("--patch",), "show": ("HEAD",), "blame": ("--all",), "status": ("--offline",),
    "compare": ("HEAD", "HEAD~1"),
}  # fmt: skip
"""Commands on a history that report, with what they need."""


def test_no_view_of_a_history_shows_what_was_committed_by_hand(folder, capfd):
    (folder / "in.json").write_text(json.dumps(states()[0].payload))
    assert run(["snapshot", "prod", "--from", "in.json"]) == 0
    (folder / "in.json").unlink()
    settings = folder / "deployments/prod/settings.json"
    for place in ("first", "second"):
        edited = json.loads(settings.read_text())
        edited["settings"]["postgres-url"] |= {"value": f"planted-secret-{place}"}
        address = f"https://u:planted-secret@{place}"
        edited["settings"]["docs-url"] |= {"value": address, "source": "env"}
        settings.write_text(json.dumps(edited, indent=2))
        git = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        subprocess.run([*git, "commit", "-qam", place], cwd=folder, check=True)
    (folder / "views").mkdir()
    for command, needs in VIEWS.items():
        for name in formats_of(ReportKind(command)):
            place = f"views/{command}.{name}"
            assert run(["--debug", command, *needs, "-f", name, "-o", place]) in (0, 1), place
    places = ("--sqlite=views/h.db", "--csv=views/csv", "--parquet=views/parquet")
    assert run(["--debug", "export", *places]) == 0
    assert run(["--debug", "site", "views/site"]) == 0
    out = capfd.readouterr()
    assert not PLANTED.search((out.out + out.err).encode())
    written = [*(folder / "views").rglob("*.*"), *(folder / ".git/confaudit").iterdir()]
    assert folder / "views/site/options/postgres-url.html" in written
    for path in written:
        assert path.is_dir() or not PLANTED.search(path.read_bytes()), path


@pytest.mark.skipif(not PAYLOADS, reason="NOT PROVED on real payloads: set CONFAUDIT_TEST_DATA")
@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_every_real_payload(folder, capfd, path):
    (folder / "default.json").write_bytes(SERVED[0].read_bytes())
    version = path.stem.partition("-")[2]
    state = replace(states()[0], payload=json.loads(path.read_text()), version=f"v{version}+abc")
    with LoopbackCoder(state) as coder:
        os.environ["CODER_SESSION_TOKEN"], os.environ["CODER_URL"] = coder.token, coder.url
        assert run(["--debug", "snapshot", "prod", "-v"]) == 0
        os.environ.pop("CODER_SESSION_TOKEN"), os.environ.pop("CODER_URL")
    formats = None if path in WHOLE else ["json"]
    report_in_every_format("default.json", "HEAD", formats=formats)
    assert_clean(folder, capfd.readouterr())


SECRET_LINES = {
    "typo.env": "CODER_PG_CONECTION=planted-secret\nCODER_OIDC_CLIENT_SECRT='planted' # planted\n",
    "twice.env": "CODER_NOPE=planted\nCODER_NOPE=planted-secret\nCODER_VERBOSE=1\n",
    ".gitlab-ci.yml": "deploy:\n  variables:\n"
    '    CODER_OIDC_AUTH_URL_PARAMS: "{\\"access_token\\":\\"planted\\"}"\n'
    "  script: [docker run -e CODER_VERBOSE=1 ghcr.io/coder/coder:v2.30.0]\n",
    "known.env": "CODER_VERBOSE=true # planted\nCODER_ACCESS_URL=ftp://u:planted-secret@x\n",
    "secret.env": "export CODER_OIDC_CLIENT_SECRET=planted-secret # planted\n",
    "run.sh": "docker run -e A=planted -e CODER_NOPE=planted -e B=planted coder/coder:v2.30.0\n",
    "flags.service": "[Service]\nExecStart=/bin/coder server --verbose --nope planted"
    " --oidc-client-secret planted --postgres-url=postgres://u:planted@h/d\n",
    "unit.service": "[Service]\n"
    'Environment=A=planted CODER_VERBOSE=1 CODER_NOPE=planted "CODER_B=planted"\n',
    "values.yaml": "coder: "
    '{env: [{name: CODER_NOPE, value: "planted"}, {name: CODER_VERBOSE}]} # planted\n',
    "compose.yaml": "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.30.0\n"
    "    environment: {CODER_NOPE: planted, CODER_OIDC_CLIENT_SECRET: planted}  # planted\n",
    "inspect.json": '[{"Config": {"Image": "ghcr.io/coder/coder:v2.30.0", "Cmd": ["server"],'
    ' "Env": ["A=planted", "CODER_NOPE=planted", "CODER_VERBOSE=true"]}}]\n',
    "Dockerfile": "FROM ghcr.io/coder/coder:v2.30.0\nENV CODER_NOPE=planted CODER_B=planted\n",
    "main.tf": 'locals { coder = "CODER_NOPE=planted\\nCODER_VERBOSE=1" }\nCODER_VERBOSE = true\n',
}
"""Lines on which something is to be found, and secrets stand beside, whatever they are called."""


def test_the_lines_of_files_are_shown_without_what_stands_beside_the_names(folder, capfd):
    for name, text in SECRET_LINES.items():
        assert PLANTED.search(text.encode())
        (folder / name).write_text(text)
    pairs = [
        part
        for form in formats_of(ReportKind.LINT)
        for part in ("-f", form, "-o", f"report.{form}")
    ]
    assert run(["--debug", "lint", *SECRET_LINES, *pairs, "-f", "text", "-o", "-"]) in (0, 1)
    out = capfd.readouterr()
    assert not PLANTED.search((out.out + out.err).encode())
    for path, content in everything_on_disk(folder, but=SECRET_LINES):
        assert not PLANTED.search(content), path
    found = json.loads((folder / "report.json").read_text())["findings"]
    places = [place for one in found for place in one.get("positions", ())]
    assert {place["file"] for place in places if "excerpt" in place} == SECRET_LINES.keys()


def test_in_every_form_of_file_columns_lead_to_the_names_and_no_further(folder, capfd):
    corpus = Path(__file__).parents[1] / "data/operator_files"
    files = [path.name for path in corpus.iterdir() if path.suffix != ".expected"]
    with contextlib.chdir(corpus):
        assert run(["lint", *files, "-f", "json", "-o", str(folder / "out.json")]) in (0, 1)
    text = (folder / "out.json").read_text()
    assert not PLANTED.search((text + capfd.readouterr().err).encode())
    places = [place for one in json.loads(text)["findings"] for place in one.get("positions", ())]
    known = [place for place in places if "column" in place]
    assert len(known) > 0.9 * len(places) > 50
    for place in known:
        line = (corpus / place["file"]).read_text().split("\n")[place["line"] - 1]
        shown, start = place["excerpt"], place["column"] - 1
        assert line[start:].startswith(shown["name"])
        assert shown["before"].lstrip("\N{HORIZONTAL ELLIPSIS} ") in line[:start]
        assert shown["after"].rstrip("\N{HORIZONTAL ELLIPSIS} ") in line[start:]
