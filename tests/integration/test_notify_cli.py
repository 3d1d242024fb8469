"""People are told of changes: by real servers on loopback, and by real programs."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from confaudit.cli.setup import read_setup
from confaudit.core.report.report import Report
from confaudit.demo.story import states
from confaudit.notify import channel
from confaudit.workflows.notify import announce
from confaudit.workflows.setup import Setup
from confaudit.workflows.show import show
from confaudit.workflows.snapshot import Outcome, Status
from tests.integration.processes import DEADLINE, wait_until
from tests.integration.receivers import PASSWORD, Mailbox, Receiver, dripping, mailbox
from tests.unit.report_schema import REPORT_SCHEMA

Confaudit = Callable[..., tuple[int, str, str]]
SUBJECT = "prod: aibridge-enabled and 5 more changed by the operator"
HOSTILE = "<!channel> *`{{DATE(x)}}` [a](https://x) & co"
MAIL = {"kind": "email", "from": "confaudit@example.com", "to": ["ops@example.com"]}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "PAUSE_SECONDS", 0.0)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def folder(clean_folder: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two states of a server, and a receiver that has got nothing yet."""
    receiver.posted.clear()
    monkeypatch.setenv("CHAT_PASSWORD", PASSWORD)
    before, after = (state.payload for state in states()[:2])
    Path("0.json").write_text(json.dumps(before))
    text = json.dumps(after)
    assert "relay.tidewater.example.com:587" in text
    Path("1.json").write_text(text.replace("relay.tidewater.example.com:587", HOSTILE))
    return clean_folder


@pytest.fixture
def changed(folder: Path, confaudit: Confaudit) -> Path:
    """A repository with a change in it."""
    for name in ("0.json", "1.json"):
        assert confaudit("snapshot", "prod", "--from", name)[0] == 0
    return folder


def configure(**notifications: Mapping[str, object]) -> None:
    patient = {name: {"timeout": DEADLINE, **one} for name, one in notifications.items()}
    Path("confaudit.yaml").write_text(yaml.safe_dump({"notifications": patient}, sort_keys=False))


def webhook(patch: pytest.MonkeyPatch, name: str, url: str, **more: object) -> dict[str, object]:
    patch.setenv(f"{name}_URL", url)
    return {"kind": "webhook", "url_env": f"{name}_URL", **more}


