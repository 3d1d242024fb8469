"""Nothing a user can type is undocumented, and what the texts say is what happens."""

import ast
import re
import shlex
from collections import defaultdict
from itertools import takewhile
from pathlib import Path

import click
import pytest
import yaml

from confaudit import topics
from confaudit.cli.commands import Section
from confaudit.cli.environment import NAMES
from confaudit.cli.main import COMMANDS, group, run
from confaudit.cli.setup import read_setup
from confaudit.errors import ExitCode
from confaudit.render import FORMATS
from confaudit.sources import SOURCES
from confaudit.workflows.operator_files import FORMS
from confaudit.workflows.rules import all_rules, rules_page
from tests.tables import every_row

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(command=group, path=("confaudit",)):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name))


ALL = dict(commands())


def test_the_readme_is_short():
    assert README.count("\n") <= 165


def test_every_topic_has_a_text_that_the_readme_links():
    folder = ROOT / "confaudit/topics"
    assert {path.stem for path in folder.glob("*.md")} == {*topics.NAMES}
    assert set(topics.NAMES) == set(re.findall(r"\]\(confaudit/topics/([a-z-]+)\.md\)", README))
    assert not {*topics.NAMES} & {*COMMANDS} - {
        "upgrade", "check", "review", "policy", "export", "site", "trust", "secrets"
    }  # fmt: skip


@every_row("name", topics.NAMES)
def test_a_topic_has_a_title_and_names_only_topics_that_there_are(name):
    text = topics.text(name)
    assert re.match(r"# \S", text)
    named = re.findall(r"`confaudit help ([a-z-]+)`", text)
    assert {*named} <= {*topics.NAMES, "TOPIC"}


SHOWN = re.compile(r"(?:^ *|[|&;`$] ?)confaudit ([^`\n|>&;#]*)", re.MULTILINE)
"""The words after the name of the program, in a block of code, in a line or behind a pipe."""


def options_typed(words):
    """The names of the options among the words that a command is given."""
    found, context = group, click.Context(group, info_name="confaudit")
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        name, found, words = found.resolve_command(context, words)
        context = click.Context(found, info_name=name, parent=context)
    return [*found.make_parser(context).parse_args([*words])[0]]


@pytest.mark.parametrize("kind", ["readme", "topics", "help"])
def test_every_command_that_is_shown_can_be_typed(kind):
    texts = {
        "readme": [README],
        "topics": map(topics.text, topics.NAMES),
        "help": (command.help for command in ALL.values()),
    }
    shown = [words for text in texts[kind] for words in SHOWN.findall(text)]
    assert len(shown) > 10
    for words in shown:
        options_typed(shlex.split(words))  # click says what it does not know


def test_a_command_that_is_shown_and_cannot_be_typed_is_found():
    for words in ("lynt x", "lint --no-such-flag", "catalog shw"):
        with pytest.raises(click.UsageError):
            options_typed(words.split())


