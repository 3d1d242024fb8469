"""Rows of `confaudit lint`, against a command that reads and judges nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Final

from tests.benchmarks.data import Data
from tests.benchmarks.jobs import confaudit
from tests.benchmarks.rows import Ratio, Row

_SETTINGS: Final = """CODER_ACCESS_URL=https://coder.example.com
CODER_OIDC_ISSUER_URL=https://id.example.com
CODER_OIDC_ALLOWED_GROUPS=dev
CODER_PROXY_TRUSTED_ORIGINS=10.0.0.1
CODER_SESSION_DURATION=800h
CODER_EXTERNAL_AUTH_0_TYPE=github
CODER_EXTERNAL_AUTH_0_CLIENT_ID=
"""
_VALUES: Final = """coder:
  image: {tag: v2.35.1}
  env:
    - {name: CODER_ACCESS_URL, value: "https://coder.example.com"}
    - {name: CODER_EXPERIMENTS, value: "oauth2,foo-bar"}
"""
_WORDS: Final = ("OIDC", "AUTH", "TOKEN", "RATE", "LIMIT", "SESSION", "PROXY", "EMAIL", "GROUP")
_LINT: Final = ("lint", "--no-config", "--version", "2.35.1", "--exit-zero")


@contextmanager
def lint(_: Data, folder: Path) -> Iterator[list[Row]]:
    """A file that sets off checks of the start, one of a chart, and two that are large."""
    unknown = (f"CODER_{'_'.join(some)}_X=1\n" for some in permutations(_WORDS, 3))
    files = {
        "coder.env": (_SETTINGS, "an env file", 6),
        "values.yaml": (_VALUES, "values of the chart", 6),
        "unknown.env": (_SETTINGS + "".join(unknown), "500 unknown names", 15),
        "compose.yaml": ("".join(_services()), "20 services", 10),
    }
    rows: list[Row] = []
    for name, (text, what, goal) in files.items():
        (folder / name).write_text(text)
        given = ("--env-file", name) if name.endswith(".env") else (name,)
        job = confaudit(folder, *_LINT, *given)
        rows.append(Ratio(f"`lint` of {what} ÷ `--help`", goal, job, confaudit(folder, "--help")))
    yield rows


def _services() -> Iterator[str]:
    yield "services:\n"
    for number in range(20):
        is_coder = number == 7
        image = "ghcr.io/coder/coder:v2.35.1" if is_coder else "other"
        yield f"  service{number}:\n    image: {image}\n"
        if is_coder:
            yield "    environment:\n      CODER_ACCESS_URL: https://coder.example.com\n"
        yield "    ports:\n" + f"      - ${{PORT:-80}}:{number}\n" * 10
