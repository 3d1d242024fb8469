"""Texts inside texts: YAML in a block scalar, compose in a Nix string, a unit in a heredoc."""

from confaudit.core.given import OperatorSettings
from confaudit.operator_files.beside import ALONE, Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.yaml_nodes import Scalar


def of_scalar(node: Scalar, file: OperatorFile) -> OperatorFile:
    """A scalar's text as a file; the lines of a literal block are lines of the file around it."""
    if node.style == "|":
        return file.inner(node.text, node.line + 1)
    return file.inner(node.text, node.line, flat=True)


def read(inner: OperatorFile, beside: Beside = ALONE) -> OperatorSettings:
    """Read an inner text as whatever it is; nothing when it has to do with something else."""
    from confaudit.operator_files.forms import recognised  # it knows this module's callers
    from confaudit.operator_files.merge import merge

    reader = recognised(inner, inside=True)
    if reader is None:
        return OperatorSettings()
    return merge(*reader.read(inner, beside), *reader.read_rest(inner, beside))
