"""Where commands stand in texts that are more than a script: Markdown, Makefiles, CI pipelines."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.hosts import markdown
from confaudit.operator_files.hosts.markdown import Block
from confaudit.operator_files.hosts.shell import Command, pipelines
from confaudit.operator_files.settings import CODER_NAME
from confaudit.operator_files.templates import OPAQUE
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Scalar, Sequence, entries, follow, walk

CODER: Final = regex(rf"\b(?:{CODER_NAME.pattern})|\b(?:coder|codercom)/coder\b|\bcoder\s+server\b")
"""What a text has that sets a server of Coder up, or runs one."""


class CommandTexts(Struct, frozen=True):
    """The commands of a text, and the files that it shows."""

    found: tuple[list[Command], ...]
    """Each pipeline."""
    files: tuple[OperatorFile, ...] = ()


def commands_in(file: OperatorFile) -> CommandTexts:
    """The commands of a script; of other texts what stands where these have commands."""
    if file.text.startswith("#!"):
        return CommandTexts(tuple(pipelines(_rendered(file.text))))
    if file.is_structured:
        return CommandTexts(tuple(_in_yaml(file)))
    if blocks := markdown.blocks(file):
        return _in_markdown(file, blocks)
    is_make = _RULE.search(file.text)
    return CommandTexts(tuple(pipelines(_of_make(file.text) if is_make else _rendered(file.text))))


def _rendered(text: str) -> str:
    """A script less what others fill in: Terraform its own `${…}`, a `sed` in it the marks."""
    for mark in set(_BY_SED.findall(text)):
        text = text.replace(mark, OPAQUE)
    if not _OF_TERRAFORM.search(text):
        return text
    return re.sub(r"(?<!\$)\$\{[^{}\n]*\}", OPAQUE, text).replace("$${", "${")


_BY_SED: Final = regex(r"\bs[/|#,]([A-Z_@]{4,60})[/|#,]")
_OF_TERRAFORM: Final = regex(r"\$\$\{|(?<!%)%\{[-~]?\s*(?:if|for)\b")
"""What no shell has and a template of Terraform hardly does without."""


def _in_markdown(file: OperatorFile, blocks: Iterable[Block]) -> CommandTexts:
    found = (
        pipeline for one in blocks if one.is_script for pipeline in pipelines(one.text, one.line)
    )
    files = (
        replace(file.inner(one.text, one.line), written_to=one.path)
        for one in blocks
        if not one.is_script and CODER.search(one.text)
    )
    return CommandTexts(tuple(found), tuple(files))


# --- Makefiles ----------------------------------------------------------------------------------

_RULE: Final = regex(r"(?m)^[A-Za-z.][^\s:=#]*(?:[ ][^\s:=#]+)*[ ]?:(?!=)[^\n]*\n\t")
"""A target, and the first line of its recipe."""
_MADE: Final = regex(r"(?m)^(?:export[ ]+)?([A-Za-z_]\w*)[ \t]*[:?]{0,2}=[ \t]*([^\n\"]*?)[ \t]*$")


def _of_make(text: str) -> str:
    """A Makefile as the shell would have it, line by line."""
    text = re.sub(r"\$\(([A-Za-z_]\w*)\)", r"${\1}", text).replace("$$", "$")
    text = re.sub(r"(?m)^\t[@+-]+", "\t", text)
    return _MADE.sub(r'\1="\2"', text)


# --- CI pipelines and other YAML ----------------------------------------------------------------

_STEPS: Final = frozenset(
    {"run", "script", "before_script", "after_script", "commands", "cmds", "cmd", "inline", "bash"}
)
"""The keys below which pipelines of GitHub, GitLab, Azure and the like have commands."""
_VARIABLES: Final = frozenset({"env", "variables", "environment", "vars"})
_OF_GITHUB: Final = regex(r"\$\{\{\s*(?:env\.(?P<name>[A-Za-z_]\w*)\s*)?[^{}]*\}\}")


def _in_yaml(file: OperatorFile) -> Iterator[list[Command]]:
    """The variables of a pipeline, as if they were set first, and its commands.

    A text of several lines may be one anywhere: user data of a stack, say.
    """
    every = [*_nodes(file)]
    maps = [*_pairs(every)]
    for key, value in maps:
        if key.text in _VARIABLES:
            yield from _set_first(value)
    named = {id(one) for key, value in maps if key.text in _STEPS for one in _texts(value)}
    for node in every:
        if isinstance(node, Scalar) and (node.style == "|" or id(node) in named):
            yield from _of_step(node)


def has_steps(file: OperatorFile) -> bool:
    """Whether it is a pipeline: a map somewhere that names commands to be run."""
    steps = (value for key, value in _pairs(_nodes(file)) if key.text in _STEPS)
    return any(True for value in steps for _ in _texts(value))


def _nodes(file: OperatorFile) -> Iterator[Node]:
    """Everything in a file, at any depth."""
    for root in file.yaml.roots if file.yaml else ():
        yield from (node for _, node in walk(root))


def _pairs(nodes: Iterable[Node]) -> Iterator[tuple[Scalar, Node]]:
    """What stands under the keys of those that are maps."""
    return (pair for node in nodes if isinstance(node, Mapping) for pair in entries(node))


def _set_first(variables: Node) -> Iterator[list[Command]]:
    node = follow(variables)
    for name, value in entries(node) if isinstance(node, Mapping) else ():
        if isinstance(text := follow(value), Scalar):
            yield [Command(name.line, [(f"{name.text}={_of_github(text.text)}", name.line)])]


def _texts(value: Node) -> Iterator[Scalar]:
    node = follow(value)
    items = node.items if isinstance(node, Sequence) else [value]
    yield from (one for one in map(follow, items) if isinstance(one, Scalar))


def _of_step(step: Scalar) -> Iterator[list[Command]]:
    """The lines of a literal block are lines of the file; any other text is all on its first."""
    text = _of_github(step.text)
    is_literal = step.style == "|"
    return pipelines(text if is_literal else text.replace("\n", " "), step.line + is_literal)


def _of_github(text: str) -> str:
    return _OF_GITHUB.sub(lambda one: f"${{{one['name']}}}" if one["name"] else OPAQUE, text)
