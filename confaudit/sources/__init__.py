"""Everything that turns an argument into a deployment or a stored snapshot, all unredacted.

A source is one kind of input: it recognises it by its content (never by a file's name) and reads
it. `SOURCES` lists them; `read` finds the right one. Importing this package is cheap: each kind's
own module comes in when it is needed.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Final, TypeAlias, cast

from msgspec import Struct

from confaudit.core.model import RawDeployment, StoredFiles
from confaudit.errors import SourceError
from confaudit.sources.input import STDIN, Input, SourceContext, locate, nothing_found, visible
from confaudit.sources.wire import WireError, decode_text

__all__ = ["SOURCES", "Input", "Source", "SourceContext", "find", "kind_of", "read"]

Reading: TypeAlias = RawDeployment | StoredFiles


class Source(Struct, frozen=True):
    """One kind of input. Its module has two functions, `recognise` and `read`."""

    name: str
    """What `--as` calls it."""
    title: str
    """What it is, to follow "is" in a sentence."""
    module: str

    def recognise(self, given: Input) -> bool:
        """Whether the input looks like this kind; never raises for any content."""
        return cast(Callable[[Input], bool], self._module().recognise)(given)

    def read(self, given: Input, context: SourceContext) -> Reading:
        """Read the input as this kind.

        Raises:
            ConfauditError: it cannot be read as one.
        """
        return cast(Callable[[Input, SourceContext], Reading], self._module().read)(given, context)

    def _module(self) -> ModuleType:
        return import_module(f"confaudit.sources.{self.module}")


SOURCES: Final[Mapping[str, Source]] = {
    source.name: source
    for source in (
        Source("api", "a live deployment", "live"),
        Source("snapshot", "a folder", "snapshot"),
        Source("bundle", "a zip file, like a support bundle", "bundle"),
        Source("docs", "an API docs page", "docs"),
        Source("payload", "a JSON document, like a saved API answer", "payload"),
        Source("git", "a git revision", "revision"),
    )
}
"""In the order in which they are tried: what needs no reading first, the vaguest last."""


def read(argument: str | Input, context: SourceContext, kind: str | None = None) -> Reading:
    """Read what an argument names: a URL, `live[:NAME]`, `-`, a path, or a git revision.

    Where an argument is both a path and a revision, the path wins; `kind` (a name in `SOURCES`)
    decides otherwise, or says what `-` holds. An input that was found already is read as it is.

    Raises:
        ConfauditError: nothing can be read; the message says why or what was tried.
    """
    given = argument if isinstance(argument, Input) else find(argument, context, kind)
    source = _recognised(given) if kind is None else _wanted(given, kind)
    return source.read(given, context)


def find(argument: str, context: SourceContext, kind: str | None = None) -> Input:
    """Find what is behind an argument, for `read` to read; see there.

    Raises:
        SourceError: it names nothing that can be read.
    """
    if not argument or (argument.startswith("-") and argument != STDIN):
        raise SourceError(
            "an input may not be empty or start with a dash",
            "write a path as ./-name; - alone is standard input",
        )
    text = Input(argument, visible(argument))
    if kind == "git" or SOURCES["api"].recognise(text):
        return text
    return locate(argument, context)


def is_readable(given: Input) -> bool:
    """Whether an input that was found is of a kind that some source reads."""
    return _match(given) is not None


def kind_of(given: Input) -> str:
    """What an input that was found looks like, a name in `SOURCES`; empty if no source reads it."""
    source = _match(given)
    return source.name if source else ""


def _match(given: Input) -> Source | None:
    return next((source for source in SOURCES.values() if source.recognise(given)), None)


def _recognised(given: Input) -> Source:
    source = _match(given)
    if source is None:
        raise _unrecognised(given)
    return source


def _wanted(given: Input, kind: str) -> Source:
    if kind not in SOURCES:
        raise SourceError(
            f"there is no kind of input named {visible(kind)}", f"kinds: {', '.join(SOURCES)}"
        )
    source, match = SOURCES[kind], _match(given)
    if source.recognise(given) or match is None:  # its own reader says best what is missing
        return source
    if match.name == "git":
        raise nothing_found(given)
    raise SourceError(
        f"{given.label} is {match.title}, not {source.title}",
        f"leave out --as, or use --as {match.name}",
    )


def _unrecognised(given: Input) -> SourceError:
    content = given.content or b""
    if not content.strip():
        return SourceError(f"{given.label} is empty", "save the answer again")
    try:
        decode_text(content)
    except WireError as error:
        return SourceError(f"{given.label} {error}", error.hint)
    kinds = "a saved API answer, a support bundle, an API docs page or a snapshot folder"
    return SourceError(f"{given.label} is no Coder configuration", f"give {kinds}")
