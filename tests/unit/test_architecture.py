"""Imports point one way, and each library lives in its own rooms."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import dedent

import pytest

from confaudit.demo.wire import payload

PACKAGE = Path(__file__).parents[2] / "confaudit"
SAMPLES = PACKAGE.parent / "samples"
MODULES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}
"""By their places in the package."""

CORE = (
    ("core/model",),
    ("core/secret",),
    ("core/tree", "core/given"),
    ("core/coder",),
    ("core/text",),
    ("core/snapshot", "core/changes"),
    ("core/lifecycle", "core/upgrade"),
    ("core/judge",),
    ("core/history", "core/health"),
    ("core/migrate", "core/report"),
)
"""The wings of the core, floor by floor: each may import from the floors below it."""

WINGS = {
    wing: {wing, "errors", "patterns", *(below for lower in CORE[:floor] for below in lower)}
    for floor, wings in enumerate(CORE)
    for wing in wings
}
ALL_CORE = {"core", "patterns", *WINGS}
SHARED = {"errors", "configfile", *ALL_CORE}
ARROWS = WINGS | {
    "core": set(),
    "patterns": set(),
    "reticent": set(),
    "yaml_nodes": set(),
    "opening": set(),
    "yaml_lines": set(),
    "yaml_types": set(),
    "yaml_file": {"yaml_nodes", "yaml_types", "errors", "opening", "core/text", "core/snapshot"},
    "catalog": {"catalog", "errors", "yaml_nodes", "yaml_file", *ALL_CORE},
    "rulebook": {
        "rulebook",
        "errors",
        "opening",
        "yaml_file",
        "yaml_lines",
        "yaml_nodes",
        *ALL_CORE,
    },
    "transport": {"transport", "errors"},
    "sources": {"sources", "transport", "errors", "opening", "yaml_nodes", *ALL_CORE},
    "operator_files": {"operator_files", "errors", "opening", "yaml_nodes", *ALL_CORE},
    "store": {"store", "errors", "opening", *ALL_CORE},
    "trust": {"trust", "configfile", "transport", "errors", "core/text"},
    "present": {"present", *ALL_CORE},
    "render": {"render", "present", "errors", *ALL_CORE},
    "export": {"export", "errors", *ALL_CORE},
    "site": {"site", "render", "present", *ALL_CORE},
    "topics": set(),
    "notify": {"notify", "transport", "render", "present", "errors", *ALL_CORE},
    "demo": {"demo", "samples", *ALL_CORE},
    "workflows": SHARED
    | {
        "workflows",
        "opening",
        "yaml_file",
        "yaml_lines",
        "operator_files",
        "rulebook",
        "sources",
        "store",
        "trust",
        "catalog",
        "export",
        "site",
        "render",
        "notify",
        "demo",
    },
    "cli": SHARED | {"cli", "workflows", "render", "sources", "topics"},
    "build_backend": {"cli"},
    "configfile": {"errors", "yaml_file"},
    "errors": set(),
    "__main__": {"cli"},
    "__init__": set(),
}
"""Room → the rooms it may import from."""

OF_VALUES = {"msgspec", "reticent", "__version__"}
"""What every room may import: values are made of it."""

HOMES = {
    "deepdiff": {"core/changes/engine.py"},
    "re2": {"core/coder/regexps.py"},
    "click": {"cli"},
    "git": {"store"},
    "gitdb": {"store"},
    "filelock": {"store"},
    "psutil": {"store"},
    "urllib3": {"transport"},
    "jinja2": {"render"},
    "markupsafe": {"render"},
    "rich": {"render"},
    "yaml": {"yaml_nodes"},
    "msgspec": {
        "notify",
        "render",
        "catalog",
        "rulebook",
        "configfile",
        "store",
        "yaml_file",
        "yaml_types",
    },
    "pyarrow": {"export"},
    "tenacity": {"notify", "sources", "store", "transport"},
    "tree_sitter": {"catalog"},
    "tree_sitter_go": {"catalog"},
}
"""Library → where it may be imported."""


def room(where):
    """`core/judge` for everything below it; other rooms have no wings."""
    return room_of(Path(where).with_suffix("").parts)


def room_of(parts):
    is_wing = parts[0] == "core" and parts[1:2] not in ((), ("__init__",))
    return "/".join(parts[:2]) if is_wing else parts[0]


@cache
def nodes(path):
    """All nodes of a module: to parse it is most of what looking at it takes."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path):
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported():
    """Each module with each thing that it imports."""
    return [(where, name) for where, path in MODULES.items() for name in imports(path)]


def may_import(where, name):
    top, *rest = name.split(".")
    if top == "confaudit":
        return room_of(tuple(rest)) in ARROWS[room(where)] | OF_VALUES
    return top in sys.stdlib_module_names | OF_VALUES or not HOMES.get(top, set()).isdisjoint(
        (room(where), where)
    )


def test_imports_point_one_way():
    assert [one for one in imported() if not may_import(*one)] == []


def module_of(name):
    """The module that a dotted name is, or is from; empty for what is not ours."""
    parts = name.removeprefix("confaudit.").split(".") if name.startswith("confaudit.") else []
    found = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((f"{one}.py" for one in found if f"{one}.py" in MODULES), "")


