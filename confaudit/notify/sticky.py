"""The one comment of a pull request that is ours: found by a hidden mark, kept up to date."""

from enum import Enum
from typing import Final

from msgspec import Struct
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
)
from tenacity.wait import wait_random_exponential

from confaudit.errors import ForgeError
from confaudit.notify.door import AgainError, Door, NotTakenError
from confaudit.notify.forge import Comment, Forge, RefusedError

MOST_SECONDS: Final = 180.0
"""After so long nothing is tried again: a job of CI waits."""
_PAUSE: Final = wait_random_exponential(multiplier=0.5, max=30)


class Outcome(Enum):
    """What came of it."""

    POSTED = "posted"
    UPDATED = "updated"
    UNCHANGED = "up to date"
    NEEDLESS = "not needed"


class Message(Struct, frozen=True):
    """What the comment is to say. All texts are Markdown that is safe to show."""

    mark: str
    """The line that it begins with: a comment of HTML, which nobody sees."""
    text: str
    short: str
    """In place of the text where that is not taken as it is."""
    is_clean: bool
    """There is nothing to tell: an earlier comment shall say so, and no new one be made."""


class Kept(Struct, frozen=True):
    """How the comment was kept."""

    outcome: Outcome
    is_whole: bool = True
    """False: it holds the short text."""


def keep(forge: Forge, door: Door, message: Message, retries: int) -> Kept:
    """Post the comment, or bring it up to date.

    After a failure everything is looked at anew: a request may have been granted though its answer
    was lost.

    Raises:
        RefusedError: the token may not comment there.
        ForgeError: the service could not be reached, or answers something else.
    """
    attempts = Retrying(
        retry=retry_if_exception_type(AgainError),
        stop=stop_after_attempt(retries + 1) | stop_before_delay(MOST_SECONDS),
        wait=_pause,
        reraise=True,
    )
    return attempts(_keep_once, forge, door, message)


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.seconds if isinstance(error, AgainError) else 0
    return asked or _PAUSE(state)


def _keep_once(forge: Forge, door: Door, message: Message) -> Kept:
    ours = _ours(forge, door, message.mark)
    if ours is None and message.is_clean:
        return Kept(Outcome.NEEDLESS)
    try:
        return Kept(_write(forge, door, ours, _body(message.mark, message.text)))
    except NotTakenError:
        return Kept(_shortened(forge, door, ours, message), is_whole=False)


def _shortened(forge: Forge, door: Door, ours: Comment | None, message: Message) -> Outcome:
    try:
        return _write(forge, door, ours, _body(message.mark, message.short))
    except NotTakenError:
        raise RefusedError(f"{forge.name} does not take even a short comment there") from None


def _ours(forge: Forge, door: Door, sign: str) -> Comment | None:
    """The first comment with our mark that this very account wrote: anybody can copy a mark.

    Raises:
        ForgeError: the service does not say whose the token is.
    """
    account = door.understand(forge.account_in, door.ask(forge.account()).body)
    if not account:
        raise ForgeError(f"{forge.name} does not say whose the token is", "give another token")
    comments = (
        comment
        for page in door.pages(forge.first_page())
        for comment in door.understand(forge.comments_in, page)
    )
    return next((one for one in comments if one.author == account and _bears(one, sign)), None)


def _bears(comment: Comment, sign: str) -> bool:
    return comment.body.lstrip().startswith(sign)


def _write(forge: Forge, door: Door, ours: Comment | None, body: str) -> Outcome:
    if ours is None:
        door.ask(forge.add(body))
        return Outcome.POSTED
    if _plain(ours.body) == _plain(body):
        return Outcome.UNCHANGED
    door.ask(forge.change(ours.number, body))
    return Outcome.UPDATED


def _body(sign: str, text: str) -> str:
    return f"{sign}\n{text}"


def _plain(body: str) -> str:
    """A body without what services change in it."""
    return body.replace("\r\n", "\n").strip()