def shown_commands(text):
    """The words of each line of the program's that stands in a block, or after a prompt or a cd."""
    for block in re.findall(
        r"^```(?:sh|console|cron|yaml)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    ):
        for line in block.replace("\\\n", " ").splitlines():
            if found := re.search(r"(?:^|&& |\| |\$ |: )confaudit (.*)", line):
                words = shlex.split(found[1].replace("…", "x"), comments=True)
                yield list(takewhile(lambda word: word not in {"&&", "|", ">", ">>", "&"}, words))


@every_row("name", ["README", *topics.NAMES])
def test_a_command_in_a_text_has_the_options_that_it_is_shown_with(name):
    for words in shown_commands(README if name == "README" else topics.text(name)):
        path, rest = ("confaudit",), words
        while rest and (*path, rest[0]) in ALL:
            path, rest = (*path, rest[0]), rest[1:]
        assert len(path) > 1 or rest[0].startswith("-"), words
        ALL[path].make_parser(click.Context(ALL[path])).parse_args(rest)


def test_texts_show_commands():
    texts = (README, *map(topics.text, topics.NAMES))
    assert sum(len(list(shown_commands(text))) for text in texts) > 30


def test_every_command_is_in_a_text():
    texts = README + "".join(map(topics.text, topics.NAMES))
    assert {name for name in COMMANDS if f"confaudit {name}" not in texts} == set()


@pytest.mark.parametrize(("topic", "names"), [("formats", FORMATS), ("inputs", SOURCES)])
def test_every_format_and_input_is_in_its_topic(topic, names):
    assert {name for name in names if f"| `{name}` |" not in topics.text(topic)} == set()


def test_every_form_of_file_is_in_its_topic():
    assert {name for name in FORMS if f"`{name}`" not in topics.text("inputs")} == set()


@every_row("code", ExitCode)
def test_every_exit_code_is_in_its_topic_and_in_help(code):
    assert re.search(rf"^\| (\d+, )?{code.value}\b", topics.text("exit-codes"), re.MULTILINE)
    assert str(code.value) in group.epilog


@every_row("path", ALL, ids=" ".join)
def test_help_reads_at_80_columns(path):
    command = ALL[path]
    context = click.Context(command, info_name=" ".join(path), terminal_width=80)
    lines = command.get_help(context).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert len(lines) <= 50
    headings = [line.rstrip(":") for line in lines if re.fullmatch(r"[A-Z][a-z]+:", line)]
    assert headings == [
        one for one in ("Examples", "Example", *Section, "Commands") if one in headings
    ]
    for one in options_of(path):
        assert any(one.opts[0] in line for line in lines), one.opts[0]


@every_row(
    ("name", "lacking"),
    [
        *((name, set()) for name in ("diff", "upgrade", "check", "verify")),
        *((name, {Section.CONNECTION}) for name in ("lint", "review")),
    ],
)
def test_the_sections_are_those_of_what_a_command_asks(name, lacking):
    listed = ALL["confaudit", name].get_help(click.Context(ALL["confaudit", name]))
    sections = {one for one in Section if f"\n{one}:\n" in listed}
    assert sections == {*Section} - {Section.OPTIONS} - lacking


@every_row("path", ALL, ids=" ".join)
def test_every_command_and_option_explains_itself(path):
    command = ALL[path]
    assert command.help
    assert command.help.split("\n")[0].endswith(".")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path}: {parameter.name}"


def options_of(path):
    return [one for one in ALL[path].params if isinstance(one, click.Option)]


def test_every_option_has_an_environment_twin_and_each_twin_one_meaning():
    meanings = defaultdict(set)
    for path in ALL:
        for one in options_of(path):
            if one.name != "version" or len(path) > 1:
                assert one.envvar, f"{path}: {one.name}"
                meanings[one.envvar].add((one.opts[0], one.help.partition("  [default")[0]))
    assert {name: told for name, told in meanings.items() if len(told) > 1} == {}
    assert sorted(meanings) == sorted(["CODER_URL", *(f"CONFAUDIT_{name}" for name in NAMES)])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("CONFAUDIT_FAILON", "did you mean CONFAUDIT_FAIL_ON?"),
        ("CONFAUDIT_FROM", "CONFAUDIT_UPGRADE_FROM, CONFAUDIT_VERIFY_FROM or CONFAUDIT_SNAPSHOT"),
        ("CONFAUDIT_TOKEN_PROD", ""),
        ("CONFAUDIT_PAGER", ""),
        ("CONFAUDIT_FINGERPRINT_KEY", ""),
        ("CONFAUDIT_FAIL_ON", ""),
    ],
)
def test_a_mistyped_variable_is_told_and_none_of_the_house(
    name, told, clean_folder, monkeypatch, capsys
):
    monkeypatch.setenv(name, "any")
    assert run(["config", "show"]) == 0
    assert (told in shown) if (shown := capsys.readouterr().err) else told == ""


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("difff", "diff"),
        ("catalog shw", "show"),
        ("diff --fromat md", "--format"),
        ("diff -f htm", "html"),
        ("diff --as paylod", "payload"),
        ("lint --form helm-valuess", "helm-values"),
        ("schema polcy", "policy"),
        ("completion fsh", "fish"),
    ],
)
def test_a_mistyped_word_gets_a_suggestion(words, meant, capsys):
    assert run(words.split()) == 2
    assert f"Did you mean '{meant}'?" in capsys.readouterr().err