def compiled_by_import(path):
    """The lines on which a pattern is compiled as soon as its module is imported."""
    inside = {
        below
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.Lambda)
        for below in ast.walk(node)
    }
    calls = (node for node in nodes(path) if isinstance(node, ast.Call) and node not in inside)
    return [call.lineno for call in calls if ast.unparse(call.func) == "re.compile"]


def test_patterns_are_compiled_when_they_are_needed():
    at_once = {where: compiled_by_import(path) for where, path in MODULES.items()}
    may_wait = [where for where in at_once if "patterns" in ARROWS[room(where)]]
    assert [where for where in may_wait if at_once[where]] == []


def test_no_modules_import_each_other_in_a_circle():
    needs = {where: set() for where in MODULES}
    for where, name in imported():
        needs[where] |= {module_of(name)} - {"", where}
    assert [*TopologicalSorter(needs).static_order()]  # it raises CycleError, which names them


GATE = {
    "redact",
    "redact_config",
    "redact_files",
    "redact_operator",
    "redact_setting",
    "redact_values",
    "public_settings",
}
"""The functions of `core.snapshot.redact`: what comes out of them holds no secret.

`public_settings` only answers which settings they would leave alone.
"""
BUILDER = "core/upgrade/situate.py"
"""Makes predictions and Situations from what was read, redaction inside it."""
READER = "core/history/versions.py"
"""Skips what two stored texts have alike before they pass the gate."""
SCANNER = "core/snapshot/leaks"
"""Compares what is stored with what comes out of the gate, and tells where they differ."""
HOMES_OF_THE_GATE = {
    f"confaudit.core.snapshot.{module}" for module in ("redact", "structures", "credentials")
}
GATEKEEPERS = {
    **dict.fromkeys(GATE - {"public_settings"}, ("workflows/", BUILDER)),
    "redact_files": ("workflows/", READER, SCANNER),
    **dict.fromkeys(("redact_config", "redact_setting"), (READER,)),
    "public_settings": ("core/migrate/",),
    "redact_text": (
        "sources/",
        "store/",
        "catalog/public_facts",
        "rulebook/wording",
        "yaml_file",
        SCANNER,
    ),
}
"""Function → where it may be imported.

`redact_text` alone cleans a message, words that people wrote, or a text that a release was learnt
from.
"""


def passes_the_gate(where, name):
    module, _, function = name.rpartition(".")
    allowed = GATEKEEPERS.get(function, ("core/snapshot/",))
    return module not in HOMES_OF_THE_GATE or where.startswith(allowed)


def test_only_the_shell_and_the_one_builder_call_the_gate():
    assert [one for one in imported() if not passes_the_gate(*one)] == []


def test_every_function_of_the_gate_is_watched():
    tree = ast.parse((PACKAGE / "core/snapshot/redact.py").read_text(encoding="utf-8"))
    public = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {name for name in public if not name.startswith("_")} == GATE


def calls(path):
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_situations_are_built_in_one_place():
    """By tests as well: they would prove something else."""
    tests = Path(__file__).parents[1].rglob("test_*.py")
    builders = {
        path
        for path in (*MODULES.values(), *tests)
        if BUILDS.search(path.read_text(encoding="utf-8"))
        and not {"Situation", "predict"}.isdisjoint(calls(path))
    }
    assert builders == {PACKAGE / BUILDER}


BUILDS = re.compile(r"\b(?:Situation|predict)\s*\(")
"""What is worth parsing: to do so with every module takes long."""


SKIPS_LINES = re.compile(r"\^(?:\|[^()]*\))?\\s[*+]")


