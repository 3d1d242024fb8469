"""What confaudit.yaml asks of a machine, in words for people and as ids that trust is kept by.

An id changes with what is asked, with the folder, and with the programs of the folder that are to
run: what somebody agreed to is all that it stands for.
"""

import hashlib
import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from confaudit.configfile import (
    Deployment,
    Email,
    Hook,
    Loaded,
    Notification,
    SecretSource,
    Webhook,
    said,
)

_HARMLESS: Final = {"files", "deployments", "level", "causes", "timeout"}
"""What deployments and notifications say that neither runs, reads nor sends anything."""


class Claim(Struct, frozen=True):
    """What one deployment or notification asks."""

    about: str
    """Its kind and its name: `deployment prod`."""
    deed: str
    """What it would do, in words that follow a name."""
    id: str

    @property
    def sentence(self) -> str:
        """All of it on one line."""
        return f"{self.about} {self.deed}"


def claims(loaded: Loaded) -> Iterator[Claim]:
    """All that a confaudit.yaml asks."""
    yield from (deployment_claim(loaded, name) for name in loaded.configuration.deployments)
    yield from (notification_claim(loaded, name) for name in loaded.configuration.notifications)


def deployment_claim(loaded: Loaded, name: str) -> Claim:
    """What a deployment asks: to read a token, and to send it somewhere."""
    one = loaded.configuration.deployments[name]
    named = (*_words(one.token.command), one.ca_file)
    return _claim(loaded, f"deployment {name}", _sending(one), one, named)


def notification_claim(loaded: Loaded, name: str) -> Claim:
    """What a notification asks: to run something, or to tell somebody of changes."""
    one = loaded.configuration.notifications[name]
    return _claim(loaded, f"notification {name}", _telling(one), one, _named(one))


def whole_folder(folder: Path) -> str:
    """The id of whatever confaudit.yaml says in a folder, or in one below it."""
    return _id("folder", str(folder.resolve()))


def _claim(
    loaded: Loaded, about: str, deed: str, one: Deployment | Notification, named: Sequence[str]
) -> Claim:
    """`named`: what may be files of the folder, whose contents count as well."""
    asked = {key: value for key, value in said(one).items() if key not in _HARMLESS}
    folder = loaded.folder.resolve()
    return Claim(about, deed, _id(about, str(folder), asked, [*_contents(folder, named)]))


def _id(*asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _contents(folder: Path, names: Sequence[str]) -> Iterator[str]:
    """Digests of those that are files of the folder: whoever changes these changes what runs."""
    for name in names:
        path = folder / name
        with suppress(OSError, ValueError):  # no name that a file can have
            if ".." not in path.parts and path.is_relative_to(folder) and path.is_file():
                yield hashlib.sha256(path.read_bytes()).hexdigest()


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # it cannot be run either
        return []


def _sending(deployment: Deployment) -> str:
    token = _secret(deployment.token) if any(deployment.token) else "in CODER_SESSION_TOKEN"
    authority = f", by the authority in {deployment.ca_file}" if deployment.ca_file else ""
    return f"sends the session token {token} to {deployment.url}{authority}"


def _telling(notification: Notification) -> str:
    match notification:
        case Webhook():
            return f"posts to the URL {_secret(notification.url)}"
        case Email():
            password = _secret(notification.password)
            account = f" with the password {password}" if notification.user else ""
            return f"mails {', '.join(notification.to)} through {notification.host}{account}"
        case Hook():
            return f"runs `{shlex.join(notification.command)}`"


def _secret(source: SecretSource) -> str:
    """Where a secret comes from."""
    if source.command:
        return f"that `{source.command}` prints"
    return f"in the file {source.file}" if source.file else f"in {source.variable}"


def _named(notification: Notification) -> Sequence[str]:
    """What may be files: the words of a command, and an authority to go by."""
    match notification:
        case Webhook():
            return (*_words(notification.url.command), notification.ca_file)
        case Email():
            return (*_words(notification.password.command), notification.ca_file)
        case Hook():
            return notification.command
