"""What kustomize, helm and docker compose make of files, where the operator asks for it.

The one module here that runs anything. A tool gets files and folders of the operator's and an
environment of its own; where the system lets us, also a network of its own that leads nowhere, and
processes of its own that all end with it. What it prints is read like any other file, and what it
says when it fails is not repeated, since it may hold what the files hold.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from select import select
from threading import Event, Timer
from typing import Final

from msgspec import Struct

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, SourceError
from confaudit.operator_files.file import MAX_BYTES, OperatorFile, decode
from confaudit.operator_files.forms import recognised
from confaudit.operator_files.layers import layered
from confaudit.yaml_nodes import Node, Scalar, items_at

TIMEOUT: Final = 60
"""Seconds that a tool may take; they need one or two."""

_KUSTOMIZATIONS: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})


class Rendering(Struct, frozen=True):
    """One run of a tool: of what, and which of the files given it takes the place of."""

    commands: Sequence[Sequence[str]]
    """Ways to do it: the first counts whose program is installed and does not fail."""
    file: OperatorFile
    """What the result is named after."""
    replaces: Sequence[OperatorFile]
    hint: str = "run the command by hand to see what it says"


class Rendered(Struct, frozen=True):
    """What came of it."""

    files: tuple[OperatorFile, ...]
    """What tools made, in the place of the files that they worked on; the others as they stand."""
    notes: tuple[str, ...] = ()
    """Which files could not be rendered and why, in whole sentences."""


def render(files: Sequence[OperatorFile]) -> Rendered:
    """Render what can be rendered; what cannot is left as it stands.

    Raises:
        ConfigError: no tool that is needed is installed, or none is.
    """
    found = [*_renderings(files)]
    if not found:
        raise ConfigError(
            "--render: none of the files is a compose file, a kustomization or values in a chart",
            "leave it out, or give the folder's kustomization.yaml or the values beside Chart.yaml",
        )
    if not any(map(_tools, found)):
        programs = " or ".join(one[0] for one in found[0].commands)
        raise ConfigError(
            f"--render needs {programs} for {found[0].file.name}", "install it, or leave --render"
        )
    made = [_rendered(one) for one in found]
    done = [
        one for one, result in zip(found, made, strict=True) if isinstance(result, OperatorFile)
    ]
    gone = {id(file) for one in done for file in one.replaces}
    return Rendered(
        (
            *(one for one in made if isinstance(one, OperatorFile)),
            *(file for file in files if id(file) not in gone),
        ),
        tuple(one for one in made if isinstance(one, str)),
    )


def _renderings(files: Sequence[OperatorFile]) -> Iterator[Rendering]:
    named = [(file, Path(file.name)) for file in files]
    kustomizations = [file for file, path in named if path.name in _KUSTOMIZATIONS]
    yield from (_kustomize(file, files) for file in kustomizations)
    left = [file for file in files if file not in kustomizations]
    yield from _compose([file for file in left if _form(file) == "compose"], left)
    yield from _helm([file for file in left if _form(file) == "helm-values"])


def _safe(path: Path) -> Path:
    """The path as nothing takes for an option."""
    return path.absolute()


def _path(file: OperatorFile) -> str:
    return str(_safe(Path(file.name)))


def _form(file: OperatorFile) -> str:
    reader = recognised(file)
    return reader.name if reader else ""


def _kustomize(file: OperatorFile, files: Iterable[OperatorFile]) -> Rendering:
    """What lies in the folder, or in one that it builds on, goes into what is built."""
    folder = _safe(Path(file.name).parent)
    folders = _built_on(folder)
    inside = [one for one in files if any(map(Path(one.name).resolve().is_relative_to, folders))]
    commands = (("kustomize", "build", str(folder)), ("kubectl", "kustomize", str(folder)))
    return Rendering(commands, file, inside)


_MOST_FOLDERS: Final = 100
"""Folders that one kustomization may be built on, as far as we look."""


def _built_on(folder: Path) -> list[Path]:
    """The folder of a kustomization, and those whose kustomizations it builds on."""
    pending, found = [folder.resolve()], list[Path]()
    while pending and len(found) < _MOST_FOLDERS:
        one = pending.pop()
        if one not in found:
            found.append(one)
            pending += [(one / path).resolve() for path in _resources(one)]
    return found


def _resources(folder: Path) -> list[str]:
    """The folders that the kustomization in a folder names."""
    named = (
        item.text
        for name in _KUSTOMIZATIONS
        for root in _roots(folder / name)
        for key in ("resources", "bases", "components")
        for item in items_at(root, key)[:_MOST_FOLDERS]
        if isinstance(item, Scalar)
    )
    return [path for path in named if _is_folder(folder / path)]


def _is_folder(path: Path) -> bool:
    with suppress(OSError, ValueError):  # what the file names may be no path at all
        return path.is_dir()
    return False


_LARGEST: Final = 256 * 1024
"""Bytes of a kustomization that nobody gave: real ones have a few thousand."""


def _roots(path: Path) -> tuple[Node, ...]:
    """The documents of a kustomization; none where it cannot be read, which its tool will tell."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1) if path.is_file() else b""
        documents = decode(content, str(path)).yaml if len(content) <= _LARGEST else None
    except (OSError, SourceError):
        return ()
    return documents.roots if documents else ()


