"""Texts inside texts: YAML in a block scalar, compose in a Nix string, a unit in a heredoc."""

from dataclasses import replace

from confaudit.core.inputs import Form, Inputs
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.nodes import Scalar


def of_scalar(node: Scalar, file: OperatorFile) -> OperatorFile:
    """A scalar's text as a file; the lines of a literal block are lines of the file around it."""
    if node.style == "|":
        return file.inner(node.text, node.line + 1)
    return file.inner(node.text, node.line, flat=True)


def read(inner: OperatorFile) -> Inputs:
    """Read an inner text as whatever it is; nothing when it has to do with something else."""
    from confaudit.operator_files import recognised  # the registry knows this module's callers

    reader = recognised(inner, inside=True)
    return reader.read(inner) if reader else Inputs()


def as_text(inputs: Inputs) -> Inputs:
    """The same, when only lines of the file around it can be changed safely."""
    given = tuple(replace(one, form=Form.TEXT) for one in inputs.given)
    return replace(inputs, given=given, forms=(Form.TEXT,))
