"""What a service that hosts pull requests is to us: where comments are, and whose they are."""

from typing import ClassVar, Protocol

from msgspec import Struct

from confaudit.reticent import Reticent


class RefusedError(Exception):
    """This token may not comment here; the text says why, as the end of a sentence."""


class Comment(Struct, frozen=True):
    """One that is there already."""

    number: int
    """What the service calls it by."""
    author: str
    """Account that wrote it; empty where it is gone."""
    body: str


class Request(Reticent, frozen=True):
    """What is to be asked; the path counts from the server's root."""

    unsaid: ClassVar = frozenset({"body"})

    method: str
    path: str
    body: bytes | None = None


class Forge(Protocol):
    """The comments of one pull request."""

    @property
    def name(self) -> str:
        """The service, as its users call it."""

    def account(self) -> Request:
        """Asks whose the token is."""

    def account_in(self, answer: bytes) -> str:
        """The account that an answer to that names; empty where it names none.

        Raises:
            ValueError: it is no such answer.
        """

    def first_page(self) -> Request:
        """Asks for the comments, the oldest first; the answer links to the next page."""

    def comments_in(self, page: bytes) -> list[Comment]:
        """The comments of a page.

        Raises:
            ValueError: it is no such page.
        """

    def add(self, body: str) -> Request:
        """Posts a comment."""

    def change(self, number: int, body: str) -> Request:
        """Gives a comment another body."""
