"""What kustomize, helm and docker compose make of files, where the operator asks for it.

The one module here that runs anything. A tool gets files and folders of the operator's, an
environment of its own and a way to no network; what it prints is read like any other file, and
what it says when it fails is not repeated, since it may hold what the files hold.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Final

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, SourceError
from confaudit.operator_files.file import MAX_BYTES, OperatorFile, decode
from confaudit.operator_files.forms import recognised
from confaudit.operator_files.layers import layered
from confaudit.yaml_nodes import Node, Scalar, items_at

TIMEOUT: Final = 60
"""Seconds that a tool may take; they need one or two."""

_KUSTOMIZATIONS: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})


@dataclass(frozen=True, slots=True)
class Rendering:
    """One run of a tool: of what, and which of the files given it takes the place of."""

    commands: Sequence[Sequence[str]]
    """Ways to do it: the first counts whose program is installed and does not fail."""
    file: OperatorFile
    """What the result is named after."""
    replaces: Sequence[OperatorFile]
    hint: str = "run the command by hand to see what it says"


def render(files: Sequence[OperatorFile]) -> tuple[OperatorFile, ...]:
    """The files, with what tools make of them in the place of those that tools work on.

    Raises:
        ConfigError: a tool that is needed is not installed, or none is.
        SourceError: a tool failed, took too long or printed too much.
    """
    found = [*_renderings(files)]
    if not found:
        raise ConfigError(
            "--render: none of the files is a compose file, a kustomization or values in a chart",
            "leave it out, or give the folder's kustomization.yaml or the values beside Chart.yaml",
        )
    gone = {id(file) for one in found for file in one.replaces}
    return (*map(_rendered, found), *(file for file in files if id(file) not in gone))


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


def _built_on(folder: Path) -> list[Path]:
    """The folder of a kustomization, and those whose kustomizations it builds on."""
    pending, found = [folder.resolve()], []
    while pending:
        one = pending.pop()
        found.append(one)
        others = (one / path for path in _resources(one))
        pending += [path.resolve() for path in others if path.resolve() not in (*found, *pending)]
    return found


def _resources(folder: Path) -> list[str]:
    """The folders that the kustomization in a folder names."""
    texts = [folder / name for name in _KUSTOMIZATIONS if (folder / name).is_file()]
    named = [
        item.text
        for path in texts
        for root in _roots(path)
        for key in ("resources", "bases", "components")
        for item in items_at(root, key)
        if isinstance(item, Scalar)
    ]
    return [path for path in named if (folder / path).is_dir()]


def _roots(path: Path) -> tuple[Node, ...]:
    documents = decode(path.read_bytes(), str(path)).yaml
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


def _rendered(rendering: Rendering) -> OperatorFile:
    commands = [one for one in rendering.commands if shutil.which(one[0])]
    if not commands:
        programs = " or ".join(one[0] for one in rendering.commands)
        raise ConfigError(
            f"--render needs {programs} for {rendering.file.name}", "install it, or leave --render"
        )
    output = next((one for one in map(_run, commands) if one is not None), None)
    if output is None:
        shown = visible(" ".join(commands[0]))
        raise SourceError(
            f"{commands[0][0]} cannot render {rendering.file.name}: `{shown}` failed",
            rendering.hint,
        )
    return decode(output, f"{rendering.file.name} (rendered)")


def _run(command: Sequence[str]) -> bytes | None:
    """What a command prints, a little more than may be read at most; None when it fails."""
    with tempfile.TemporaryDirectory() as home, _started(command, home) as process:
        last_call = Timer(TIMEOUT, _kill, [process])
        last_call.start()
        try:
            output = process.stdout.read(MAX_BYTES + 1) if process.stdout else b""
            if len(output) > MAX_BYTES:
                _kill(process)
                return output
            return output if process.wait() == 0 else None
        finally:
            last_call.cancel()
            _kill(process)


def _started(command: Sequence[str], home: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - a list, no shell; paths are absolute
        command,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that whatever it starts ends with it
    )


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
