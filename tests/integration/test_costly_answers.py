"""Answers that are made to cost: what the whole program takes for them."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.processes import DEADLINE
from tests.integration.scripted_server import PAYLOAD, Reply, ScriptedServer, coder

MOST_KB = 300 * 1024
"""Of memory at any time; a usual answer takes some 40 MB."""
MEMBERS = [gzip.compress(bytes([one])) for one in json.dumps(PAYLOAD).encode().ljust(2_000)]
TOO_MUCH = "far more values than any answer of Coder"
KEYS = b",".join(b'"%d":1' % number for number in range(900_000))
COSTLY = {
    "empty objects": (Reply(b'{"options": [' + b"{}," * 5_500_000 + b"{}]}"), 4, TOO_MUCH),
    "keys": (Reply(b'{"config": {%s}}' % KEYS), 4, TOO_MUCH),
    "tiny members": (Reply(b"".join(MEMBERS), headers={"Content-Encoding": "gzip"}), 0, ""),
}  # fmt: skip
MEASURED = """
import re, sys
from pathlib import Path
from confaudit.cli.main import run
code = run(sys.argv[1:])
print("VmHWM", re.search("VmHWM:\\\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="NOT PROVED where no /proc tells of memory")
@pytest.mark.parametrize("kind", COSTLY)
def test_what_is_made_to_cost_takes_little(kind: str, tmp_path: Path) -> None:
    reply, code, said = COSTLY[kind]
    with ScriptedServer(coder(deployment__config=reply)) as server:
        given = ("snapshot", "prod", f"--url={server.url}", f"--repo={tmp_path}", "--retries=0")
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *given],
            env=os.environ | {"CODER_SESSION_TOKEN": "a-b"}, capture_output=True, text=True,
            timeout=DEADLINE,
        )  # fmt: skip
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert int(re.findall(r"VmHWM (\d+)", done.stdout)[0]) < MOST_KB
