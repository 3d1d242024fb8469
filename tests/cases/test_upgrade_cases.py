"""One folder per upgrade pain, each with a twin `…-quiet` that must stay silent about it.

`slip-…` are wrong at any time, without an upgrade. `case.json` says what is upgraded and what is
expected, as `rule affects subject`; the other files are the operator's, and `snapshot.json` is the
server's answer before.
"""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from confaudit.catalog import loader
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.audit import audit
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.model import Fidelity, RawDeployment
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import open_file
from confaudit.rulebook import advisories
from tests.unit.file_texts import read_all

HERE = Path(__file__).parent / "upgrade"
LOUD = sorted(path for path in HERE.iterdir() if not path.name.endswith("-quiet"))
QUIET = sorted(path for path in HERE.iterdir() if path.name.endswith("-quiet"))

TOLD_BY_A_DIFF = {"A16", "A35", "A36", "A37", "A38"}
"""Pains of a diff, which has no inputs: the folders `quiet-*` beside this file."""


@cache
def packaged():
    return advisories.load([], loader.packaged())


def case_of(folder):
    return json.loads((folder / "case.json").read_text(encoding="utf-8"))


def inputs_of(folder):
    ours = {"case.json", "snapshot.json"}
    files = sorted(path for path in folder.iterdir() if path.name not in ours)
    if not files:
        return OperatorSettings()
    return read_all([open_file(path) for path in files])


def snapshot_of(folder, version):
    path = folder / "snapshot.json"
    if not path.exists():
        return None
    raw = RawDeployment(
        json.loads(path.read_text(encoding="utf-8")),
        version=version,
        fidelity=Fidelity.FULL,
        label=path.stem,
    )
    return normalise(redact(raw), loader.nearest(version))


def findings(folder):
    case = case_of(folder)
    source, target = loader.release(case["from"]), loader.release(case["to"])
    assert source, "a case is about releases of the catalogue"
    assert target, "a case is about releases of the catalogue"
    situation = situation_of(
        snapshot_of(folder, case["from"]),
        source,
        target,
        inputs_of(folder),
        loader.packaged(),
        checks=asked_in_clear(packaged()),
    )
    return audit(situation, packaged())


def told(found):
    return {f"{one.rule.id} {one.affects} {one.subject}" for one in found}


def without_answers(lines):
    return {re.sub(r" (yes|depends|no) ", " ", line, count=1) for line in lines}


def check_words(found):
    """What every finding owes its reader."""
    for one in found:
        assert one.message[-1] in ".!?", one.message
        assert "planted-secret" not in repr(one)
        if one.affects is Truth.DEPENDS:
            assert one.because, one.rule.id


@pytest.mark.parametrize("folder", LOUD, ids=lambda path: path.name)
def test_it_is_told(folder):
    case, found = case_of(folder), findings(folder)
    assert case["expected"], "nothing is expected"
    assert set(case["expected"]) <= told(found)
    assert not set(case.get("absent", [])) & {one.rule.id for one in found}
    check_words(found)


@pytest.mark.parametrize("folder", QUIET, ids=lambda path: path.name)
def test_its_endpoint_is_quiet(folder):
    loud = case_of(folder.with_name(folder.name.removesuffix("-quiet")))
    found = findings(folder)
    assert not without_answers(loud["expected"]) & without_answers(told(found))
    check_words(found)


def test_every_case_has_a_endpoint():
    assert {path.name for path in QUIET} == {f"{path.name}-quiet" for path in LOUD}


def test_every_pain_has_a_case():
    numbers = {path.name.partition("-")[0] for path in LOUD} - {"slip"}
    assert numbers | TOLD_BY_A_DIFF == {f"A{number:02}" for number in range(1, 48)}


def test_cases_are_about_rules_and_advisories():
    """An advisory without a case here has its own, in its `tests`."""
    known = {advisory.rule.id for advisory in packaged()}
    expected = {line.split()[0] for path in LOUD for line in case_of(path)["expected"]}
    assert expected <= known | RULES.keys()
