"""What is listed by hand must match the folders; the language of the repository is the project."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import click
import pytest
import yaml

from confaudit import __version__, build_backend, topics
from confaudit.cli.main import group
from confaudit.cli.manual import pages

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_listed():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "confaudit").rglob("__init__.py")
    }
    mapped = PROJECT["tool"]["setuptools"]["package-dir"]
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == found | mapped.keys()


def test_the_top_level_holds_only_what_was_agreed():
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    files = {"pyproject.toml", "README.md", "LICENSE"}
    folders = {"confaudit", "templates", "tests", "samples"}
    assert {name for name in top if not name.startswith(".")} <= files | folders


def test_the_version_has_its_section_of_the_changelog():
    text = (ROOT / ".github/CHANGELOG.md").read_text(encoding="utf-8")
    first, *sections = re.findall(r"^## (.*)", text, re.MULTILINE)
    assert first == "Unreleased"
    for section in sections:
        assert re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", section)
    assert sections[0].startswith(f"{__version__} (")


def test_an_index_shows_readme_with_absolute_addresses(tmp_path, monkeypatch):
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    build_backend.write_readme()
    (file,) = PROJECT["tool"]["setuptools"]["dynamic"]["readme"]["file"]
    shown = Path(file).read_text(encoding="utf-8")
    here = Path("README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)]+)\)", shown)
    assert len(targets) == len(re.findall(r"\]\(([^)]+)\)", here))
    assert all(one.startswith("https://") for one in targets)
    home = PROJECT["project"]["urls"]["Homepage"]
    assert f"({home}/raw/v{__version__}/samples/pictures/upgrade-light.png)" in shown
    assert f"({home}/blob/v{__version__}/confaudit/topics/inputs.md)" in shown
    assert re.sub(rf"{home}/(raw|blob)/v{__version__}/", "", shown) == here
    assert all(address.startswith(home) for address in PROJECT["project"]["urls"].values())


def test_the_version_is_written_once():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.search(r'^version = "', text, re.MULTILINE)


def test_ci_tries_each_python_that_is_named():
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert named == workflow["jobs"]["check"]["strategy"]["matrix"]["python"]
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"


@pytest.fixture(scope="module")
def manual(tmp_path_factory):
    """The manual pages as a build makes them, and what of others it imports for them."""
    folder = tmp_path_factory.mktemp("build")
    code = (
        "import sys; before = set(sys.modules); from confaudit import build_backend as backend;"
        "backend.write_pages(); print(*(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    tops = {name.partition(".")[0] for name in done.stdout.split()}
    (made,) = PROJECT["tool"]["setuptools"]["data-files"]["share/man/man1"]
    return sorted(folder.glob(made)), tops - sys.stdlib_module_names


def commands(command, path):
    yield path, command
    context = click.Context(command)
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        yield from commands(command.get_command(context, name), f"{path}-{name}")


def test_each_command_has_a_manual_page_with_all_its_options(manual):
    found = {path.stem: path.read_text(encoding="utf-8") for path in manual[0]}
    known = dict(commands(group, "confaudit"))
    assert sorted(found) == sorted(known)
    for name, page in found.items():
        told = set(re.findall(r"--?[\w-]+", page.replace("\\-", "-")))
        taken = [one for one in known[name].params if isinstance(one, click.Option)]
        assert {word for one in taken for word in (*one.opts, *one.secondary_opts)} <= told, name
        others = re.findall(r"^\.BR (\S+) \(1\)", page, re.MULTILINE)
        assert others
        assert {other.replace("\\-", "-") for other in others} <= found.keys(), name
    assert "\n.SH INPUTS\n.TP\n.B \\-\\-to VERSION\n" in found["confaudit-upgrade"]
    whole = found["confaudit"].replace("\\-", "-")
    assert all(f"\n.B {name}\n" in whole for name in topics.NAMES)


def test_manual_pages_are_sound(manual):
    if not shutil.which("groff"):
        pytest.skip("groff is not there to read them")
    command = ["groff", "-man", "-ww", "-Kutf8", "-Tutf8", *manual[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_build_asks_for_what_it_imports(manual):
    asked = {re.split(r"\W", name)[0] for name in PROJECT["build-system"]["requires"]}
    assert manual[1] - {"confaudit", "typing_extensions"} == asked - {"setuptools"}


def test_no_text_is_taken_for_a_request():
    text = ".so /etc/passwd\n\n'quoted' and C:\\new\n\n\b\n.de x\n  kept"
    (page,) = pages(click.Command("strange", help=text), "strange").values()
    body = page.partition(".SH DESCRIPTION\n")[2]
    assert "\\&.so /etc/passwd\n" in body
    assert "\\&'quoted' and C:\\enew\n" in body
    assert ".nf\n\\&.de x\n  kept\n.fi\n" in body


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.name
)
def test_workflows_pin_what_they_use_and_ask_for_little(path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action)
    assert re.search(r"^permissions:( \{\}|\n  contents: read\n)", text, re.MULTILINE)


def test_each_range_of_a_dependency_says_why_it_begins_there():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    told = [re.search(r'"([\w-]+>=[\d.]+)".*\]?,?  # \w', line) for line in lines]
    project = PROJECT["project"]
    wanted = [*PROJECT["build-system"]["requires"], *project["dependencies"]]
    wanted += (one for names in project["optional-dependencies"].values() for one in names)
    assert sorted(found[1] for found in told if found) == sorted(wanted)


def packed_as(folder, mode, moment):
    """A wheel and a source distribution of the same two files, with such rights, at such a time."""
    for name in ("b.py", "a.sh"):
        file = folder / name
        file.write_text(name)
        file.chmod(mode | (0o100 if name == "a.sh" else 0))
        os.utime(file, (moment, moment))
    with zipfile.ZipFile(folder / "one.whl", "w") as wheel:
        for name in ("a.sh", "b.py"):
            wheel.write(folder / name, name)
    with tarfile.open(folder / "one.tar.gz", "w:gz") as sdist:
        for name in ("a.sh", "b.py") if mode == 0o600 else ("b.py", "a.sh"):
            sdist.add(folder / name, f"one-1/{name}")
    build_backend.level_wheel(folder / "one.whl")
    build_backend.level_sdist(folder / "one.tar.gz")
    return [(folder / name).read_bytes() for name in ("one.whl", "one.tar.gz")]


def test_what_is_built_is_the_same_wherever_and_whenever(tmp_path, monkeypatch):
    folders = [tmp_path / name for name in ("here", "there", "later")]
    for folder in folders:
        folder.mkdir()
    here, there, later = folders
    made = packed_as(here, 0o600, 1_600_000_000.25)
    assert packed_as(there, 0o664, 1_700_000_000.5) == made
    with zipfile.ZipFile(here / "one.whl") as wheel, tarfile.open(here / "one.tar.gz") as sdist:
        rights = [(one.filename, one.external_attr >> 16) for one in wheel.infolist()]
        assert rights == [("a.sh", 0o100755), ("b.py", 0o100644)]
        assert [wheel.read(name) for name in wheel.namelist()] == [b"a.sh", b"b.py"]
        assert [(one.name, one.mode) for one in sdist] == [
            ("one-1/a.sh", 0o755),
            ("one-1/b.py", 0o644),
        ]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    assert all(
        one != other
        for one, other in zip(packed_as(later, 0o600, 1_500_000_000), made, strict=True)
    )
    with tarfile.open(later / "one.tar.gz") as sdist:
        assert {one.mtime for one in sdist} == {1_750_000_000}


KNOWN = {"name": "a", "version": "1.0"}
SKIPPED = {"name": "b", "skip_reason": "not found"}
FOUND = {"id": "CVE-1", "fix_versions": ["1.1", "2.0"]}


@pytest.mark.parametrize(
    ("packages", "code", "told"),
    [
        ([KNOWN | {"vulns": []}, SKIPPED], 0, ""),
        ([KNOWN | {"vulns": [FOUND]}, SKIPPED], 1, "a 1.0: CVE-1, mended in 1.1, 2.0\n"),
        ([KNOWN | {"vulns": [FOUND | {"fix_versions": []}]}], 1, "a 1.0: CVE-1, mended in no rel"),
        ([SKIPPED], 0, "from the tool\n::warning::NO ADVISORIES WERE LOOKED UP"),
        (None, 0, "from the tool\n::warning::NO ADVISORIES WERE LOOKED UP"),
    ],
)  # fmt: skip
def test_an_advisory_ends_a_build_and_silence_is_told(packages, code, told, tmp_path):
    (tmp_path / "told").write_text("from the tool\n")
    text = json.dumps({"dependencies": packages}) if packages else ""
    command = [sys.executable, ROOT / ".ci/advisories", tmp_path / "told"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stderr.startswith(told)
    assert bool(done.stderr) == bool(told)
