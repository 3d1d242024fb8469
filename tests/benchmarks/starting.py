"""Rows of commands that need no repository: starting, comparing files, auditing an upgrade."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.data import Data
from tests.benchmarks.jobs import confaudit, jsondiffpatch, peer, python
from tests.benchmarks.rows import Ratio, Row

_SETTINGS = """CODER_ACCESS_URL=https://coder.example.com
CODER_OIDC_ISSUER_URL=https://id.example.com
CODER_SESSION_DURATION=8h
"""


@contextmanager
def start(_: Data, folder: Path) -> Iterator[list[Row]]:
    """What every command costs before it does anything."""
    nothing = python(folder, "pass")
    yield [
        Ratio("`--version` ÷ `python -c pass`", 1.5, confaudit(folder, "--version"), nothing),
        Ratio("`--help` ÷ `python -c pass`", 5, confaudit(folder, "--help"), nothing),
    ]


@contextmanager
def diff(data: Data, folder: Path) -> Iterator[list[Row]]:
    """Two answers of Coder's API."""
    files = data.documents(folder)
    five, older = (files.before, files.edited), (files.older, files.before)
    large, same = (files.large, files.large_edited), (files.before, files.same)
    ours = confaudit(folder, "diff", *five)
    node = jsondiffpatch(data.folder, folder, "--object-keys=name", "--format=json-compact", *five)
    yield [
        Ratio("`diff`, five edits ÷ `deep diff`", 0.55, ours, _deep(folder, *five)),
        Ratio("`diff`, five edits ÷ jsondiffpatch", 1.5, ours, node),
        Ratio(
            "`diff`, five releases apart ÷ `deep diff`",
            0.5,
            confaudit(folder, "diff", *older),
            _deep(folder, *older),
        ),
        Ratio(
            "`diff`, ten times as large ÷ `deep diff`",
            0.12,
            confaudit(folder, "diff", *large),
            _deep(folder, *large),
        ),
        Ratio(
            "`diff`, same bytes ÷ `--help`",
            1.3,
            confaudit(folder, "diff", *same),
            confaudit(folder, "--help"),
        ),
    ]


def _deep(folder: Path, *files: Path):
    return peer(folder, "deep", "diff", *files)


@contextmanager
def upgrade(_: Data, folder: Path) -> Iterator[list[Row]]:
    """An audit of a file."""
    (folder / "coder.env").write_text(_SETTINGS)
    audit = ("upgrade", "--from", "2.30.0", "--to", "2.35.1", "--env-file", "coder.env")
    yield [
        Ratio("`upgrade` ÷ `--help`", 2.5, confaudit(folder, *audit), confaudit(folder, "--help")),
    ]
