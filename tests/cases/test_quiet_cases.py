"""One folder per case that must stay quiet: what is reported, by whose doing, never above info."""

import json
from pathlib import Path

from confaudit.catalog import loader
from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.judge.rules.changes import change_level
from confaudit.core.model import Cause, Fidelity, Level, RawDeployment
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from tests.tables import every_row

CASES = sorted(Path(__file__).parent.glob("quiet-*"))


def snapshot(path, version, fidelity):
    payload = json.loads(path.read_text(encoding="utf-8"))
    raw = RawDeployment(payload, version=version, fidelity=fidelity, label=path.stem)
    return normalise(redact(raw), loader.nearest(version))


@every_row("folder", CASES, ids=lambda path: path.name)
def test_quiet(folder):
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    lossy = Fidelity.LOSSY if case["after_kind"] == "bundle" else Fidelity.FULL
    before = snapshot(folder / "before.json", case["from"], Fidelity.FULL)
    after = snapshot(folder / "after.json", case["to"], lossy)
    for a, b in (
        ((before, after), (after, before)) if case["from"] == case["to"] else [(before, after)]
    ):
        found = attribute(diff(a, b), a, b, loader.packaged())
        told = [f"{change.cause} {change.kind} {change.key}" for change in found]
        assert sorted(told) == sorted(case["expected"])
        assert all(change_level(change) is Level.INFO for change in found)
        assert all(change.cause in (Cause.RELEASE, Cause.COMPUTED) for change in found)
        assert all(change.evidence for change in found)


def test_there_are_cases():
    assert len(CASES) >= 6
