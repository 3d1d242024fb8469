"""What a release is made from: the last commit, at the address of whoever makes it."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from confaudit import __version__

ROOT = Path(__file__).parents[2]
SCRIPT = ".ci/release-source"
CHANGELOG = ".github/CHANGELOG.md"
VERSION = "confaudit/__init__.py"
TAG = f"v{__version__}"


def git(*arguments: str, at: Path) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    subprocess.run(["git", *who, *arguments], cwd=at, check=True)


@pytest.fixture
def checkout(clean_folder: Path) -> Path:
    """A repository with those files of this one that a release is made of."""
    for name in (SCRIPT, CHANGELOG, VERSION, "pyproject.toml"):
        (clean_folder / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clean_folder / "checkout" / name)
    git("init", "-q", at=clean_folder / "checkout")
    return clean_folder / "checkout"


def make(checkout: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    git("add", "-A", at=checkout)
    git("commit", "-q", "-m", "one", at=checkout)
    (checkout / "left.txt").write_text("in no commit")
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GITHUB_")}
    return subprocess.run(
        [f"checkout/{SCRIPT}", "made"],
        cwd=checkout.parent,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_has_the_address_of_its_repository(checkout: Path) -> None:
    assert make(checkout, TAG=TAG, GITHUB_REPOSITORY="acme/audit").returncode == 0
    made = checkout.parent / "made"
    assert not (made / "source/left.txt").exists()
    project = tomllib.loads((made / "source/pyproject.toml").read_text(encoding="utf-8"))["project"]
    home = "https://github.com/acme/audit"
    assert project["urls"]["Homepage"] == home
    assert all(address.startswith(home) for address in project["urls"].values())
    notes = (made / "notes.md").read_text(encoding="utf-8")
    assert all(target.startswith("https://") for target in re.findall(r"\]\((.*?)\)", notes))


def test_the_notes_are_the_section_of_the_version_with_an_item_a_line(checkout: Path) -> None:
    (checkout / CHANGELOG).write_text(
        f"# Changelog\n\n## Unreleased\n\n- later\n\n## {__version__} (2030-01-02)\n\n"
        f"- **New**: one [thing](../x.md),\n  and `-x`\n  - of two\n    lines\n- the last\n\n"
        f"## 0.0.1 (2030-01-01)\n\n- before\n"
    )
    assert make(checkout).returncode == 0
    notes = (checkout.parent / "made/notes.md").read_text(encoding="utf-8")
    thing = f"[thing](https://github.com/OWNER/confaudit/blob/{TAG}/x.md)"
    assert notes.strip() == f"- **New**: one {thing}, and `-x`\n  - of two lines\n- the last"


@pytest.mark.parametrize(
    ("version", "variables", "told"),
    [
        (__version__, {"TAG": "v9.9.9", "GITHUB_REPOSITORY": "acme/audit"}, "the tag is v9.9.9"),
        (__version__, {"TAG": TAG}, "set GITHUB_REPOSITORY"),
        ("9.9.9", {"GITHUB_REPOSITORY": "acme/audit"}, 'no section "## 9.9.9 (DATE)"'),
    ],
)
def test_no_release_is_made_of_what_does_not_agree(
    checkout: Path, version: str, variables: dict[str, str], told: str
) -> None:
    (checkout / VERSION).write_text(f'__version__ = "{version}"\n')
    done = make(checkout, **variables)
    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
