"""GitHub's pull requests: https://docs.github.com/en/rest/issues/comments."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from confaudit.notify.forge import Comment, Request

_WHO: Final = msgspec.json.encode({"query": "{viewer{login}}"})
"""GraphQL alone tells this of the token that a run of Actions has: it is no user's."""


class _Account(msgspec.Struct):
    login: str = ""


class _Viewer(msgspec.Struct):
    viewer: _Account


class _Answer(msgspec.Struct):
    data: _Viewer | None = None


class _Entry(msgspec.Struct):
    id: int
    body: str | None = None
    user: _Account | None = None


_ANSWERS: Final = msgspec.json.Decoder(_Answer)
_PAGES: Final = msgspec.json.Decoder(list[_Entry])


class GitHub(Struct, frozen=True):
    """The comments of a pull request, which are those of the issue of its number."""

    root: str
    """Path of the REST API on its server: empty, or `/api/v3` where a company runs its own."""
    repository: str
    """OWNER/NAME."""
    number: int
    name: Literal["GitHub"] = "GitHub"

    def account(self) -> Request:
        """Asks whose the token is; GraphQL lies beside the versions of REST."""
        return Request("POST", f"{self.root.removesuffix('/v3')}/graphql", _WHO)

    def account_in(self, answer: bytes) -> str:
        """The login; a bot's ends in `[bot]`, which no person's can."""
        data = _ANSWERS.decode(answer).data
        return data.viewer.login if data else ""

    def first_page(self) -> Request:
        """Asks for the comments."""
        return Request("GET", f"{self._issues}/{self.number}/comments?per_page=100")

    def comments_in(self, page: bytes) -> list[Comment]:
        """The comments of a page."""
        return [
            Comment(entry.id, entry.user.login if entry.user else "", entry.body or "")
            for entry in _PAGES.decode(page)
        ]

    def add(self, body: str) -> Request:
        """Posts a comment."""
        return Request("POST", f"{self._issues}/{self.number}/comments", _body(body))

    def change(self, number: int, body: str) -> Request:
        """Gives a comment another body."""
        return Request("PATCH", f"{self._issues}/comments/{number}", _body(body))

    @property
    def _issues(self) -> str:
        return f"{self.root}/repos/{self.repository}/issues"


def _body(text: str) -> bytes:
    return msgspec.json.encode({"body": text})
