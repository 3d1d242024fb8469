"""The docs source against real pages and payloads, where they are at hand."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from confaudit.core.model import Fidelity, RawDeployment
from confaudit.sources import SourceContext, read

DATA = Path(os.environ.get("CONFAUDIT_TEST_DATA", ""))
pytestmark = pytest.mark.skipif(
    "CONFAUDIT_TEST_DATA" not in os.environ,
    reason="CONFAUDIT_TEST_DATA is not set: real docs pages and payloads were NOT tested",
)


def deployment(path: Path) -> RawDeployment:
    def live(_: str) -> RawDeployment:
        raise AssertionError("nothing here is live")

    found = read(
        str(path),
        SourceContext(stdin=bytes, live=live, stored=lambda _: None, now=lambda: datetime.now(UTC)),
    )
    assert isinstance(found, RawDeployment)
    return found


def leaves(tree: Any, prefix: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def shape(path: Path) -> set[str]:
    found = deployment(path)
    assert found.fidelity is Fidelity.SHAPE
    return set(leaves(found.payload["config"]))


def test_the_three_pages_differ_by_six_added_leaves() -> None:
    first, last, middle = (shape(path) for path in sorted((DATA / "seeds").glob("*.txt")))
    assert (len(first), len(middle), len(last)) == (202, 206, 208)
    assert first < middle < last
    assert last - first == {
        "ai.aibridge_proxy.domain_allowlist",
        "ai.aibridge_proxy.upstream_proxy",
        "ai.aibridge_proxy.upstream_proxy_ca",
        "ai.bridge.structured_logging",
        "pg_conn_max_idle",
        "pg_conn_max_open",
    }


@pytest.mark.parametrize(
    ("version", "left_out"),
    [("2.33.0", set()), ("2.35.1", {"ai.chat.ai_gateway_routing_enabled"})],
)
def test_a_page_shows_the_leaves_of_its_release(version: str, left_out: set[str]) -> None:
    facts = json.loads((DATA / "coder" / "options.json").read_text())
    release = next(one for one in facts["releases"] if one["version"] == version)
    options = {facts["variants"][index]["json_path"] for index in release["options"]}
    declared = options | set(release["leaves_without_option"])
    assert shape(DATA / "coder" / "docs" / version / "general.md") == declared - left_out


def test_every_payload_is_read_and_tells_its_version() -> None:
    paths = sorted((DATA / "coder" / "payloads").glob("*.json"))
    assert paths
    for path in paths:
        found = deployment(path)
        assert found.fidelity is Fidelity.FULL
        version = path.stem.partition("-")[2]
        told = tuple(map(int, version.split("."))) >= (2, 16, 0)
        assert found.version == (version if told else "")
