"""What `diff` does and imports, and what it spares itself; times are for tests/benchmarks."""

import copy
import json
import subprocess
import sys
from textwrap import dedent

import pytest

from confaudit.demo.wire import payload
from tests.unit.test_architecture import PACKAGE, SAMPLES

NEVER = {
    "asyncio",
    "git",
    "http.client",
    "jinja2",
    "rich.console",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "urllib3",
    "yaml",
    "zipfile",
    "confaudit.core.judge.audit",
    "confaudit.operator_files",
}
"""What no comparison of two answers has a use for."""
TO_ASK = {"confaudit.core.upgrade.situation", "confaudit.rulebook.advisories", "deepdiff"}
"""What it takes to find what changed, and what that opens or closes."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two answers that are the same, and one in which the profiler is on."""
    folder = tmp_path_factory.mktemp("answers")
    release = json.loads((SAMPLES / "prod/release-2.34.5.json").read_text("utf-8"))
    before = payload(release, {})
    after = copy.deepcopy(before)
    [profiler] = [one for one in after["options"] if one["flag"] == "pprof-enable"]
    profiler |= {"value": True, "value_source": "env"}
    after["config"]["pprof"]["enable"] = True
    for name, answer in (("a", before), ("same", before), ("b", after)):
        (folder / f"{name}.json").write_text(json.dumps(answer))
    return folder


def done(folder, *inputs):
    """What a comparison says, how many answers it redacts, the facts it reads, and its modules."""
    code = f"""
        import os, sys
        from confaudit.workflows import load
        from confaudit.__main__ import main
        redact, answers, opened = load.redact, [], []
        load.redact = lambda *given: answers.append(given) or redact(*given)
        sys.addaudithook(lambda event, told: event == "open" and opened.append(str(told[0])))
        sys.argv[1:] = {["diff", "--no-config", *inputs]}
        main()
        ours = [os.path.basename(one) for one in opened if one.startswith({str(PACKAGE)!r})]
        ours = [one for one in ours if one.endswith((".json", ".yaml"))]
        print("TOLD", len(answers), *ours, "IMPORTED", *sys.modules)
    """
    ran = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, cwd=folder
    )
    said, _, told = ran.stdout.partition("TOLD ")
    facts, _, modules = told.partition(" IMPORTED ")
    assert not ran.stderr
    return said, facts.split(), {*modules.split()}


def test_what_turns_is_asked_of_the_pack_and_of_nothing_else(folder):
    said, facts, modules = done(folder, "a.json", "b.json")
    assert "1 change: 1 by the operator. 1 control fails anew." in said
    assert sorted(facts) == ["2", "coder.json", "facts.json", "hardening.json"]
    assert modules >= TO_ASK
    assert modules.isdisjoint(NEVER)


def test_of_two_inputs_with_the_same_bytes_one_is_read(folder):
    said, facts, modules = done(folder, "a.json", "same.json")
    assert "before a.json" in said
    assert "after  same.json" in said
    assert "No difference." in said
    assert sorted(facts) == ["1", "coder.json"]
    assert modules.isdisjoint(NEVER | TO_ASK)
