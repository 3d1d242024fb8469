"""The most memory that a command of ours takes, without that of the gits it runs; Linux tells it.

    python -m tests.benchmarks.memory FILE ARGUMENT…

writes the KiB into the file. What the system tells of a process that has ended does not serve: it
counts the largest child, and what the process was before it became this program.
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.jobs import module


def most(folder: Path, *arguments: str | Path) -> float:
    """In MiB."""
    with TemporaryDirectory() as place:
        file = Path(place, "memory")
        module(folder, "memory", file, *arguments).run()
        return int(file.read_text()) / 1024


def main(file: Path, arguments: list[str]) -> int:
    from confaudit.cli.main import run

    code = run(arguments)
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    file.write_text(line)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
