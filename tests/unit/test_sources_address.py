"""URLs that are accepted, and the proxy that stands in between."""

import re

import pytest

from confaudit.errors import ConfigError
from confaudit.sources.address import base_url
from confaudit.transport.address import is_loopback, origin
from confaudit.transport.proxy import Proxy, proxy_for
from tests.tables import every_row


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@every_row(
    ("url", "base"),
    [
        ("https://coder.example.com", "https://coder.example.com"),
        ("https://coder.example.com/", "https://coder.example.com"),
        ("HTTPS://coder.example.com:8443/a/b/", "https://coder.example.com:8443/a/b"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.8.0.1", "http://127.8.0.1"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_accepted_urls(url: str, base: str) -> None:
    assert base_url(url, allow_http=False) == base


@every_row(
    ("url", "sentence"),
    [
        ("", "no http or https URL"),
        ("coder.example.com", "no http or https URL"),
        ("ftp://coder.example.com", "no http or https URL"),
        ("file:///etc/passwd", "no http or https URL"),
        ("https://", "no http or https URL"),
        ("https://user:planted-secret@coder.example.com", "carries credentials"),
        ("https://planted-secret@coder.example.com", "carries credentials"),
        ("https://@coder.example.com", "carries credentials"),
        ("https://coder.example.com/?token=planted-secret", "query or a fragment"),
        ("https://coder.example.com/#planted-secret", "query or a fragment"),
        ("https://coder.example.com/?", "query or a fragment"),
        ("https://coder.example.com/a b", "space or control character"),
        ("https://coder.example.com\r\nX: planted-secret", "space or control character"),
        ("https://coder.example.com\\@planted-secret", "space or control character"),
        ("https://coder.example.com:planted-secret", "malformed"),
        ("https://coder.example.com:99999", "malformed"),
        ("https://[::1", "malformed"),
        ("http://coder.example.com", "unencrypted"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("http://10.0.0.1", "unencrypted"),
    ],
)
def test_refused_urls(url: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)) as raised:
        base_url(url, allow_http=False)
    assert raised.value.hint
    assert "planted-secret" not in raised.value.message + raised.value.hint


def test_http_may_be_allowed() -> None:
    assert base_url("http://10.0.0.1/", allow_http=True) == "http://10.0.0.1"


@every_row(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost.example.com", False),
        ("192.168.0.1", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("environment", "base", "proxy"),
    [
        ({}, "https://coder.example", None),
        ({"HTTPS_PROXY": "http://p:3128"}, "https://coder.example", Proxy("http://p:3128")),
        ({"https_proxy": "p:3128"}, "https://coder.example", Proxy("http://p:3128")),
        ({"HTTP_PROXY": "http://p:3128"}, "https://coder.example", None),
        ({"ALL_PROXY": "https://p"}, "https://coder.example", Proxy("https://p")),
        ({"HTTPS_PROXY": "http://[::2]:1"}, "https://coder.example", Proxy("http://[::2]:1")),
        (
            {"HTTPS_PROXY": "http://us%40er:pa%3Ass@p:3128"},
            "https://coder.example",
            Proxy("http://p:3128", "us@er:pa:ss"),
        ),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": ".example"}, "https://coder.example", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "a.example:84"}, "https://a.example:84", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}, "https://coder.example", None),
        ({"HTTP_PROXY": "http://p"}, "http://localhost:3000", None),
    ],
)  # fmt: skip
def test_proxy_variables(
    environment: dict[str, str], base: str, proxy: Proxy | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(base) == proxy


@pytest.mark.parametrize(
    "url", ["socks5://u:planted-secret@p:1080", "http://p:planted-secret", "http://", "http://[::1"]
)
def test_an_unusable_proxy_is_told_without_quoting_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    with pytest.raises(ConfigError, match="proxy in the environment") as raised:
        proxy_for("https://coder.example")
    assert "planted-secret" not in raised.value.message + raised.value.hint


def test_a_proxy_does_not_show_its_credentials() -> None:
    assert "planted-secret" not in repr(Proxy("http://p", "user:planted-secret"))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://Coder.example.com/pre", "https://coder.example.com:443", True),
        ("http://[::1]:80/", "http://[::1]", True),
        ("https://coder.example.com:8443", "https://coder.example.com", False),
        ("http://coder.example.com:443", "https://coder.example.com", False),
        ("https://coder.example.com.example.org", "https://coder.example.com", False),
    ],
)
def test_a_server_is_the_same_by_scheme_host_and_port(one: str, other: str, is_same: bool) -> None:
    assert (origin(one) == origin(other)) is is_same
