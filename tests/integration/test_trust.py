"""What confaudit.yaml may have of a machine: nothing secret before somebody agreed.

Each folder stands for a checkout of somebody else's, with a confaudit.yaml that wants something.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from confaudit.demo.story import states
from tests.integration.scripted_server import TOKEN, Reply, ScriptedServer, coder

Confaudit = Callable[..., tuple[int, str, str]]
SCRIPT = "#!/bin/sh\ntouch ran\necho {token}\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    """The server that the token is not meant for."""
    payload = Reply(states()[0].payload)
    with ScriptedServer(coder(deployment__config=payload)) as running:
        yield running


@pytest.fixture
def checkout(clean_folder: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is not trusted, with a program in it, and a token in the environment."""
    server.asked.clear()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(clean_folder / "home"))
    monkeypatch.setenv("GIVEN", TOKEN)
    monkeypatch.delenv("CI", raising=False)
    place = clean_folder / "checkout"
    place.mkdir()
    (clean_folder / "home").mkdir()
    monkeypatch.chdir(place)
    Path("../token").write_text(TOKEN)
    Path("linked").symlink_to("../token")
    Path("inside").write_text(TOKEN)
    Path("a.json").write_text(json.dumps(states()[1].payload))
    Path("give").write_text(SCRIPT.format(token=TOKEN))
    Path("give").chmod(0o755)
    return place


def ask(server: ScriptedServer, *lines: str) -> None:
    """Write a confaudit.yaml with a deployment."""
    below = "".join(f"    {line}\n" for line in (f"url: {server.url}", *lines))
    Path("confaudit.yaml").write_text(f"deployments:\n  prod:\n{below}")


def was_given_away(server: ScriptedServer) -> bool:
    """Whether a program ran, or a token was sent."""
    return Path("ran").exists() or any("Coder-Session-Token" in one.headers for one in server.asked)