def test_a_change_is_told_in_every_way_to_whom_it_concerns(
    folder: Path, confaudit: Confaudit, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hook(name: str, **more: object) -> dict[str, object]:
        return webhook(monkeypatch, name, f"{receiver.url}/200/{name}?sig=planted-secret", **more)

    Path("house").mkdir()
    own = "{{ message.deployment }} at {{ message.level }}: {{ message.subject }}"
    Path("house/own.txt.j2").write_text(own)
    # It takes the lock of the repository itself, which nobody may hold while it runs.
    program = ["flock", "-n", ".git/confaudit.lock", "sh", "-c", "env > env.txt; cat > hook.json"]
    with mailbox() as box:
        configure(
            report=hook("report"),
            slack=hook("slack", template="slack", level="warning", causes=["operator"]),
            teams=hook("teams", template="teams", deployments=["pr*"]),
            own=hook("own", template="house/own.txt.j2"),
            elsewhere=hook("elsewhere", deployments=["staging"]),
            broken=hook("broken", level="error"),
            upgrades=hook("upgrades", causes=["release"]),
            mail={**MAIL, "host": "127.0.0.1", "port": box.port, "security": "none"},
            program={"kind": "exec", "command": program, "level": "warning"},
        )
        assert confaudit("snapshot", "prod", "--from", "0.json")[0] == 0
        first = sorted(one.path.split("/")[2].partition("?")[0] for one in receiver.posted)
        assert first == ["own", "report", "teams"], "those who want it all hear of a first one"
        assert confaudit("snapshot", "prod", "--from", "0.json") == (0, "", "")
        assert len(receiver.posted) == len(first)
        assert len(box.mails) == 1
        receiver.posted.clear()
        assert confaudit("snapshot", "prod", "--from", "1.json") == (0, "", "")
    posted = {one.path.split("/")[2].partition("?")[0]: one for one in receiver.posted}
    assert posted.keys() == {"report", "slack", "teams", "own"}
    document = json.loads(posted["report"].body)
    REPORT_SCHEMA.validate(document)
    assert posted["report"].headers["Content-Type"] == "application/json"
    assert len(document["changes"]) == 6
    assert json.loads(Path("hook.json").read_text()) == document
    assert_is_slack(json.loads(posted["slack"].body))
    assert_is_teams(json.loads(posted["teams"].body))
    assert posted["own"].body == f"prod at warning: {SUBJECT}"
    assert posted["own"].headers["Content-Type"] == "text/plain; charset=utf-8"
    assert_is_mail(box)
    told = dict(line.split("=", 1) for line in Path("env.txt").read_text().splitlines())
    assert told["CONFAUDIT_SUBJECT"] == SUBJECT
    assert (told["CONFAUDIT_DEPLOYMENT"], told["CONFAUDIT_LEVEL"]) == ("prod", "warning")
    assert document["tables"]["deployments"]["rows"][0]["commit"] == told["CONFAUDIT_COMMIT"]
    assert "report_URL" not in told


def test_a_report_that_is_printed_and_sent_is_made_once(
    folder: Path, confaudit: Confaudit, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(setup: Setup, *words: str) -> Report:
        made.append(words)
        return show(setup, *words)

    monkeypatch.setattr("confaudit.workflows.show.show", counted)
    one, two = (webhook(monkeypatch, name, f"{receiver.url}/200/{name}") for name in ("a", "b"))
    configure(one=one, two=two, broken=webhook(monkeypatch, "c", f"{receiver.url}/500"))
    code, out, err = confaudit("snapshot", "prod", "--from", "0.json", "--report")
    assert (code, len(made)) == (0, 1)
    assert "brought to prod" in out
    assert err.startswith("confaudit: notification broken: ")
    assert [len(receiver.at(f"/200/{name}")) for name in ("a", "b")] == [1, 1]


def assert_is_slack(message: dict[str, object]) -> None:
    text = json.dumps(message, ensure_ascii=False)
    assert message["text"] == SUBJECT
    assert "`--session-duration` changed: `8h` (env) → `12h` (env)" in text
    assert "<" not in text
    quote = "\N{MODIFIER LETTER GRAVE ACCENT}"
    assert f"&lt;!channel&gt; *{quote}{{{{DATE(x)}}}}{quote} [a](https://x) &amp; co`" in text


def assert_is_teams(message: dict[str, object]) -> None:
    text = json.dumps(message, ensure_ascii=False)
    assert SUBJECT in text
    assert HOSTILE in text, "where no Markdown is, nothing has to be escaped"
    assert '"TextBlock"' not in text
    assert '"text": ""' not in text


def assert_is_mail(box: Mailbox) -> None:
    mail = box.mails[-1]
    assert box.envelopes[-1] == ("confaudit@example.com", ["ops@example.com"])
    assert mail["Subject"] == SUBJECT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail["Date"].datetime.tzinfo is not None
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "+ offline_access" in text.get_content()
    assert "&lt;!channel&gt;" in page.get_content()
    assert "<!channel>" not in page.get_content()


def test_what_fails_is_told_on_one_line_and_the_snapshot_is_taken(
    folder: Path, confaudit: Confaudit, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("wrong.json.j2").write_text("{{ message.subject }}")
    waits = ["sh", "-c", "sleep 600 & echo $! > pid; wait"]

    def hook(name: str, path: str, **more: object) -> dict[str, object]:
        return webhook(monkeypatch, name, f"{receiver.url}/{path}?sig=planted-secret", **more)

    configure(
        once=hook("once", "500,200"),
        twice=hook("twice", "503"),
        moved=hook("moved", "302"),
        unset={"kind": "webhook", "url_env": "NOT_SET"},
        unreachable=webhook(monkeypatch, "none", "http://127.0.0.1:9/planted-secret"),
        plain=webhook(monkeypatch, "plain", "http://chat.example.com/planted-secret"),
        template=hook("template", "200", template="wrong.json.j2"),
        lacking=hook("lacking", "200", template="none.json.j2"),
        mail={**MAIL, "host": "127.0.0.1", "port": 9},
        clear={**MAIL, "host": "mail.example.com", "security": "none"}
        | {"user": "x", "password_env": "CHAT_PASSWORD"},
        failing={"kind": "exec", "command": ["sh", "-c", "echo x >> runs; exit 3"]},
        absent={"kind": "exec", "command": ["./no-such-program"]},
        slow={"kind": "exec", "command": waits, "timeout": 0.7},
    )
    code, out, err = confaudit("snapshot", "prod", "--from", "0.json")
    assert (code, out) == (0, "")
    assert sorted(err.splitlines()) == sorted(f"confaudit: notification {one}" for one in FAULTS)
    assert [len(receiver.at(path)) for path in ("/500,200", "/503", "/302", "/200")] == [2, 2, 2, 0]
    assert Path("runs").read_text() == "x\nx\n"
    wait_until(lambda: not Path(f"/proc/{Path('pid').read_text().strip()}").exists())
    log = subprocess.run(["git", "log", "--format=%s"], capture_output=True, text=True, check=True)
    assert log.stdout.startswith("prod: first snapshot")


FAULTS = (
    "twice: 127.0.0.1 answers with status 503",
    "moved: 127.0.0.1 answers with status 302",
    "unset: NOT_SET is not set",
    "unreachable: 127.0.0.1 cannot be asked: the host does not accept connections",
    "plain: plain http would send what changed unencrypted over the network",
    "template: template wrong.json.j2 does not make JSON",
    "lacking: there is no template none.json.j2",
    "mail: 127.0.0.1 cannot be reached",
    "clear: the password for the mail server would travel unencrypted",
    "failing: sh failed with exit code 3",
    "absent: ./no-such-program could not run (FileNotFoundError)",
    "slow: sh did not end within 0.7 s and was killed",
)


def test_a_fleet_is_told_of_together_and_what_fails_is_given_up(
    folder: Path, confaudit: Confaudit, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(
        twice=webhook(monkeypatch, "twice", f"{receiver.url}/500"),
        each=webhook(monkeypatch, "each", f"{receiver.url}/200/each"),
        all=webhook(monkeypatch, "all", f"{receiver.url}/200/all", together=True),
        one=webhook(
            monkeypatch, "one", f"{receiver.url}/200/one", together=True, deployments=["b"]
        ),
    )
    outcomes = []
    for name in ("a", "b"):
        assert confaudit("snapshot", name, "--from", "0.json", "--no-notify") == (0, "", "")
        commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True)
        outcomes.append(Outcome(name, Status.RECORDED, commit=commit.stdout.strip()))
    assert receiver.posted == []
    assert len([*announce(read_setup(folder), outcomes)]) == 1
    assert len(receiver.at("/500")) == 2
    told = [json.loads(one.body) for one in receiver.at("/200/each")]
    assert [one["title"].rpartition(" ")[2] for one in told] == ["a", "b"]
    (together,) = [json.loads(one.body) for one in receiver.at("/200/all")]
    REPORT_SCHEMA.validate(together)
    assert together["title"] == "What changed in 2 deployments"
    rows = together["tables"]["deployments"]["rows"]
    assert [(row["deployment"], row["commit"]) for row in rows] == [
        (one.deployment, one.commit[:12]) for one in outcomes
    ]
    (alone,) = [json.loads(one.body) for one in receiver.at("/200/one")]
    assert alone["title"] == told[1]["title"]


def test_a_trial_says_what_came_of_it_and_sends_a_mark(
    changed: Path, confaudit: Confaudit, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{receiver.url}/planted-secret"
    configure(
        chat=webhook(monkeypatch, "chat", url, template="slack"),
        upgrades=webhook(monkeypatch, "upgrades", url, causes=["release"]),
        broken=webhook(monkeypatch, "broken", f"{receiver.url}/404"),
    )
    code, out, _ = confaudit("notify", "--dry-run", "chat")
    assert (code, receiver.posted) == (0, [])
    assert f"Test: {SUBJECT}" in out
    code, out, _ = confaudit("notify", "chat", "upgrades")
    assert code == 0
    assert out == (
        "delivered to chat: 127.0.0.1\ndelivered to upgrades: 127.0.0.1; "
        "a snapshot would not: its conditions do not hold\n"
    )
    assert json.loads(receiver.posted[0].body)["text"] == f"Test: {SUBJECT}"
    assert "test of a notification" in json.loads(receiver.posted[1].body)["notes"][0]
    code, out, err = confaudit("notify")
    assert code == 4
    assert len(out.splitlines()) == 2
    assert "notification broken: 127.0.0.1 answers with status 404" in err
    assert confaudit("notify", "chta")[::2] == (
        2,
        "confaudit: confaudit.yaml has no notification 'chta'\nhint: did you mean chat?\n",
    )


def test_there_has_to_be_something_to_try(folder: Path, confaudit: Confaudit) -> None:
    assert confaudit("notify")[0] == 3
    configure(page={"kind": "exec", "command": ["true"]})
    subprocess.run(["git", "init", "-q"], check=True)
    assert confaudit("notify")[::2] == (
        3,
        "confaudit: there is no snapshot yet\nhint: take one with `confaudit snapshot`\n",
    )


def test_mail_goes_encrypted_and_with_a_password(
    changed: Path, confaudit: Confaudit, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG_PASSWORD", "planted-secret-wrong")
    known = {**MAIL, "host": "localhost", "user": "ops", "ca_file": str(certificate)}
    right = {**known, "password_env": "CHAT_PASSWORD"}
    two = {**right, "to": ["ops@example.com", "gone@example.com"]}
    with (
        mailbox(str(certificate)) as box,
        mailbox(str(certificate), is_tls=True) as tls,
        dripping() as drip,
    ):
        box.refused = ["gone@example.com"]
        configure(
            starttls={**right, "port": box.port},
            tls={**right, "port": tls.port, "security": "tls"},
            wrong={**known, "password_env": "WRONG_PASSWORD", "port": box.port},
            distrusted={**right, "port": box.port, "ca_file": ""},
            clear={**MAIL, "host": "127.0.0.1", "port": box.port, "security": "none"},
            part={**two, "port": box.port},
            nobody={**two, "to": ["gone@example.com"], "port": box.port},
            slow={**MAIL, "host": "127.0.0.1", "port": drip, "timeout": 1},
        )
        code, out, err = confaudit("notify")
    assert code == 4
    assert [len(box.mails), len(tls.mails)] == [2, 1], "nobody gets a mail twice"
    assert out.count("delivered to") == 2
    assert [line for line in err.splitlines() if line.startswith("confaudit")] == [
        "confaudit: notification wrong: localhost does not accept the user or the password",
        "confaudit: notification distrusted: localhost is not trusted: the server's TLS certificate"
        " comes from an authority that is not trusted here",
        "confaudit: notification clear: 127.0.0.1 wants encryption or a password first",
        "confaudit: notification part: localhost refused 1 of 2 addresses",
        "confaudit: notification nobody: localhost refuses every address of `to`",
        "confaudit: notification slow: 127.0.0.1 did not take the mail within 1 s",
    ]
    assert os.environ["CHAT_PASSWORD"] not in err


def test_the_doctor_names_what_could_not_be_sent(
    folder: Path, confaudit: Confaudit, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hook(name: str, **more: object) -> dict[str, object]:
        return webhook(monkeypatch, name, f"{receiver.url}/planted-secret", **more)

    Path("own.j2").write_text("x")
    Path("page").write_text("#!/bin/sh\n")
    Path("page").chmod(0o755)
    clear = {**MAIL, "host": "mail.example.com", "user": "x", "password_env": "CHAT_PASSWORD"}
    configure(
        chat=hook("chat", template="own.j2"),
        page={"kind": "exec", "command": ["./page"]},
        found={"kind": "exec", "command": ["sh"]},
        mail=clear,
        unset={"kind": "webhook", "url_env": "NOT_SET"},
        lacking=hook("lacking", template="none.j2"),
        plain=webhook(monkeypatch, "plain", "http://chat.example.com/planted-secret"),
        distrusting=hook("distrusting", ca_file="none.pem"),
        clear={**clear, "security": "none"},
        absent={"kind": "exec", "command": ["./absent"]},
    )
    _, out, _ = confaudit("doctor", "-f", "json")
    rows = json.loads(out)["tables"]["checks"]["rows"]
    found = [row for row in rows if row["about"] == "notifications"]
    well = [row["check"] for row in found if row["state"] == "ok"]
    assert well == ["chat", "page", "found", "mail"]
    failing = [row for row in found if row["state"] == "failed"]
    assert [row["found"] for row in failing] == [
        "NOT_SET is not set",
        "there is no template none.j2",
        "plain http would send what changed unencrypted over the network",
        "the file of certificate authorities (ca_file) cannot be read",
        "the password for the mail server would travel unencrypted",
        "there is no program ./absent",
    ]
    assert all(row["advice"] for row in failing)
    assert receiver.posted == []