def _compose(
    composes: Sequence[OperatorFile], files: Sequence[OperatorFile]
) -> Iterator[Rendering]:
    for group in layered([file.name for file in composes], "compose"):
        layers = [composes[index] for index in group]
        folder = _safe(Path(layers[0].name).parent)
        dotenv = [one for one in files if Path(one.name) == folder / ".env"]
        options = [word for path in map(_path, layers) for word in ("-f", path)]
        config = [*options, "--project-directory", str(folder), "config"]
        commands = (("docker", "compose", *config), ("docker-compose", *config))
        yield Rendering(commands, layers[0], (*layers, *dotenv))


def _helm(values: Sequence[OperatorFile]) -> Iterator[Rendering]:
    for group in layered([file.name for file in values], "helm-values"):
        layers = [values[index] for index in group]
        chart = _safe(Path(layers[0].name).parent)
        if (chart / "Chart.yaml").is_file():
            options = [word for path in map(_path, layers) for word in ("--values", path)]
            yield Rendering(
                (("helm", "template", "coder", str(chart), *options),),
                layers[0],
                layers,
                "run `helm dependency build` where the chart has others in it, then try again",
            )


def _tools(rendering: Rendering) -> list[Sequence[str]]:
    """The commands whose programs are installed."""
    return [one for one in rendering.commands if shutil.which(one[0])]


def _rendered(rendering: Rendering) -> OperatorFile | str:
    """What a tool makes, or why none does."""
    name = rendering.file.name
    commands = _tools(rendering)
    if not commands:
        programs = " or ".join(one[0] for one in rendering.commands)
        return f"{name} is read as it stands: --render needs {programs}, which is not installed."
    output = next((one for one in map(_run, commands) if one is not None), None)
    if output is None:
        shown = visible(" ".join(commands[0]))
        failed = f"{commands[0][0]} cannot render {name}, which is read as it stands"
        return f"{failed}: `{shown}` failed; {rendering.hint}."
    try:
        return decode(output, f"{name} (rendered)")
    except SourceError as fault:
        return f"{name} is read as it stands: {fault}."


def _run(command: Sequence[str]) -> bytes | None:
    """What a command prints, a little more than may be read at most; None when it fails."""
    over = Event()
    with tempfile.TemporaryDirectory() as home, _started(command, home) as process:
        last_call = Timer(TIMEOUT, over.set)
        last_call.start()
        try:
            output = b"".join(_printed(process, over))
            while process.poll() is None and len(output) <= MAX_BYTES and not over.wait(_TICK):
                pass
        finally:
            last_call.cancel()
            _kill(process)
    return output if len(output) > MAX_BYTES or process.returncode == 0 else None


_TICK: Final = 0.05
"""Seconds between two looks at a clock: whoever holds the pipe cannot make us wait."""


def _printed(process: "subprocess.Popen[bytes]", over: Event) -> Iterator[bytes]:
    """What it prints until it is done, the time is over, or it is more than may be read."""
    pipe, size = process.stdout, 0
    while pipe and size <= MAX_BYTES and not over.is_set():
        if select([pipe], [], [], _TICK)[0]:
            part = os.read(pipe.fileno(), MAX_BYTES)
            if not part:
                return
            size += len(part)
            yield part


def _started(command: Sequence[str], home: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - a list, no shell; paths are absolute
        [*_apart(), *command],
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that whatever it starts ends with it
    )


_UNSHARE: Final = ("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")


@cache
def _apart() -> tuple[str, ...]:
    """What runs a command with no network, and with processes that all end when it does.

    Nothing where the system has no such thing or does not let us. Who is not root needs a user of
    its own for it, who may read no more than he may himself.
    """
    ways = (_UNSHARE, (*_UNSHARE, "--user", "--map-current-user"))
    return next((one for one in ways if shutil.which(one[0]) and _works([*one, "true"])), ())


def _works(command: Sequence[str]) -> bool:
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(  # noqa: S603 - a list of our own words
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )
        return done.returncode == 0
    return False


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _environment(home: str) -> dict[str, str]:
    """Nothing of the caller's but where programs lie: what a file does not set stays open."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TMPDIR": home,
        "DOCKER_CONFIG": os.environ.get("DOCKER_CONFIG", str(Path.home() / ".docker")),
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "ALL_PROXY": nowhere,
        "GIT_ALLOW_PROTOCOL": "none",
    }
