"""Where the bytes of an input come from: a path, standard input, or nowhere yet.

Reads, with a bound, and decides nothing about what the bytes mean.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from stat import S_ISDIR
from typing import ClassVar, Final

from msgspec import Struct

from confaudit.core.model import RawDeployment, StoredFiles
from confaudit.errors import SourceError
from confaudit.opening import open_now
from confaudit.patterns import regex
from confaudit.reticent import Reticent

MAX_BYTES: Final = 64 * 1024 * 1024
"""A configuration is some 100 KB, a support bundle a few MB."""

STDIN: Final = "-"


class SourceContext(Struct, frozen=True):
    """What sources need from the workflow that calls them."""

    stdin: Callable[[], bytes]
    """All of standard input."""
    live: Callable[[str], RawDeployment]
    """Reads the live API: of the deployment of that name, of the only one (empty), or of a URL."""
    stored: Callable[[str], StoredFiles | None]
    """Reads `REV[:DEPLOYMENT]` from the snapshot repository; None: there is no such revision."""
    now: Callable[[], datetime]
    """Tells the time, in UTC."""


class Input(Reticent, frozen=True):
    """An argument and what was found behind it."""

    unsaid: ClassVar = frozenset({"content"})

    argument: str
    label: str
    """The argument as it may be shown: control characters removed."""
    folder: Path | None = None
    content: bytes | None = None


def visible(text: str) -> str:
    """An argument as messages may show it: short, without control characters and credentials."""
    from confaudit.core.snapshot.credentials import redact_text  # most inputs are never shown

    shown = redact_text(_CONTROL.sub("", text[:_LONGEST_SHOWN]))
    return shown if len(text) <= _LONGEST_SHOWN else f"{shown}…"


_LONGEST_SHOWN: Final = 300


_CONTROL: Final = regex(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def locate(argument: str, context: SourceContext) -> Input:
    """Find the bytes or the folder an argument names; neither when it is no path.

    Raises:
        SourceError: the path exists and cannot be read, or is too large.
    """
    if argument == STDIN:
        return Input(
            argument, "standard input", content=_bounded(context.stdin(), "standard input")
        )
    path, label = Path(argument), visible(argument)
    try:
        is_folder = S_ISDIR(path.stat().st_mode)
    except PermissionError:
        raise denied(label) from None
    except (OSError, ValueError):  # nothing there, or a name that no file can have
        return Input(argument, label)
    if is_folder:
        return Input(argument, label, folder=path)
    return Input(argument, label, content=read_file(path, label))


def read_file(path: Path, label: str) -> bytes:
    """Read a file; `label` names it in messages.

    Raises:
        SourceError: the system does not let us, or it is too large.
    """
    try:
        with open_now(path) as file:
            content = file.read(MAX_BYTES + 1)
    except PermissionError:
        raise denied(label) from None
    except OSError:
        raise SourceError(f"{label} cannot be read", "check the file and its disk") from None
    return _bounded(content, label)


def denied(label: str) -> SourceError:
    """The error for a path that we may not read."""
    return SourceError(
        f"{label} cannot be read: permission denied",
        "check the owner and mode of it and its folder",
    )


def _bounded(content: bytes, label: str) -> bytes:
    if len(content) > MAX_BYTES:
        raise SourceError(
            f"{label} is larger than {MAX_BYTES // 1024**2} MiB",
            "no Coder configuration is that large: check that it is the right file",
        )
    return content


def nothing_found(given: Input) -> SourceError:
    """The error for an argument behind which there is nothing at all."""
    return SourceError(
        f"{given.label} is no URL, file, folder or git revision",
        _near(Path(given.argument)) or "check the spelling and the working folder",
    )


def _near(path: Path) -> str:
    """Suggest the name in the same folder that comes closest."""
    from difflib import get_close_matches

    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):  # no such folder, or a name that none can have
        return ""
    close = get_close_matches(path.name, names, n=1)
    return f"did you mean {visible(str(path.with_name(close[0])))}?" if close else ""
