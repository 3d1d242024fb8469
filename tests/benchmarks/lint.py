"""What `confaudit lint` costs as a whole process, against another version of it.

    python -m tests.benchmarks.lint [OTHER/bin/confaudit]

User CPU, because the time on the wall is that of whatever else the machine does; median of rounds
that take turns. Both are to be installed the same way, and with their bytecode: an editable install
of which Python may write none compiles the sources at each start. Without another version it is set
against a command that reads and judges nothing.
"""

import os
import sys
import tempfile
from itertools import permutations
from pathlib import Path
from statistics import median

ROUNDS = 15
COMMAND = str(Path(sys.executable).with_name("confaudit"))
LINT = ("lint", "--no-config", "--version", "2.35.1", "--exit-zero")
FILES = {
    "coder.env": """CODER_ACCESS_URL=https://coder.example.com
CODER_OIDC_ISSUER_URL=https://id.example.com
CODER_OIDC_ALLOWED_GROUPS=dev
CODER_PROXY_TRUSTED_ORIGINS=10.0.0.1
CODER_SESSION_DURATION=800h
CODER_EXTERNAL_AUTH_0_TYPE=github
CODER_EXTERNAL_AUTH_0_CLIENT_ID=
""",
    "values.yaml": """coder:
  image: {tag: v2.35.1}
  env:
    - {name: CODER_ACCESS_URL, value: "https://coder.example.com"}
    - {name: CODER_EXPERIMENTS, value: "oauth2,foo-bar"}
""",
}
"""One that sets off checks of the start, and one of a chart; then two that are large."""

WORDS = ("OIDC", "AUTH", "TOKEN", "RATE", "LIMIT", "SESSION", "PROXY", "EMAIL", "GROUP")
FILES["unknown.env"] = FILES["coder.env"] + "".join(
    f"CODER_{'_'.join(some)}_X=1\n" for some in permutations(WORDS, 3)
)
"""500 names that nobody reads."""
FILES["compose.yaml"] = "services:\n" + "".join(
    f"  service{number}:\n    image: {'ghcr.io/coder/coder:v2.35.1' if number == 7 else 'other'}\n"
    + "    environment:\n      CODER_ACCESS_URL: https://coder.example.com\n" * (number == 7)
    + "    ports:\n"
    + f"      - ${{PORT:-80}}:{number}\n" * 10
    for number in range(20)
)


def seconds(command: str, *arguments: str) -> float:
    """User CPU of a process and its threads."""
    silent = [(os.POSIX_SPAWN_OPEN, one, os.devnull, os.O_WRONLY, 0) for one in (1, 2)]
    started = os.posix_spawn(command, [command, *arguments], os.environ, file_actions=silent)
    _, status, usage = os.wait4(started, 0)
    if status:
        raise SystemExit(f"{command} {' '.join(arguments)} ended with status {status}")
    return usage.ru_utime


def compared(*jobs: tuple[str, ...]) -> list[float]:
    """The median of each; a first round only warms up."""
    rounds = [[seconds(*job) for job in jobs] for _ in range(ROUNDS + 1)]
    return [median(times) for times in zip(*rounds[1:], strict=True)]


def main() -> None:
    other = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            file = Path(folder, name)
            file.write_text(text, encoding="utf-8")
            lint = (*LINT, *(("--env-file",) if name.endswith(".env") else ()), str(file))
            beside = (other, *lint) if other else (COMMAND, "lint", "--help")
            this, that = compared((COMMAND, *lint), beside)
            what = "the other version" if other else "lint --help"
            sys.stdout.write(f"{name:14} {this:.2f} s, {this / that:.2f} x {what}\n")


if __name__ == "__main__":
    main()