@pytest.fixture
def own_url(checkout: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """CODER_URL says that it is the user's server."""
    monkeypatch.setenv("CODER_URL", f"{server.url}/")


WANTED = [
    # what confaudit.yaml says, and what that is refused: without CODER_URL, and with
    ("token_command: ./give", "run a command", "run a command"),
    ("token_file: ../token", "read a token outside its folder", "read a token outside its folder"),
    ("token_file: linked", "read a token outside its folder", "read a token outside its folder"),
    ("ca_file: ca.pem", "name an authority", "name an authority"),
    ("token_env: GIVEN", "have a token sent to http://localhost:", ""),
    ("token_file: inside", "have a token sent to http://localhost:", ""),
]


@pytest.mark.parametrize(("line", "refused"), [row[:2] for row in WANTED])
@pytest.mark.parametrize("command", [("diff", "a.json"), ("snapshot",)], ids="-".join)
def test_a_strangers_confaudit_yaml_gets_nothing(
    line: str,
    refused: str,
    command: tuple[str, ...],
    checkout: Path,
    server: ScriptedServer,
    confaudit: Confaudit,
) -> None:
    ask(server, line)
    code, _, err = confaudit(*command)
    assert (code, was_given_away(server)) == (2, False)
    assert "confaudit.yaml, line 2, deployments.prod: it is not trusted to " + refused in err
    assert "read it, then run `confaudit trust` once as this user" in err


@pytest.mark.usefixtures("own_url")
@pytest.mark.parametrize(("line", "refused"), [(row[0], row[2]) for row in WANTED])
def test_the_server_of_coder_url_may_have_its_token_and_nothing_else(
    line: str, refused: str, checkout: Path, server: ScriptedServer, confaudit: Confaudit
) -> None:
    ask(server, line)
    code, _, err = confaudit("snapshot", "prod")
    if refused:
        assert (code, was_given_away(server)) == (2, False)
        assert f"it is not trusted to {refused}" in err
    else:
        assert (code, was_given_away(server), err) == (0, True, "")


def test_coders_own_variable_is_for_coder_url_alone(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes before what confaudit.yaml names."""
    monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    ask(server, "token_command: ./give")
    assert confaudit("snapshot")[0] == 2
    assert not was_given_away(server)
    monkeypatch.setenv("CODER_URL", server.url)
    assert confaudit("snapshot")[0] == 0
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    "elsewhere", ["https://127.0.0.1:80", "http://127.0.0.1.example.com", "http://127.0.0.1:800"]
)
def test_another_server_is_not_that_of_coder_url(
    elsewhere: str, checkout: Path, confaudit: Confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by another scheme, host or port either."""
    monkeypatch.setenv("CODER_URL", "http://127.0.0.1:80")
    Path("confaudit.yaml").write_text(
        f"deployments: {{a: &same {{url: '{elsewhere}', token_env: HOME}}, b: *same}}"
    )
    code, _, err = confaudit("snapshot", "--allow-http", "--retries", "0")
    assert (code, err.count("it is not trusted to have a token sent")) == (2, 2)


def test_what_is_asked_is_printed_and_agreed_to_once(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit
) -> None:
    ask(server, "token_command: ./give")
    code, out, err = confaudit("trust", "--dry-run")
    wanted = f"deployment prod sends the session token that `./give` prints to {server.url}"
    assert (code, out, err) == (0, f"{checkout} asks for\n  new: {wanted}\n", "")
    assert confaudit("snapshot")[0] == 2
    code, out, _ = confaudit("trust")
    assert (code, out.splitlines()[-1]) == (
        0,
        f"trusted as it is now [{checkout.parent}/home/confaudit/trusted]",
    )
    assert confaudit("snapshot")[0] == 0
    assert was_given_away(server)
    assert f"  {wanted}\n" in confaudit("trust", "--dry-run")[1]
    assert TOKEN not in Path("../home/confaudit/trusted").read_text()


def test_what_changes_has_to_be_agreed_to_anew(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit
) -> None:
    ask(server, "token_command: ./give --from here", "files: [a]")
    assert confaudit("trust")[0] == 0
    agreed = Path("confaudit.yaml").read_text()

    def is_new(text: str = agreed) -> bool:
        Path("confaudit.yaml").write_text(text)
        return "new: deployment prod " in confaudit("trust", "--dry-run")[1]

    assert not is_new()
    assert not is_new(agreed.replace("[a]", "[b]") + "timeout: 5\n")
    assert is_new(agreed.replace("here", "there"))
    assert is_new(agreed.replace("url: ", "ca_file: x\n    url: "))
    assert is_new(agreed.replace("localhost", "127.0.0.1"))
    Path("give").write_text("#!/bin/sh\necho ours\n")
    assert is_new()
    Path("give").write_text(SCRIPT.format(token=TOKEN))
    assert not is_new()
    checkout.rename(checkout.parent / "copy")
    (checkout.parent / "copy/.git").mkdir()
    assert "new: " in confaudit("trust", "--dry-run", "--repo", checkout.parent / "copy")[1]


def test_trust_can_be_for_good_and_be_withdrawn(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit
) -> None:
    ask(server, "token_command: ./give")
    code, out, _ = confaudit("trust", "--always")
    assert (code, "trusted, and whatever it will ask [" in out) == (0, True)
    Path("below").mkdir()
    Path("below/confaudit.yaml").write_text(Path("confaudit.yaml").read_text())
    for folder in (Path(), Path("below")):
        assert "new: " not in confaudit("trust", "--dry-run", "--repo", folder)[1]
    code, _, err = confaudit("trust", "--revoke", "--repo", "below")
    assert (code, f"whatever is asked below {checkout} is trusted" in err) == (2, True)
    assert confaudit("trust", "--revoke")[0] == 0
    assert confaudit("snapshot")[0] == 2
    assert not was_given_away(server)
    assert Path("../home/confaudit/trusted").read_text() == ""
    assert confaudit("trust", "--always", "--revoke")[0] == 2


def test_a_file_that_somebody_names_or_wrote_is_trusted(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(server, "token_command: ./give")
    assert confaudit("snapshot", "--config", "confaudit.yaml")[0] == 0
    with monkeypatch.context() as patch:
        patch.setenv("CONFAUDIT_CONFIG", "confaudit.yaml")
        assert confaudit("snapshot")[0] == 0
    own = checkout.parent / "home/confaudit/confaudit.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    Path("give").rename(own.parent / "give")
    Path("confaudit.yaml").rename(own)
    assert confaudit("snapshot")[0] == 0


def test_what_init_writes_is_trusted_and_nothing_that_was_there(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    ask(server, "token_command: ./give")
    assert confaudit("init", "mine", "--url", server.url)[0] == 0
    assert confaudit("snapshot", "mine")[0] == 0
    assert not Path("ran").exists()
    assert confaudit("snapshot", "prod")[0] == 2
    Path("../home/confaudit/trusted").unlink()
    Path("../home/confaudit/trusted").mkdir()
    code, out, _ = confaudit("init", "west", "--url", server.url)
    assert (code, "not trusted: cannot read" in out) == (0, True)


def test_where_nobody_can_agree_it_says_what_else_to_do(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(server)
    monkeypatch.setenv("CI", "true")
    _, _, err = confaudit("diff", "a.json")
    assert "hint: in CI set CODER_URL to your server" in err
    monkeypatch.delenv("CI")
    monkeypatch.chdir("..")
    _, _, err = confaudit("snapshot", "--repo", checkout)
    assert f"run `confaudit trust --repo {checkout}` once" in err
    monkeypatch.chdir("home")
    code, _, err = confaudit("trust")
    assert (code, "there is no confaudit.yaml here" in err) == (3, True)


HOOK = "deployments: {}\nnotifications:\n  page:\n    kind: exec\n    command: [./give]\n"


def test_a_notification_waits_for_trust_and_the_doctor_says_so(
    checkout: Path, server: ScriptedServer, confaudit: Confaudit
) -> None:
    Path("confaudit.yaml").write_text(HOOK)
    told = "notification page: "
    refused = "notifications.page: it is not trusted to run a program or to tell anybody"
    code, _, err = confaudit("snapshot", "prod", "--from", "a.json")
    assert (code, told in err, refused in err, was_given_away(server)) == (0, True, True, False)
    code, out, _ = confaudit("doctor", "-f", "json")
    rows = json.loads(out)["tables"]["checks"]["rows"]
    found = {row["check"]: row["found"] for row in rows}
    assert code == 1
    assert "nobody has agreed to what confaudit.yaml asks for notification page" in found["trust"]
    assert refused in found["page"]
    assert "  new: notification page runs `./give`\n" in confaudit("trust")[1]
    assert confaudit("notify")[0] == 0
    assert was_given_away(server)


def test_words_of_a_stranger_move_no_cursor(checkout: Path, confaudit: Confaudit) -> None:
    Path("confaudit.yaml").write_text(
        'deployments: {a: {url: "https://coder.example.com", token_command: "\\e[2Jx"}}'
    )
    assert "\x1b" not in confaudit("trust", "--dry-run")[1]
