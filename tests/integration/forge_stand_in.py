"""A stand-in for the APIs of GitHub and GitLab, as strict as they are about comments.

Pages, accounts, rights, the longest body and failures are as their documentation and their answers
have them. One pull request, number 7 of `acme/infra`; `asked` remembers every request.
"""

import json
import re
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct, field

ACCOUNTS = {
    "planted-secret-writer": "github-actions[bot]",
    "planted-secret-fork": "github-actions[bot]",
    "planted-secret-stranger": "mallory",
}
"""Token → whose it is; that of a fork may read and not write."""
REPOSITORY = "acme/infra"
NUMBER = 7
GITHUB_LIMIT = 65_536
GITLAB_LIMIT = 1_000_000


class Comment(Struct):
    id: int
    author: str
    body: str


class Fault(Struct, frozen=True):
    """What one request meets instead of an answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    is_done: bool = False
    """The request is granted all the same; only its answer is lost."""
    method: str = ""
    """Only a request of this kind."""


class Answer(Struct, frozen=True):
    status: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


class StandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, faults: Sequence[Fault] = (), page: int = 100) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments: list[Comment] = []
        self.asked: list[tuple[str, str]] = []
        self.faults = list(faults)
        self.page = page
        """Most that one page holds, whatever is asked for."""
        self._next = 100

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def github(self) -> dict[str, str]:
        """The variables of a run of Actions for the pull request."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.origin,
            "GITHUB_SERVER_URL": "https://github.example.com",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_TOKEN": "planted-secret-writer",
        }

    @property
    def gitlab(self) -> dict[str, str]:
        """The variables of a job for the merge request."""
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.origin}/api/v4",
            "CI_PROJECT_ID": "99",
            "CI_MERGE_REQUEST_PROJECT_ID": REPOSITORY,
            "CI_MERGE_REQUEST_IID": str(NUMBER),
            "CI_JOB_URL": "https://gitlab.example.com/acme/infra/-/jobs/4711",
            "GITLAB_TOKEN": "planted-secret-writer",
        }

    def say(self, author: str, body: str) -> Comment:
        self._next += 1
        comment = Comment(self._next, author, body)
        self.comments.append(comment)
        return comment

    def methods(self) -> str:
        return " ".join(method for method, _ in self.asked)

    def answer(self, method: str, target: str, token: str, body: Any) -> Answer:
        self.asked.append((method, target))
        fault = next((one for one in self.faults if one.method in ("", method)), None)
        if fault:
            self.faults.remove(fault)
            if fault.is_done:
                self._answer(method, target, token, body)
            return Answer(fault.status, {"message": "Server Error"}, fault.headers)
        return self._answer(method, target, token, body)

    def _answer(self, method: str, target: str, token: str, body: Any) -> Answer:
        if token not in ACCOUNTS:
            return Answer(401, {"message": "Bad credentials"})
        parts = urlsplit(target)
        for pattern, answer in _ROUTES:
            found = re.fullmatch(pattern, f"{method} {parts.path}")
            if found and unquote(found.groupdict().get("project") or REPOSITORY) == REPOSITORY:
                return answer(self, ACCOUNTS[token], token, parts.query, body, found)
        return Answer(404, {"message": "Not Found"})

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def _viewer(server, account, token, query, body, found):
    assert body == {"query": "{viewer{login}}"}
    return Answer(200, {"data": {"viewer": {"login": account}}})


def _user(server, account, token, query, body, found):
    return Answer(200, {"id": 1, "username": account})


def _list(server, account, token, query, body, found):
    asked = parse_qs(query)
    size = min(int(asked.get("per_page", ["30"])[0]), server.page)
    number = int(asked.get("page", ["1"])[0])
    shown = server.comments[(number - 1) * size : number * size]
    headers = {}
    if number * size < len(server.comments):
        following = f"{server.origin}{found[0].partition(' ')[2]}?per_page={size}&page={number + 1}"
        last = f'<{following}0>; rel="last"'
        headers["Link"] = f'<{following}>; rel="next", {last}'
    return Answer(200, [_shown(found[0], one) for one in shown], headers)


def _add(server, account, token, query, body, found):
    refusal = _refusal(found[0], token, body)
    return refusal or Answer(201, _shown(found[0], server.say(account, body["body"])))


def _change(server, account, token, query, body, found):
    """Whoever may write may change the comments of others as well."""
    comment = next((one for one in server.comments if one.id == int(found["id"])), None)
    refusal = _refusal(found[0], token, body)
    if refusal or comment is None:
        return refusal or Answer(404, {"message": "Not Found"})
    comment.body = body["body"]
    return Answer(200, _shown(found[0], comment))


def _refusal(request, token, body):
    at_github = "/repos/" in request
    if token == "planted-secret-fork":
        return Answer(403, {"message": "Resource not accessible by integration"})
    if len(body["body"]) > (GITHUB_LIMIT if at_github else GITLAB_LIMIT):
        return Answer(422 if at_github else 400, {"message": "body is too long"})
    return None


def _shown(request, comment):
    if "/repos/" in request:
        return {"id": comment.id, "user": {"login": comment.author}, "body": comment.body}
    author = {"username": comment.author}
    return {"id": comment.id, "author": author, "body": comment.body, "system": False}


_GITHUB = r"(?:/api/v3)?/repos/(?P<project>[^/]+/[^/]+)/issues"
_GITLAB = r"/api/v4/projects/(?P<project>[^/]+)/merge_requests/7/notes"
_ROUTES = (
    (r"POST (?:/api)?/graphql", _viewer),
    (rf"GET {_GITHUB}/7/comments", _list),
    (rf"POST {_GITHUB}/7/comments", _add),
    (rf"PATCH {_GITHUB}/comments/(?P<id>\d+)", _change),
    (r"GET /api/v4/user", _user),
    (rf"GET {_GITLAB}", _list),
    (rf"POST {_GITLAB}", _add),
    (rf"PUT {_GITLAB}/(?P<id>\d+)", _change),
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: StandIn

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        body = json.loads(content) if content else None
        answer = self.server.answer(self.command, self.path, token, body)
        shown = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(shown)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(shown)

    do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Stay quiet."""
