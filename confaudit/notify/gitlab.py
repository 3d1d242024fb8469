"""GitLab's merge requests: https://docs.gitlab.com/api/notes/#merge-requests."""

from typing import Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import Struct

from confaudit.notify.forge import Comment, Request


class _Account(msgspec.Struct):
    username: str = ""


class _Entry(msgspec.Struct):
    id: int
    body: str | None = None
    author: _Account | None = None


_ACCOUNTS: Final = msgspec.json.Decoder(_Account)
_PAGES: Final = msgspec.json.Decoder(list[_Entry])


class GitLab(Struct, frozen=True):
    """The notes of a merge request."""

    root: str
    """Path of the API on its server, such as `/api/v4`."""
    project: str
    """Number or full path of the project."""
    number: int
    """Of the merge request within the project (IID)."""
    name: Literal["GitLab"] = "GitLab"

    def account(self) -> Request:
        """Asks whose the token is; that of a project or group has a user of its own."""
        return Request("GET", f"{self.root}/user")

    def account_in(self, answer: bytes) -> str:
        """The user name."""
        return _ACCOUNTS.decode(answer).username

    def first_page(self) -> Request:
        """Asks for the notes."""
        oldest_first = "per_page=100&order_by=created_at&sort=asc"
        return Request("GET", f"{self._notes}?{oldest_first}")

    def comments_in(self, page: bytes) -> list[Comment]:
        """The notes of a page."""
        return [
            Comment(entry.id, entry.author.username if entry.author else "", entry.body or "")
            for entry in _PAGES.decode(page)
        ]

    def add(self, body: str) -> Request:
        """Posts a note."""
        return Request("POST", self._notes, _body(body))

    def change(self, number: int, body: str) -> Request:
        """Gives a note another body."""
        return Request("PUT", f"{self._notes}/{number}", _body(body))

    @property
    def _notes(self) -> str:
        project = quote(self.project, safe="")
        return f"{self.root}/projects/{project}/merge_requests/{self.number}/notes"


def _body(text: str) -> bytes:
    return msgspec.json.encode({"body": text})
