"""Payload files, docs pages, bundles and snapshot folders: what is read out of each."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from confaudit.core.coder import endpoints
from confaudit.core.model import Fidelity, RawDeployment, StoredFiles
from confaudit.errors import SourceError
from confaudit.sources import SourceContext, bundle, read
from confaudit.sources import input as inputs
from tests.tables import every_row

DATA = Path(__file__).parent.parent / "data" / "sources"
NOW = datetime(2026, 7, 2, tzinfo=UTC)
SECRET = "planted-secret"

CONFIG = {
    "access_url": "https://coder.example.com",
    "oidc": {"scopes": None},
    "tls": {},
    "derp": {},
}
DOCS_URL = {"flag": "docs-url", "default": "https://coder.com/docs/@v2.33.0", "value": "x"}
PAYLOAD = {"config": CONFIG, "options": [DOCS_URL]}


def context(stdin: bytes = b"") -> SourceContext:
    def live(_: str) -> RawDeployment:
        raise AssertionError("nothing here is live")

    return SourceContext(stdin=lambda: stdin, live=live, stored=lambda _: None, now=lambda: NOW)


def read_bytes(content: bytes | str, kind: str | None = None) -> RawDeployment:
    data = content if isinstance(content, bytes) else content.encode()
    result = read("-", context(data), kind)
    assert isinstance(result, RawDeployment)
    return result


def failure(content: bytes | str, kind: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as raised:
        read_bytes(content, kind)
    assert SECRET not in raised.value.message + raised.value.hint
    assert raised.value.hint
    return raised.value


class TestPayload:
    def test_the_whole_answer(self) -> None:
        deployment = read_bytes(json.dumps({**PAYLOAD, "other": 1}))
        assert deployment.payload == PAYLOAD
        assert deployment.fidelity is Fidelity.FULL
        assert deployment.version == "2.33.0"
        assert deployment.label == "standard input"
        assert deployment.taken_at is None

    @pytest.mark.parametrize(
        "content", [CONFIG, {"config": CONFIG}, {"config": CONFIG, "options": None}]
    )
    def test_the_config_alone(self, content: Any) -> None:
        deployment = read_bytes(json.dumps(content))
        assert deployment.payload == {"config": CONFIG}
        assert deployment.fidelity is Fidelity.CONFIG
        assert deployment.version == ""

    @pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n  "])
    @pytest.mark.parametrize("indent", [None, 2])
    def test_layout_does_not_matter(self, start: bytes, indent: int | None) -> None:
        assert read_bytes(start + json.dumps(PAYLOAD, indent=indent).encode()).payload == PAYLOAD

    def test_large_integers_stay_exact(self) -> None:
        content = json.dumps({**PAYLOAD, "config": {**CONFIG, "x": 3155760000000000001}})
        config = read_bytes(content).payload["config"]
        assert isinstance(config, dict)
        assert config["x"] == 3155760000000000001

    @pytest.mark.parametrize(
        ("default", "version"),
        [
            ("https://coder.com/docs/@v2.33.0", "2.33.0"),
            ("https://coder.com/docs/@v2.34.0-devel+abc", "2.34.0-devel+abc"),
            ("https://coder.com/docs", ""),
            ("https://coder.com/docs/@v2;evil", ""),
            (7, ""),
        ],
    )
    def test_the_docs_url_tells_the_version(self, default: object, version: str) -> None:
        options = ["odd", {"flag": "x"}, {"flag": "docs-url", "default": default}]
        assert read_bytes(json.dumps({**PAYLOAD, "options": options})).version == version


class TestSavedHttpAnswer:
    @pytest.mark.parametrize("eol", ["\n", "\r\n"])
    @pytest.mark.parametrize(
        "blocks",
        [
            ["HTTP/2 200"],
            ["HTTP/1.1 200 OK"],
            ["HTTP/1.1 200 Connection established", "HTTP/1.1 200 OK"],
            ["HTTP/1.1 100 Continue", "HTTP/2 200"],
            ["HTTP/1.1 307 Temporary Redirect", "HTTP/2 200"],
        ],
    )
    def test_it_is_unwrapped(self, eol: str, blocks: list[str]) -> None:
        head = "".join(f"{line}{eol}date: x{eol}{eol}" for line in blocks[:-1])
        last = f"{blocks[-1]}{eol}x-coder-build-version: v2.34.5+abc1234{eol}{eol}"
        deployment = read_bytes(head + last + json.dumps(PAYLOAD))
        assert deployment.payload == PAYLOAD
        assert deployment.version == "2.34.5"

    @pytest.mark.parametrize(
        ("status", "headers", "body", "sentence"),
        [
            ("401 Unauthorized", "", {"detail": "API key is invalid."}, "does not know"),
            ("401", "", {"detail": 'expired at "2026-01-05 11:44:06 +0000 UTC"'}, "at 2026-01-05"),
            ("403 Forbidden", "", {"message": SECRET}, "may not read"),
            ("307", f"Location: https://a.example/{SECRET}\n", {}, "redirects to a.example"),
            ("502", "", SECRET, "status 502"),
        ],
    )  # fmt: skip
    def test_a_refusal_says_what_the_live_api_would(
        self, status: str, headers: str, body: object, sentence: str
    ) -> None:
        assert sentence in failure(f"HTTP/2 {status}\n{headers}\n{json.dumps(body)}").message


MALFORMED = [
    ("{", "is not valid JSON (line 1, column 2)"),
    ('{\n"a": planted-secret}', "is not valid JSON (line 2, column 6)"),
    ('{"planted-secret": 1, "planted-secret": 2}', "holds the same key twice in one object"),
    ('{"a": -Infinity}', "holds NaN or Infinity"),
    ('{"a": 1e400}', "holds a number that is too large"),
    ('{"a": ' + "9" * 5000 + "}", "holds a number that is too long"),
    ('{"a": ' * 100_000, "nests too deeply"),
    ('{"a": ' * 100 + "1" + "}" * 100, "nests too deeply"),
    ('{"a": [' + "{}," * 200_000 + "{}]}", "holds far more values"),
    ('{"a": "\\udfff"}', "holds a broken Unicode escape"),
    (b'{"a": "\xff"}', "is not UTF-8 text"),
    ("HTTP/1.1 200 OK\n\n<html>planted-secret", "is not valid JSON"),
    ("HTTP/1.1 200 OK", "is not valid JSON"),
    ("{}", "no Coder deployment configuration"),
    ('{"settings": {"planted-secret": 1}}', "no Coder deployment configuration"),
    ('{"config": {}, "options": {}}', "no Coder deployment configuration"),
    ("", "is empty"),
    (" \n", "is empty"),
    ('{"a": 1}'.encode("utf-16"), "is UTF-16 text"),
    (b"\x00\x01\xff\xfe", "is not UTF-8 text"),
    ("[1, 2]", "is no Coder configuration"),
    ("planted-secret: yaml", "is no Coder configuration"),
    ('the "config" planted-secret', "has no example"),
]


@every_row(("content", "sentence"), MALFORMED)
def test_content_that_is_no_configuration(content: bytes | str, sentence: str) -> None:
    message = failure(content).message
    assert message.startswith("standard input ")
    assert sentence in message


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def shape(deployment: RawDeployment) -> dict[str, str]:
    config = deployment.payload["config"]
    assert isinstance(config, dict)
    return dict(leaves(config))


class TestDocsPage:
    @pytest.mark.parametrize("file", ["page.txt", "page.md"])
    def test_the_shape(self, file: str) -> None:
        deployment = read_bytes((DATA / file).read_bytes())
        assert deployment.fidelity is Fidelity.SHAPE
        assert set(deployment.payload) == {"config"}
        assert shape(deployment) == {
            "access_url": "url",
            "address": "host:port",
            "agent_stat_refresh_interval": "int",
            "ai.bridge.enabled": "bool",
            "ai.bridge.providers": "list",
            "config_ssh.DeploymentName": "string",
            "config_ssh.SSHConfigOptions": "list",
            "derp.server.relay_url": "url",
            "derp.server.stun_addresses": "list",
            "external_auth": "struct",
            "http_address": "string",
            "oidc.group_mapping": "struct",
            "oidc.group_regex_filter": "regexp",
            "oidc.scopes": "list",
            "support.links": "struct",
            "telemetry.enable": "bool",
            "telemetry.url": "url",
            "verbose": "bool",
        }

    def test_the_date_of_the_commit(self) -> None:
        dated = read_bytes((DATA / "page.txt").read_bytes())
        assert dated.taken_at == datetime(2026, 1, 5, 20, 44, 6, tzinfo=UTC)
        assert read_bytes((DATA / "page.md").read_bytes()).taken_at is None
        page = (DATA / "page.txt").read_text().replace("2026-01-05", "2026-13-05")
        assert read_bytes(page).taken_at is None

    def test_windows_line_ends(self) -> None:
        page = (DATA / "page.txt").read_bytes()
        assert read_bytes(page.replace(b"\n", b"\r\n")) == read_bytes(page)

    def test_the_example_alone_is_a_shape_not_a_payload(self) -> None:
        page = (DATA / "page.md").read_text()
        example = page[page.rindex("```json\n") + 8 : page.rindex("```")]
        assert json.loads(example)
        assert read_bytes(example).payload == read_bytes(page).payload

    def test_a_page_cut_short(self) -> None:
        page = (DATA / "page.md").read_text()
        assert "has no example" in failure(page[: len(page) // 2]).message

    def test_a_hostile_page_is_given_up_soon(self) -> None:
        assert "has no example" in failure('x{"config":' * 200_000).message


def zipped(members: Mapping[str, object], prefix: str = "", date: tuple[int, ...] = ()) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(prefix + name, date or (1980, 1, 1, 0, 0, 0))  # type: ignore[arg-type]
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content if isinstance(content, bytes) else json.dumps(content))
    return file.getvalue()


MEMBERS: dict[str, object] = {
    "deployment/config.json": PAYLOAD,
    "deployment/buildinfo.json": {"version": "v2.35.1+abc1234"},
    "deployment/experiments.json": ["a"],
    "deployment/entitlements.json": None,
    "deployment/health_settings.json": "odd",
    "deployment/workspaces.json": {"personal": SECRET},
    "agent/logs.txt": SECRET.encode(),
}


class TestBundle:
    @pytest.mark.parametrize("prefix", ["", "coder-support-1/"])
    def test_what_is_read(self, prefix: str) -> None:
        deployment = read_bytes(zipped(MEMBERS, prefix))
        assert deployment.payload == PAYLOAD
        assert deployment.fidelity is Fidelity.LOSSY
        assert deployment.version == "2.35.1"
        assert deployment.endpoints == {
            "buildinfo": {"version": "v2.35.1+abc1234"},
            "experiments": ["a"],
        }
        assert deployment.unavailable["entitlements"] == bundle.NOT_IN_BUNDLE
        assert deployment.unavailable["debug/health"] == bundle.NOT_IN_BUNDLE
        assert deployment.unavailable["appearance"] == bundle.NOT_IN_BUNDLE
        assert deployment.unavailable["debug/health/settings"] == endpoints.UNEXPECTED
        assert deployment.failed == {}

    def test_other_members_are_never_opened(self) -> None:
        content = zipped(MEMBERS)
        broken = bytearray(content)
        for name in (b"agent/logs.txt", b"deployment/workspaces.json"):
            at = content.index(name)
            broken[at + len(name) : at + len(name) + 4] = b"\xff\xff\xff\xff"
        with zipfile.ZipFile(BytesIO(bytes(broken))) as archive, pytest.raises(zlib.error):
            archive.read("agent/logs.txt")
        assert read_bytes(bytes(broken)) == read_bytes(content)

    @pytest.mark.parametrize(
        ("date", "taken_at"),
        [
            ((2026, 1, 5, 11, 44, 6), datetime(2026, 1, 5, 11, 44, 6, tzinfo=UTC)),
            ((1980, 0, 0, 0, 0, 0), None),
            ((2020, 1, 1, 0, 0, 0), None),
            ((2026, 7, 2, 23, 59, 58), datetime(2026, 7, 2, 23, 59, 58, tzinfo=UTC)),
            ((2026, 7, 3, 0, 0, 0), None),
        ],
    )
    def test_its_date(self, date: tuple[int, ...], taken_at: datetime | None) -> None:
        assert read_bytes(zipped(MEMBERS, date=date)).taken_at == taken_at

    def test_the_version_falls_back_to_the_docs_url(self) -> None:
        assert read_bytes(zipped({"deployment/config.json": PAYLOAD})).version == "2.33.0"

    def test_one_broken_section_does_not_spoil_the_others(self) -> None:
        members = {**MEMBERS, "deployment/experiments.json": b"{planted-secret"}
        deployment = read_bytes(zipped(members))
        assert deployment.unavailable["experiments"] == bundle.NOT_IN_BUNDLE
        assert "buildinfo" in deployment.endpoints

    @pytest.mark.parametrize(
        ("members", "sentence"),
        [
            ({}, "no Coder support bundle"),
            ({"config.json": PAYLOAD}, "no Coder support bundle"),
            ({"a/b/deployment/config.json": PAYLOAD}, "no Coder support bundle"),
            ({f"{at}/deployment/config.json": PAYLOAD for at in "ab"}, "no Coder support bundle"),
            ({"deployment/config.json": None}, "holds no deployment config"),
            ({"deployment/config.json": {"config": None}}, "holds no deployment config"),
            ({"deployment/config.json": b"{planted-secret"}, "is not valid JSON"),
            ({"deployment/config.json": b" " * 17_000_000}, "larger than 16 MiB"),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, members: Mapping[str, object], sentence: str) -> None:
        assert sentence in failure(zipped(members)).message

    def test_an_encrypted_bundle(self) -> None:
        content = bytearray(zipped(MEMBERS))
        for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = content.index(signature)
            struct.pack_into("<H", content, at + flags, 1)
        assert "encrypted" in failure(bytes(content)).message

    def test_every_kind_of_damage_is_a_clear_refusal(self) -> None:
        content = zipped(MEMBERS)
        for at in range(0, len(content), 7):
            for damaged in (content[:at], content[:at] + b"\xff\xff" + content[at + 2 :]):
                with suppress(SourceError):
                    read_bytes(damaged)


class TestFolder:
    def test_a_snapshot(self, tmp_path: Path) -> None:
        folder = tmp_path / "prod"
        folder.mkdir()
        for name in ("settings.json", "config.json", "notes.txt"):
            (folder / name).write_text(f"{name} ü", encoding="utf-8")
        result = read(str(folder), context())
        assert result == StoredFiles(
            files={"settings.json": "settings.json ü", "config.json": "config.json ü"},
            label=str(folder),
            folder=str(folder),
            deployment="prod",
        )

    def test_a_folder_without_snapshot(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="holds no snapshot"):
            read(str(tmp_path), context())

    def test_a_file_in_another_encoding(self, tmp_path: Path) -> None:
        (tmp_path / "settings.json").write_bytes(b"\xff\xfe")
        with pytest.raises(SourceError, match=r"settings\.json is UTF-16"):
            read(str(tmp_path), context())


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may read everything: step down for a moment."""
    before = os.geteuid()
    os.seteuid(before or 65534)
    try:
        yield
    finally:
        os.seteuid(before)