def test_no_pattern_for_files_skips_lines_from_each_of_them_on():
    """It would look at each of many blank lines once for every one above: `[ \\t]` does not."""
    patterns = [
        (where, node.value)
        for where, path in MODULES.items()
        if room(where) == "operator_files"
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert SKIPS_LINES.search(r"(?m)(?:^|[{,])\s*a")
    assert [one for one in patterns if SKIPS_LINES.search(one[1])] == []


def test_every_room_has_its_arrows():
    assert set(map(room, MODULES)) == ARROWS.keys()


def test_the_core_shows_a_newcomer_few_doors():
    doors = [path for path in (PACKAGE / "core").iterdir() if path.name != "__pycache__"]
    assert len(doors) <= 16


def test_modules_and_functions_stay_small():
    texts = {where: path.read_text(encoding="utf-8") for where, path in MODULES.items()}
    assert [where for where, text in texts.items() if text.count("\n") > 400] == []
    functions = [
        (where, node)
        for where, path in MODULES.items()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    large = [(where, one.name) for where, one in functions if one.end_lineno - one.lineno >= 45]
    assert large == []


IMPURE = {"socket", "subprocess", "os", "pathlib", "time", "urllib.request", "shutil", "tempfile"}


def test_the_core_does_no_input_or_output():
    core = [(where, name) for where, name in imported() if where.startswith("core/")]
    assert core
    assert [one for one in core if one[1].partition(".")[0] in IMPURE] == []


HEAVY = (
    "deepdiff",
    "jinja2",
    "git",
    "yaml",
    "urllib3",
    "urllib.request",
    "ssl",
    "rich.console",
    "asyncio",
    "msgspec",
    "tree_sitter",
    "re2",
    "sqlite3",
    "pyarrow",
)


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
    assert loaded(arguments) <= allowed


@pytest.mark.parametrize(
    ("command", "allowed"),
    [
        (["lint", "--version", "2.35.1"], {"yaml", "msgspec", "re2"}),
        (["lint", "--version", "2.35.1", "--format", "json"], {"yaml", "msgspec", "re2"}),
        (["upgrade", "--from", "2.30.0", "--to", "2.35.1"], {"yaml", "msgspec", "re2"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_audit_of_files_asks_nobody_and_reads_no_source(command, allowed, tmp_path):
    file = tmp_path / "coder.env"
    file.write_text("CODER_ACCESS_URL=https://coder.example.com\nCODER_VERBOSE=true\n")
    assert loaded([*command, "--no-config", "--env-file", str(file)]) <= allowed


AUDITED = {"coder", "facts", "advisories", "startup", "no_effect"}
UNASKED = {
    "calendar",
    "dataclasses",
    "subprocess",
    "tempfile",
    "yaml",
    "confaudit.core.upgrade.verify",
    "confaudit.present.timeline",
    "confaudit.sources.api",
    "confaudit.store.command",
}
"""What no audit of a saved answer needs, and takes a millisecond or more to import."""


@pytest.mark.parametrize(
    ("command", "read"),
    [
        (["upgrade", "--to", "2.35.1"], AUDITED),
        (["check"], {"coder", "hardening"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_audit_reads_what_comes_with_confaudit_once(command, read, tmp_path):
    """As JSON: the YAML that rules are written in takes longer than all else."""
    release = json.loads((SAMPLES / "prod/release-2.34.5.json").read_text("utf-8"))
    (tmp_path / "payload.json").write_text(json.dumps(payload(release, {})))
    code = f"""
        import sys
        from confaudit.__main__ import main
        sys.argv[1:] = {[*command, "--no-config", "payload.json"]}
        opened = []
        sys.addaudithook(lambda event, told: event == "open" and opened.append(str(told[0])))
        main()
        print("opened", *opened, "imported", *sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, cwd=tmp_path
    )
    opened, _, imported = done.stdout.rpartition("\nopened ")[2].partition(" imported ")
    ours = [Path(one) for one in opened.split() if one.startswith(str(PACKAGE))]
    found = [one.stem for one in ours if one.suffix in {".json", ".yaml"}]
    assert sorted(found) == sorted(read), done.stderr
    assert not UNASKED.intersection(imported.split())


def test_an_update_that_finds_nothing_new_reads_no_source(tmp_path):
    (tmp_path / "releases.json").write_text('[{"tag_name": "v2.35.1"}]')
    arguments = ["catalog", "update", "--no-config", "--dry-run", "--catalog-url", str(tmp_path)]
    assert "tree_sitter" not in loaded(arguments)


def loaded(arguments):
    """Those of `HEAVY` that a command imports."""
    code = (
        "import sys; from confaudit.__main__ import main; sys.argv[1:] = sys.argv[2:];"
        f"main(); print('loaded', *[m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--", *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.rpartition("loaded")[2].split())


def test_no_cycles_are_looked_for_when_a_command_ends():
    """Python walks all there is as it ends, several times, to free what ends with it anyway."""
    code = "import sys, gc; from confaudit.__main__ import main; sys.argv[1:] = ['--help']; main();"
    code += "print(len(gc.get_objects()) < 100 < gc.get_freeze_count())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "True"


def test_version_is_answered_without_click():
    code = "import sys; from confaudit.__main__ import main; sys.argv[1:] = ['-V']; main();"
    code += "print('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"


def test_what_was_read_is_not_looked_through_for_cycles_at_the_end():
    code = "import gc, sys; from confaudit.__main__ import main; sys.argv[1:] = ['help']; main();"
    code += "print(gc.get_freeze_count() > 10 * len(gc.get_objects()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "True"


TIME = re.compile(r"datetime\.(now|utcnow|today)|date\.today|time\.time\b|SOURCE_DATE_EPOCH")


def test_the_time_is_read_in_one_place():
    where = {where for where, path in MODULES.items() if TIME.search(path.read_text("utf-8"))}
    assert where == {
        "workflows/clock.py",
        "build_backend.py",
    }  # of packages: no clock, only a variable


def test_git_is_run_in_one_place_and_its_history_read_through_one_door():
    """`log`, `cat-file` and their like are the door's; the others write."""
    reading = re.compile(
        r'"(log|show|cat-file|ls-tree|ls-files|rev-list|rev-parse|diff-tree|merge-base)"'
    )
    where = {
        where
        for where, path in MODULES.items()
        if room(where) == "store" and reading.search(path.read_text("utf-8"))
    }
    names = ("batch", "discovery", "history", "log", "unignored")  # the last lists the work tree
    assert where == {f"store/{name}.py" for name in names}
