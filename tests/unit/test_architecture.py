"""Imports point one way, and each library lives in its own rooms."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "confaudit"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))

SHARED = {"errors", "core", "configfile"}
ARROWS = {
    "core": {"core", "errors"},
    "catalog": {"catalog", "core", "errors"},
    "sources": {"sources", "core", "errors"},
    "operator_files": {"operator_files", "core", "errors"},
    "store": {"store", "core", "errors"},
    "render": {"render", "core", "errors"},
    "demo": {"demo", "core", "samples"},
    "workflows": SHARED
    | {"workflows", "operator_files", "sources", "store", "catalog", "render", "demo"},
    "cli": SHARED | {"cli", "workflows", "render", "sources"},
    "configfile": {"errors"},
    "errors": set(),
    "__main__": {"cli"},
    "__init__": set(),
}
"""Room → the rooms it may import from."""

HOMES = {
    "deepdiff": {"core/diff.py"},
    "click": {"cli"},
    "git": {"store"},
    "gitdb": {"store"},
    "filelock": {"store"},
    "urllib3": {"sources"},
    "jinja2": {"render"},
    "markupsafe": {"render"},
    "rich": {"render"},
    "yaml": {"sources", "operator_files", "catalog", "configfile.py"},
    "msgspec": {"render", "catalog", "configfile.py"},
    "tenacity": {"sources", "store"},
}
"""Library → where it may be imported."""


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "confaudit":
            target = rest.partition(".")[0]
            assert target in ARROWS[room(path)] | {"__version__"}, f"{path.name} imports {name}"
        elif top not in sys.stdlib_module_names:
            homes = HOMES.get(top, set())
            where = str(path.relative_to(PACKAGE))
            assert room(path) in homes or where in homes, f"{where} imports {name}"


def test_every_room_has_its_arrows():
    assert {room(path) for path in MODULES} == ARROWS.keys()


IMPURE = {"socket", "subprocess", "os", "pathlib", "time", "urllib.request", "shutil", "tempfile"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").rglob("*.py")), ids=lambda p: p.name)
def test_the_core_does_no_input_or_output(path):
    for name in imports(path):
        assert name.partition(".")[0] not in IMPURE, f"{path.name} imports {name}"


HEAVY = ("deepdiff", "jinja2", "git", "yaml", "urllib3", "rich", "asyncio", "msgspec")


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--version"], set()),
        (["--help"], set()),
        (["snapshot", "--help"], {"msgspec"}),
        (["diff", "--help"], {"msgspec"}),
    ],
)
def test_commands_do_not_import_what_they_do_not_need(arguments, allowed):
    """Start-up counts for a cron job."""
    code = (
        "import sys; from confaudit.__main__ import main; sys.argv[1:] = sys.argv[2:];"
        f"main(); print(*[m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--", *arguments], capture_output=True, text=True, check=True
    )
    assert set(done.stderr.split()) <= allowed


def test_version_is_answered_without_click():
    code = "import sys; from confaudit.__main__ import main; sys.argv[1:] = ['-V']; main();"
    code += "print('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"
