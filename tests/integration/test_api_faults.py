"""The live API when things go wrong: every failure is one clear sentence and leaks nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.errors import ApiError, ConfauditError, ConfigError, ExitCode
from confaudit.sources import api
from confaudit.sources.http_target import ApiTarget
from confaudit.transport import client
from tests.integration.scripted_server import PAYLOAD, TOKEN, Reply, ScriptedServer, coder
from tests.tables import every_row

SECRET = "planted-secret"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BACKOFF_SECONDS", 0.001)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def target(url: str, **settings: object) -> ApiTarget:
    plain = ApiTarget(url, token=TOKEN, timeout_seconds=5, retries=1, endpoints=False)
    return replace(plain, **settings)


def failure(url: str, **settings: object) -> ConfauditError:
    with pytest.raises(ConfauditError) as raised:
        api.read(target(url, **settings))
    error = raised.value
    shown = f"{error.message} {error.hint} {error!r}"
    assert SECRET not in shown
    assert error.message
    assert error.hint
    assert "\n" not in error.message
    assert ". " not in error.message, "one sentence"
    return error


def refused(detail: str = "", message: str = "You are signed out.") -> Reply:
    return Reply({"message": message, "detail": f"{detail} {SECRET}"}, 401)


def redirect(status: int, location: str) -> Reply:
    return Reply(status=status, headers={"Location": location})


REFUSALS = [
    (refused('Cookie "x" or query parameter must be provided.'), "saw no session"),
    (refused("API key is invalid."), "does not know"),
    (refused("API key secret is invalid."), "does not know"),
    (refused("Invalid API key format: bad"), "is not a Coder token"),
    (refused("User is not active (status = suspended)."), "user is not active"),
    (refused('API key expired at "2026-01-05 11:44:06.5 +0100 CET".'), r"05 11:44:06\+01:00$"),
    (refused('API key expired at "planted".'), "token expired$"),
    (refused("Something new."), "refused the session token"),
    (Reply(b"<html>", 401, "text/html"), "refused the session token"),
    (Reply({"message": "Forbidden.", "detail": SECRET}, 403), "may not read"),
    (Reply({"message": "Route not found."}, 404), "no Coder API"),
    (Reply({"message": SECRET}, 400), "malformed"),
    (Reply({"message": SECRET}, 418), "status 418"),
    (Reply({"message": SECRET}, 429), "rate limit"),
    (Reply({"message": SECRET}, 500), "status 500"),
    (Reply(b"<html>bad gateway", 502, "text/html"), "status 502"),
    (redirect(307, f"https://Coder.Example.com/x?t={SECRET}"), "to coder.example.com instead"),
    (redirect(302, f"//\x1b[31mx/{SECRET}"), "redirects instead"),
    (redirect(301, "http://[bad"), "redirects instead"),
    (Reply(status=308), "redirects instead"),
    (Reply(b"<!doctype html>planted-secret", 200, "text/html; charset=utf-8"), "web page"),
    (Reply(b'{"config": {}, "options": []}', content_type=""), "web page"),
    (Reply(b"{"), r"not valid JSON \(line 1, column 2\)"),
    (Reply(b'{"config": {"a": 1, "a": 2}, "options": []}'), "same key twice"),
    (Reply(b'{"config": {"a": NaN}, "options": []}'), "NaN"),
    (Reply(b'{"config": {"a": 1e999}, "options": []}'), "too large"),
    (Reply(b'{"config": {"a": "\\ud800"}, "options": []}'), "broken Unicode"),
    (Reply(b"[" * 100_000), "nests too deeply"),
    (Reply(b"\xff\xfe{\x00}\x00"), "UTF-16"),
    (Reply(b'{"a": "\xff"}'), "not UTF-8"),
    (Reply({"config": {}, "options": []}), "without settings"),
    (Reply({**PAYLOAD, "config": {}}), "without settings"),
    (Reply({**PAYLOAD, "options": [None, {}, {"flag": ""}]}), "without settings"),
    (Reply([]), "something else than Coder"),
    (Reply({}), "something else than Coder"),
    (Reply({"config": {}}), "something else than Coder"),
    (Reply({"config": [], "options": {}}), "something else than Coder"),
    (Reply(PAYLOAD, announced=10_000), "broke before"),
    (Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), "not compressed"),
]  # fmt: skip


@every_row(("reply", "sentence"), REFUSALS)
def test_each_refusal_has_its_sentence(reply: Reply, sentence: str) -> None:
    with ScriptedServer(coder(deployment__config=reply)) as server:
        error = failure(server.url)
    assert re.search(sentence, error.message)
    assert isinstance(error, ApiError)
    assert error.exit_code is ExitCode.UNREACHABLE


HUGE = {
    "objects": lambda: b"{" + b'"a":{},' * 2_000_000,
    "options": lambda: b'{"options": [' + b"{}," * 5_500_000 + b"{}]}",
    "keys": lambda: b'{"config": {%s}}' % b",".join(b'"%d":1' % n for n in range(900_000)),
}
"""Made when they are sent: together they take 40 MB, of each process that collects tests."""


@every_row("make", HUGE.values(), ids=HUGE)
def test_what_has_very_many_values_is_refused(make: Callable[[], bytes]) -> None:
    with ScriptedServer(coder(deployment__config=Reply(make()))) as server:
        error = failure(server.url)
    assert "far more values" in error.message
    assert error.exit_code is ExitCode.UNREACHABLE


def test_no_redirect_is_followed() -> None:
    with ScriptedServer(coder()) as other:
        location = {"Location": f"{other.url}/api/v2/deployment/config"}
        with ScriptedServer(
            coder(deployment__config=Reply(status=307, headers=location))
        ) as server:
            failure(server.url)
    assert other.asked == []


class TestRetries:
    config = "/api/v2/deployment/config"

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_a_passing_failure_is_tried_again(self, status: int) -> None:
        replies = [Reply({}, status), Reply({}, status), Reply(PAYLOAD)]
        with ScriptedServer(coder(deployment__config=replies)) as server:
            assert api.read(target(server.url, retries=2)).deployment.payload == PAYLOAD
        assert server.count(self.config) == 3

    @pytest.mark.parametrize(
        ("status", "tries"), [(503, 3), (401, 1), (403, 1), (404, 1), (307, 1)]
    )
    def test_the_number_of_tries_is_bounded(self, status: int, tries: int) -> None:
        with ScriptedServer(coder(deployment__config=Reply({}, status))) as server:
            failure(server.url, retries=2)
        assert server.count(self.config) == tries

    @pytest.mark.parametrize(
        ("asked_for", "at_least", "below"),
        [("1", 1.0, 3), ("9999999999", 0.2, 1), ("9" * 5000, 0, 1), ("soon", 0, 1)],
    )
    def test_retry_after_is_honoured_within_a_bound(
        self, asked_for: str, at_least: float, below: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(client, "RETRY_AFTER_MAX_SECONDS", 0.2 if below == 1 else 5)
        busy = Reply({}, 429, headers={"Retry-After": asked_for})
        with ScriptedServer(coder(deployment__config=[busy, Reply(PAYLOAD)])) as server:
            api.read(target(server.url))
        first, second = (asked.at for asked in server.asked if asked.path == self.config)
        assert at_least <= second - first < below


class TestBounds:
    @pytest.mark.parametrize(("zipped", "status"), [(False, 200), (True, 200), (False, 503)])
    def test_a_large_answer_is_cut_off(self, zipped: bool, status: int) -> None:
        reply = Reply(b" " * 50_000_000, status, zipped=zipped)
        with ScriptedServer(coder(deployment__config=reply)) as server:
            error = failure(server.url, max_bytes=64 * 1024)
        assert error.message == "the answer is larger than 64 KiB"

    def test_an_answer_of_the_allowed_size_is_read(self) -> None:
        reply = Reply({**PAYLOAD, "padding": "x" * 10_000})
        size = len(reply.encoded())
        with ScriptedServer(coder(deployment__config=reply)) as server:
            api.read(target(server.url, max_bytes=size))
            failure(server.url, max_bytes=size - 1)

    def test_a_silent_server(self) -> None:
        reply = Reply(PAYLOAD, wait_seconds=2)
        with ScriptedServer(coder(deployment__config=reply)) as server:
            error = failure(server.url, timeout_seconds=0.2, retries=0)
        assert error.message == "the server did not answer fully within 0.2 s"


class TestTransport:
    def test_nobody_listens(self) -> None:
        with ScriptedServer({}) as server:
            url = server.url
        assert "does not accept connections" in failure(url).message

    def test_no_such_host(self) -> None:
        error = failure("https://coder.invalid", retries=0)
        assert error.message == "the host name cannot be resolved"

    def test_http_spoken_on_the_https_port(self) -> None:
        with ScriptedServer(coder()) as server:
            error = failure(server.url.replace("http:", "https:"))
        assert error.message == "no TLS connection could be made with the server"

    @pytest.mark.parametrize("host", ["bad..host", "a" * 64 + ".example", "*"])
    def test_a_host_that_cannot_be(self, host: str) -> None:
        assert failure(f"https://{host}/", retries=0)


class TestTls:
    def test_an_unknown_authority_is_refused_at_once(self, certificate: Path) -> None:
        with ScriptedServer(coder(), str(certificate)) as server:
            error = failure(server.url)
        assert error.message.endswith("comes from an authority that is not trusted here")
        assert server.asked == []

    def test_ca_file_is_trusted(self, certificate: Path) -> None:
        with ScriptedServer(coder(), str(certificate)) as server:
            answer = api.read(target(server.url, ca_file=certificate))
        assert answer.deployment.payload == PAYLOAD

    def test_ssl_cert_file_is_trusted(
        self, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with ScriptedServer(coder(), str(certificate)) as server:
            assert api.read(target(server.url)).deployment.payload == PAYLOAD

    def test_another_host_name_is_refused(self, certificate: Path) -> None:
        with ScriptedServer(coder(), str(certificate)) as server:
            error = failure(server.url.replace("localhost", "127.0.0.1"), ca_file=certificate)
        assert error.message == "the server's TLS certificate is for another host"

    @pytest.mark.parametrize("content", [None, "no certificate"])
    def test_an_unreadable_ca_file_is_a_configuration_error(
        self, tmp_path: Path, content: str | None
    ) -> None:
        path = tmp_path / "ca.pem"
        if content:
            path.write_text(content)
        assert isinstance(failure("https://localhost", ca_file=path), ConfigError)


@every_row("token", ["", " ", "a b", f"{SECRET}\r\nX-Evil: 1", "tökén", "a\x00b"])
def test_a_token_that_cannot_be_one_is_never_sent(token: str) -> None:
    with ScriptedServer(coder()) as server:
        error = failure(server.url, token=token)
    assert isinstance(error, ConfigError)
    assert server.asked == []


class TestProxy:
    def test_it_is_used_with_its_credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        url = "http://coder.example"
        script = {f"{url}{path}": reply for path, reply in coder().items()}
        with ScriptedServer(script) as proxy:
            address = proxy.url.replace("//", f"//user:{SECRET}%3A@")
            monkeypatch.setenv("HTTP_PROXY", address)
            answer = api.read(target(url, allow_http=True))
        assert answer.deployment.payload == PAYLOAD
        assert answer.deployment.label == url
        assert {asked.headers["Proxy-Authorization"][:6] for asked in proxy.asked} == {"Basic "}

    def test_a_proxy_that_refuses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with ScriptedServer({}) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//user:{SECRET}@"))
            error = failure("https://coder.example")
        assert error.message == "the proxy could not be reached, or refused the connection"
        assert all("Coder-Session-Token" not in asked.headers for asked in proxy.asked)
        assert {asked.method for asked in proxy.asked} == {"CONNECT"}

    def test_a_proxy_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with ScriptedServer({}) as gone:
            monkeypatch.setenv("HTTPS_PROXY", gone.url.replace("//", f"//user:{SECRET}@"))
        assert "proxy" in failure("https://coder.example").message

    def test_this_machine_is_never_asked_through_a_proxy(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with ScriptedServer({}) as proxy, ScriptedServer(coder()) as server:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            api.read(target(server.url))
        assert proxy.asked == []