class TestPath:
    def test_the_name_of_a_file_means_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "bundle.zip"
        path.write_text(json.dumps(PAYLOAD))
        result = read(str(path), context())
        assert isinstance(result, RawDeployment)
        assert result.fidelity is Fidelity.FULL
        assert result.label == str(path)

    def test_a_file_too_large(self, tmp_path: Path) -> None:
        path = tmp_path / "large.json"
        with path.open("wb") as file:
            file.truncate(inputs.MAX_BYTES + 1)
        with pytest.raises(SourceError, match="is larger than 64 MiB"):
            read(str(path), context())

    def test_standard_input_too_large(self) -> None:
        with pytest.raises(SourceError, match="standard input is larger than 64 MiB"):
            read("-", context(b" " * (inputs.MAX_BYTES + 1)))

    @pytest.mark.parametrize("closed", ["file", "folder"])
    @pytest.mark.parametrize("argument", ["file", "folder", "folder/file"])
    def test_permission_denied(self, closed: str, argument: str) -> None:
        with TemporaryDirectory() as name:
            top = Path(name)
            top.chmod(0o755)
            (top / "folder").mkdir()
            for path in (top / "file", top / "folder" / "file", top / "folder" / "settings.json"):
                path.write_text(json.dumps(PAYLOAD))
            (top / closed).chmod(0)
            with unprivileged():
                if argument.startswith(closed):
                    with pytest.raises(SourceError, match="permission denied"):
                        read(str(top / argument), context())
                else:
                    assert read(str(top / argument), context())

    def test_a_pipe_is_read_like_a_file(self) -> None:
        reader, writer = os.pipe()
        os.write(writer, json.dumps(PAYLOAD).encode())
        os.close(writer)
        try:
            result = read(f"/dev/fd/{reader}", context())
        finally:
            os.close(reader)
        assert isinstance(result, RawDeployment)
        assert result.payload == PAYLOAD
