"""`docker run` and its kin (podman, nerdctl; create): what a command line gives to a container."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from confaudit.operator_files.command import Word, called, started
from confaudit.operator_files.version import image_parts, is_coder_image

_TOOLS: Final = frozenset({"docker", "podman", "nerdctl"})
_VERBS: Final = frozenset({"run", "create"})
_SWITCHES: Final = frozenset(
    [
        *("detach", "init", "interactive", "tty", "rm", "privileged", "read-only", "publish-all"),
        *("no-healthcheck", "oom-kill-disable", "disable-content-trust", "sig-proxy", "quiet"),
        *("replace", "no-hosts", "no-hostname", "rmi", "tls-verify", "env-host", "http-proxy"),
        *("help", "passwd", "rootfs", "read-only-tmpfs", "unsetenv-all", "use-api-socket"),
        *("with-registry-auth", "no-resolve-image"),
    ]
)
"""Options that take no value, unless it follows a `=`."""
_SHORT_SWITCHES: Final = "ditqP"
_SHORT: Final = {"e": "env"}


class Run(Struct, frozen=True):
    """A container as a command line has it."""

    image: Word
    environment: list[Word]
    """`NAME=value` each, or a name whose value the shell has."""
    env_files: list[Word]
    entrypoint: list[Word]
    arguments: list[Word]
    """What follows the image."""

    @property
    def words(self) -> list[Word]:
        """What it starts."""
        return started(self.entrypoint, self.arguments)


def words(line: Sequence[Word]) -> Run | None:
    """The container that the words of a command line start; None when they start none.

    `docker run` may stand anywhere in them: after `sudo`, a path, options of the tool itself.
    """
    rest = iter(line)
    tool = next((word for word, _ in rest if called(word) in _TOOLS), None)
    verb = tool and next((word for word, _ in islice(rest, 8) if word in _VERBS), None)
    return _run(rest, {}) if verb else None


def options(words: Sequence[Word]) -> Run:
    """What options alone give to a container that is told elsewhere, as a quadlet's PodmanArgs."""
    taken: dict[str, list[Word]] = {}
    _run(iter(words), taken)
    return _container(("", 0), taken, iter(()))


def _run(rest: Iterator[Word], taken: dict[str, list[Word]]) -> Run | None:
    for word, line in rest:
        if not word.startswith("-"):
            return _container((word, line), taken, rest)
        name, value = _option(word)
        if name in _SWITCHES:
            continue
        text = next(rest, ("", line))[0] if value is None else value
        if _is_coder(text):  # what stood before it is a switch that we do not know
            return _container((text, line), taken, rest)
        taken.setdefault(name, []).append((text, line))
    return None


def _option(word: str) -> tuple[str, str | None]:
    """An option's name and, where it stands in the same word, its value."""
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        return name, value if equals else None
    letters = word[1:].lstrip(_SHORT_SWITCHES) or "tty"
    if letters in _SWITCHES:
        return letters, None
    return _SHORT.get(letters[0], letters[0]), letters[1:].removeprefix("=") or None


def _container(image: Word, taken: Mapping[str, list[Word]], rest: Iterator[Word]) -> Run:
    return Run(
        image=image,
        environment=taken.get("env", []),
        env_files=taken.get("env-file", []),
        entrypoint=taken.get("entrypoint", []),
        arguments=list(rest),
    )


def _is_coder(image: str) -> bool:
    return is_coder_image(image_parts(image)[0])
