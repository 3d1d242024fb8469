"""Small deployments, as tests of the audit write them, and the advisories they are held against."""

from collections.abc import Sequence
from functools import cache

from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.advisories import Advisory
from confaudit.core.model import Setting, Snapshot, ValueSource
from confaudit.operator_files import decode, read_env_file
from confaudit.rulebook import advisories
from tests.unit.file_texts import read_all


@cache
def known() -> Sequence[Advisory]:
    """The advisories and the checks of a start that come with confaudit."""
    return advisories.load([], packaged())


@cache
def checks() -> Sequence[Advisory]:
    return [one for one in known() if one.at_start]


def env(text: str) -> OperatorSettings:
    """An env file, its lines set apart by a semicolon."""
    return read_env_file(text.replace("; ", "\n"), "coder.env")


def compose(**environment: str) -> OperatorSettings:
    lines = "".join(f"      {name}: {value}\n" for name, value in environment.items())
    text = f"services:\n  coder:\n    image: ghcr.io/coder/coder\n    environment:\n{lines}"
    return read_all([decode(text.encode(), "compose.yaml")])


def running(version: str, **settings: object) -> Snapshot:
    """A snapshot with nothing set but these, by environment."""
    plain = default_snapshot(packaged().nearest(version))
    changed = {
        key.replace("_", "-"): Setting(value, ValueSource.ENV) for key, value in settings.items()
    }
    return replace(plain, settings={**plain.settings, **changed})