def test_the_line_in_help_is_the_commands_own_first_line():
    for name, (_, line) in COMMANDS.items():
        assert ALL["confaudit", name].help.split("\n")[0] == line


def test_ci_runs_the_readmes_own_test_command():
    (command,) = re.findall(r"^(python3 -m venv .*pytest.*)$", README, re.MULTILINE)
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


TEXTS = ["README.md", "samples/README.md", "templates/README.md", "confaudit/README.md"]
TEXTS += [
    "tests/benchmarks/README.md",
    ".github/CONTRIBUTING.md",
    ".github/CHANGELOG.md",
    "confaudit/rulebook/RULES.md",
]
TEXTS += [f"confaudit/topics/{name}.md" for name in topics.NAMES]


@every_row("path", TEXTS)
def test_links_lead_somewhere(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert ((ROOT / path).parent / target).exists(), target


def test_the_page_of_rules_is_made_from_the_rules(clean_folder, request):
    page = rules_page(all_rules(read_setup()).values())
    file = ROOT / "confaudit/rulebook/RULES.md"
    if request.config.getoption("--update-golden"):
        file.write_text(page, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == page, (
        "pytest tests/unit/test_docs.py --update-golden"
    )


def test_the_advisory_of_its_topic_works(clean_folder, capsys):
    (example,) = re.findall(
        r"```yaml\n(# yaml-[^\n]*\n- id: house-.*?)```", topics.text("advisories"), re.DOTALL
    )
    (clean_folder / "confaudit.yaml").write_text("")
    (clean_folder / "coder-advisories.yaml").write_text(example)
    (clean_folder / "coder.env").write_text(
        "CODER_ACCESS_URL=https://coder.example.com\nCODER_SWAGGER_ENABLE=true\n"
    )
    assert run(["lint", "coder.env", "--version", "2.35.1", "--fail-on", "error"]) == 1
    assert "house-no-swagger" in capsys.readouterr().out
    assert run(["rules", "test"]) == 0
    assert "2 tests, 0 failed" in capsys.readouterr().out


def test_the_configuration_of_its_topic_is_valid(clean_folder, capsys):
    (example,) = re.findall(
        r"```yaml\n(deployments:.*?)```", topics.text("configuration"), re.DOTALL
    )
    (clean_folder / "confaudit.yaml").write_text(example)
    assert run(["config", "show"]) == 0
    assert [*yaml.safe_load(capsys.readouterr().out)["deployments"]] == ["prod", "staging"]


def _known_names() -> set[str]:
    """Every module and what stands at its top, by each of its shorter dotted names."""
    found = set()
    for path in (ROOT / "confaudit").rglob("*.py"):
        parts = path.relative_to(ROOT / "confaudit").with_suffix("").parts
        module = [part for part in parts if part != "__init__"]
        tops = [
            target.id if isinstance(target, ast.Name) else getattr(node, "name", "")
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            for target in getattr(node, "targets", [getattr(node, "target", None)])
        ]
        for names in (module, *([*module, top] for top in tops if top)):
            found |= {".".join(names[start:]) for start in range(len(names))}
    return found


_VARIABLES = {"report", "coder"}
"""What a variable may be called as well."""

ROOMS = sorted(
    path.stem
    for path in (*ROOT.glob("confaudit/[a-z]*"), *ROOT.glob("confaudit/core/[a-z]*"))
    if path.is_dir() and path.name not in _VARIABLES
)


def test_texts_name_only_modules_that_there_are() -> None:
    known = _known_names()
    named = re.compile(rf"`((?:{'|'.join(ROOMS)})\.[A-Za-z_.]+)`")
    python = (*ROOT.glob("confaudit/**/*.py"), *ROOT.glob("tests/**/*.py"))
    for path in (*python, *(ROOT / text for text in TEXTS)):
        if path.name.startswith("test_docs"):
            continue
        for name in named.findall(path.read_text(encoding="utf-8")):
            assert name in known or name.endswith((".py", ".yaml", ".json")), f"{path}: {name}"
