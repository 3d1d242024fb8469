"""What all ways to tell of a change have in common, and that a failure is tried once more."""

from typing import Final, Protocol

from tenacity import (
    Retrying,
    retry_if_exception_type,
    retry_if_not_exception_type,
    stop_after_attempt,
)

from confaudit.errors import NotifyError
from confaudit.notify.message import Message

PAUSE_SECONDS: Final = 1.0
"""Before the second try, where the other side does not ask for more."""
LONGEST_PAUSE_SECONDS: Final = 30.0
"""As long as is waited where it does: the next snapshots wait as well."""


class InPartError(NotifyError):
    """It reached some already, who would get it twice."""


class Channel(Protocol):
    """One way to tell of a change."""

    @property
    def where(self) -> str:
        """What may be shown of where it leads: the host alone, or the program."""

    def check(self) -> None:
        """Make sure that it can be sent, as far as that shows without doing it.

        Raises:
            ConfigError, TemplateError: it cannot.
        """

    def preview(self, message: Message) -> str:
        """What would be sent, for people to look at; ends with a newline."""

    def send(self, message: Message) -> None:
        """Send it.

        Raises:
            NotifyError: it was not taken.
            TemplateError: there is nothing to send.
        """


def deliver(channel: Channel, message: Message) -> None:
    """Send a message, and once more after a failure.

    Raises:
        NotifyError: it was not taken either time.
        TemplateError: there is nothing to send.
    """
    attempts = Retrying(
        retry=retry_if_exception_type(NotifyError) & retry_if_not_exception_type(InPartError),
        stop=stop_after_attempt(2),
        wait=lambda state: pause(state.outcome.exception() if state.outcome else None),
        reraise=True,
    )
    attempts(channel.send, message)


def pause(error: BaseException | None) -> float:
    """How many seconds to wait after a failure."""
    asked = error.wait_seconds if isinstance(error, NotifyError) else 0
    return min(max(asked, PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
