"""Pipelines of GitHub, GitLab, Azure and the like: YAML with commands, read as a script has them.

Their variables have names of Coder's at times, and are the commands', not a server's.
"""

from typing import Final

from msgspec.structs import replace

from confaudit.core.given import Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.hosts import scripts
from confaudit.operator_files.hosts.command_texts import has_steps
from confaudit.operator_files.reader import Reader


def recognise(file: OperatorFile) -> bool:
    """Whether it has steps, and these set a server up."""
    return has_steps(file) and scripts.recognise(file)


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the servers that the commands set up."""
    return tuple(_of_pipeline(one) for one in scripts.read(file, beside))


def _of_pipeline(operator: OperatorSettings) -> OperatorSettings:
    given = (replace(one, form=_in_pipeline(one.form)) for one in operator.given)
    forms = tuple(dict.fromkeys(map(_in_pipeline, operator.forms)))
    return replace(operator, given=tuple(given), forms=forms)


def _in_pipeline(form: Form) -> Form:
    return Form.PIPELINE if form is Form.SCRIPT else form


READER: Final = Reader(recognise, read)
