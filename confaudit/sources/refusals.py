"""What Coder's refusals mean: HTTP status and body become one sentence and what to do next.

The same table serves the live API and answers saved with `curl -i`. Nothing the server says is
repeated, except times that are parsed and written anew.
"""

import re
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from confaudit.core.model import Json
from confaudit.sources.wire import WireError, decode_json


class Refusal(Struct, frozen=True):
    """Why there is no configuration: one sentence (no final stop) and what to do next."""

    message: str
    hint: str


_CREATE: Final = "create a new one with `coder tokens create`, best for a user who is only Auditor"

_BY_DETAIL: Final = (
    (
        r"query parameter must be provided",
        Refusal(
            "Coder saw no session token in the request",
            "check that no proxy in between removes the Coder-Session-Token header",
        ),
    ),
    (
        r"Invalid API key format",
        Refusal(
            "the session token is not a Coder token",
            "copy the whole token, as `coder tokens create` prints it",
        ),
    ),
    (r"API key( secret)? is invalid", Refusal("Coder does not know the session token", _CREATE)),
    (
        r"not active",
        Refusal("the token's user is not active", "activate the user in Coder, or use another one"),
    ),
)

_BY_STATUS: Final = {
    400: Refusal(
        "Coder called the request malformed (status 400)",
        "check that the URL is the access URL of a Coder deployment",
    ),
    401: Refusal("Coder refused the session token", _CREATE),
    403: Refusal(
        "the token's user may not read the deployment configuration",
        "give the user the Auditor role (Owner before Coder 2.3) and the token its default scope",
    ),
    404: Refusal(
        "there is no Coder API at this address",
        "check the URL: it is the deployment's access URL, with its path prefix if it has one",
    ),
    407: Refusal(
        "the proxy asks for credentials (status 407)", "put them into HTTPS_PROXY, or set NO_PROXY"
    ),
    429: Refusal(
        "Coder's rate limit is reached, and not over in time to try again",
        "wait a minute or allow more time, and ask less often with the same user",
    ),
}


def explain(status: int, body: bytes | str, location: str = "") -> Refusal:
    """Explain an answer other than 200; `location` is where a redirect points."""
    if 300 <= status < 400:
        return _redirect(location)
    if status == 401:
        return _unauthorized(body)
    if status >= 500:
        return Refusal(
            f"Coder, or a proxy before it, failed with status {status}",
            "look at the health of the deployment, then try again",
        )
    return _BY_STATUS.get(
        status,
        Refusal(
            f"the server answered with status {status}, which Coder does not use here",
            "check that the URL is the access URL of a Coder deployment",
        ),
    )


def server_message(body: bytes | str) -> str:
    """What the server gives as its reason, to be looked at and never to be repeated."""
    try:
        answer = decode_json(body if isinstance(body, str) else body.decode("utf-8", "replace"))
    except WireError:
        return ""
    return " ".join(_texts(answer))


def _texts(answer: Json) -> list[str]:
    if not isinstance(answer, dict):
        return []
    return [str(answer[key]) for key in ("message", "detail") if key in answer]


def _unauthorized(body: bytes | str) -> Refusal:
    reason = server_message(body)
    if "expired at" in reason:
        moment = _moment(reason)
        return Refusal(f"the session token expired{f' at {moment}' if moment else ''}", _CREATE)
    found = (refusal for pattern, refusal in _BY_DETAIL if re.search(pattern, reason))
    return next(found, _BY_STATUS[401])


def _moment(text: str) -> str:
    """The first point in time in a text, as Go prints one (`2026-01-05 11:44:06.12 +0000 UTC`)."""
    match = re.search(
        r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)", text, re.ASCII
    )
    if match is None:
        return ""
    try:
        moment = datetime.fromisoformat("".join((match[1], "T", *match.groups()[1:])))
    except ValueError:
        return ""
    return str(moment)


def _redirect(location: str) -> Refusal:
    host = _host(location)
    target = f" to {host}" if host else ""
    return Refusal(
        f"the server redirects{target} instead of answering",
        "use the deployment's access URL; redirects are not followed because they would carry "
        "the token to another host",
    )


def _host(location: str) -> str:
    """The host a redirect points to, if it looks like one."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        return ""
    return host if re.fullmatch(r"[a-z0-9.-]{1,253}", host) else ""
