"""The topic's tour of a review, line by line against a look-alike of Coder."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from confaudit import topics
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import DeploymentState, states

DAY = 86_400_000_000_000
"""Nanoseconds, as the API tells durations."""


@pytest.fixture
def coder(monkeypatch: pytest.MonkeyPatch, quiet_home: None) -> Iterator[LoopbackCoder]:
    with LoopbackCoder(states()[0]) as server:
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        monkeypatch.setenv("CONFAUDIT_ALLOW_HTTP", "true")
        yield server


def tour() -> list[str]:
    """The lines of The only block of the topic that reviews and ignores."""
    blocks = re.findall(r"```sh\n(.*?)```", topics.text("review"), re.DOTALL)
    (found,) = (one for one in blocks if "confaudit review" in one and "ignore add" in one)
    return found.splitlines()


def with_long_sessions(state: DeploymentState) -> DeploymentState:
    payload: Any = state.payload
    options = [
        {**one, "value": DAY, "value_source": "env"} if one["flag"] == "session-duration" else one
        for one in payload["options"]
    ]
    return replace(state, payload={**payload, "options": options})


def test_the_tour_of_a_review(
    clean_folder: Path, coder: LoopbackCoder, confaudit: Callable[..., tuple[int, str, str]]
) -> None:
    codes, fingerprint, said = [], "", ""
    for line in tour():
        here = line.replace("https://coder.example.com", coder.url)
        words = shlex.split(here.replace("FINGERPRINT", fingerprint), comments=True)
        if words[0] == "git":
            subprocess.run(shlex.join(words).replace("'&&'", "&&"), shell=True, check=True)  # noqa: S602
            if "switch" in words:
                coder.serve(with_long_sessions(coder.state))
            continue
        code, said, err = confaudit(*words[1:])
        assert code == (1 if "exit code 1" in line else 0), f"{line}\n{said}{err}"
        codes.append(code)
        fingerprint = next(iter(re.findall(r"changed · ([0-9a-f]{12})", said)), fingerprint)
    assert codes == [0, 0, 0, 1, 0, 0, 1]
    told = " ".join(said.split())
    assert "expired on 2026-12-31: Longer shifts, OPS-12 (confaudit-exceptions.yaml:" in told
