"""What a module that reads one form can do; it has one of these, called `READER`."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from confaudit.core.given import OperatorSettings
from confaudit.errors import SourceError
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile


def _nothing(_: OperatorFile, __: Beside) -> tuple[OperatorSettings, ...]:
    return ()


class Reader(Struct, frozen=True):
    """The functions of one module: `read` or `read_layers`, and what else it can do."""

    recognise: Callable[[OperatorFile], bool]
    """Whether a file looks like this form; never raises for any content."""
    read: Callable[[OperatorFile, Beside], tuple[OperatorSettings, ...]] = _nothing
    """What one file sets."""
    read_layers: Callable[[Sequence[OperatorFile], Beside], tuple[OperatorSettings, ...]] | None = (
        None
    )
    """What several files set of which a tool lays the later over the earlier."""
    read_rest: Callable[[OperatorFile, Beside], tuple[OperatorSettings, ...]] = _nothing
    """What in a file nothing points to."""
    silence: Callable[[OperatorFile], SourceError] | None = None
    """Why nothing came of a file, where there is more to say than that."""
