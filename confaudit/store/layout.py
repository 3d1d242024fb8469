"""Where snapshots lie in a repository, and how one is named on the command line. Pure."""

import re
from collections.abc import Iterable

from confaudit.core.snapshot.canonical import FILES
from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.patterns import regex

DEPLOYMENTS = "deployments"

ATTRIBUTES = ".gitattributes"
"""What tells git how to treat snapshots, in the top folder."""

ATTRIBUTES_TEXT = """\
# Snapshots are canonical JSON: never convert their line ends.
deployments/** text eol=lf
deployments/*/schema.json linguist-generated
.confaudit/** linguist-generated
"""

DEPLOYMENT_TRAILER = "Confaudit-Deployment"
"""Git trailer by which a commit is known as a snapshot confaudit took of one deployment."""

_NAME = regex(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PATH = regex(rf"{DEPLOYMENTS}/({_NAME.pattern})/({'|'.join(map(re.escape, FILES))})")
_TRAILER = regex(rf"^{DEPLOYMENT_TRAILER}: *(\S+) *$", re.MULTILINE)


def check_deployment(name: str) -> str:
    """The name itself, when it may become a folder.

    Raises:
        StoreError: it could leave the folder of deployments, or confuse a shell.
    """
    if not _NAME.fullmatch(name):
        raise StoreError(
            f"'{visible(name)[:100]}' cannot be the name of a deployment",
            "use up to 100 letters, digits, dots, dashes and underscores, a letter or digit first",
        )
    return name


def check_revision(revision: str) -> str:
    """The revision itself, when a person may have meant it for one.

    Raises:
        StoreError: it looks like an option, or has characters that no eye can see.
    """
    if revision.startswith("-") or not revision.isprintable():
        raise StoreError(
            f"'{visible(revision)}' cannot be a revision",
            "name a commit, branch or tag, such as HEAD~1 or main@{yesterday}",
        )
    return revision


def folder_of(deployment: str) -> str:
    """Folder of a deployment in the repository, with a trailing slash."""
    return f"{DEPLOYMENTS}/{deployment}/"


def is_ours(file_name: str) -> bool:
    """Whether a file beside a snapshot belongs to it; anything else there is a person's."""
    return file_name in FILES


def deployment_of(path: str) -> str:
    """Deployment a path in the repository holds a part of, or the empty string."""
    match = _PATH.fullmatch(path)
    return match[1] if match else ""


def split_revision(argument: str) -> tuple[str, str]:
    """Split `REVISION[:DEPLOYMENT]`; a colon within braces (`main@{10:00}`) belongs to git."""
    revision, colon, deployment = argument.rpartition(":")
    return (revision, deployment) if colon and "}" not in deployment else (argument, "")


def with_trailer(message: str, deployment: str) -> str:
    """The commit message, signed as a snapshot of this deployment."""
    if deployment_in(message) == deployment:
        return message
    text = message.rstrip() or f"{deployment}: files written anew, nothing changed"
    return f"{text}\n\n{DEPLOYMENT_TRAILER}: {deployment}\n"


def deployment_in(message: str) -> str:
    """Deployment whose snapshot a commit says to be, or the empty string."""
    found = _TRAILER.findall(message)
    return found[-1] if found and _NAME.fullmatch(found[-1]) else ""


def listed(names: Iterable[str], limit: int = 10) -> str:
    """Names for a message: `a, b, c and 490 more`."""
    every = list(names)
    more = f" and {len(every) - limit} more" if len(every) > limit else ""
    return ", ".join(every[:limit]) + more
