"""Credentials in addresses: who logs in, the paths of webhooks, parameters.

Every repeat is bound, or takes what it has passed for good: an address may be megabytes long.
"""

import re
from collections.abc import Iterator
from typing import Final

from confaudit.core.secret import REDACTED, looks_public, looks_secret
from confaudit.core.snapshot.credentials.spans import Span
from confaudit.patterns import regex

_SCHEME: Final = r"(?<![A-Za-z0-9+.\-])[A-Za-z0-9+.\-]+://"
_ADDRESS: Final = regex(rf"(?:{_SCHEME}|(?<![A-Za-z0-9:/])//)(?P<rest>[^\s\"'<>\\]+)")
_INNER: Final = regex(rf"{_SCHEME}(?P<rest>(?:(?!{_SCHEME})[^\s\"'<>\\])+)")
"""In the query of another one; the next one in it is one for itself."""
ENCODED_LOGIN: Final = regex(r"(?<=%3A%2F%2F)(?:(?!%40|%2F)[^\s&\"'<>\\])+(?=%40)", re.IGNORECASE)
_DONE: Final = rf"(?<!{REDACTED})(?<!{REDACTED}-[0-9a-f]{{8}})"
_LOGIN: Final = regex(
    rf"(?<![^\s\"'=,;(])[^\s:/@\"'=,;(]{{1,512}}:(?:[^\s/@\"']{{1,512}}){_DONE}(?=@[\w\[])"
)
_ORACLE_LOGIN: Final = regex(
    r"(?<![^\s\"'=,;(:])[A-Za-z][\w$#]{0,29}/[^\s/@\"']{1,128}"
    r"(?=@(?!v?[0-9]|sha[0-9]|(?:main|master|latest)\b)[\w/(\[])"
)
"""`user/password@database`; the version, digest or branch of something may stand there as well."""


def logins_of_addresses(text: str) -> Iterator[Span]:
    """Who logs in, before the host; also in addresses within the query of another one."""
    for address in _ADDRESS.finditer(text):
        begin, rest = address.start("rest"), address["rest"]
        if end := userinfo_end(rest):
            yield begin, begin + end - 1
        elif "://" in rest:
            yield from _inner_logins(begin, rest)


def _inner_logins(begin: int, rest: str) -> Iterator[Span]:
    for inner in _INNER.finditer(rest):
        if end := userinfo_end(inner["rest"]):
            start = begin + inner.start("rest")
            yield start, start + end - 1


def encoded_logins(text: str) -> Iterator[Span]:
    """The same of addresses that are percent-encoded."""
    return (found.span() for found in ENCODED_LOGIN.finditer(text))


def bare_logins(text: str) -> Iterator[Span]:
    """`user:password@host`, and how Oracle writes it, without a scheme before it."""
    for pattern in (_LOGIN, _ORACLE_LOGIN):
        yield from (found.span() for found in pattern.finditer(text))


def userinfo_end(rest: str) -> int:
    """Where the userinfo of `user:pass@host…` ends, 0 when there is none.

    An unescaped `/` or `@` in a password moves the end past what the standard says; a number
    after the colon is a port.
    """
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        return rest.rindex("@") + 1
    _, colon, port = authority.partition(":")
    if colon and not port.isdecimal() and "@" in rest:
        return rest.rindex("@") + 1
    return 0


# --- webhooks: the address is the credential ----------------------------------------------------

HOOKS: Final = (
    r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/",
    r"discord(?:app)?\.com/api/(?:v[0-9]{1,3}/)?webhooks/",
    r"\.webhook\.office\.com/webhookb2/",
    r"outlook\.office(?:365)?\.com/webhook/",
    r"api\.telegram\.org/(?:file/)?bot",
    r"hooks\.zapier\.com/hooks/(?:catch|standard)/",
    r"hook\.(?:[a-z0-9]{1,9}\.)?make\.com/",
    r"hook\.integromat\.com/",
    r"maker\.ifttt\.com/(?:trigger|use)/",
    r"events\.(?:eu\.)?pagerduty\.com/(?:integration|x-ere)/",
    r"alert\.victorops\.com/integrations/",
    r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/",
    r"hc-ping\.com/",
    r"healthchecks\.io/ping/",
    r"webhook\.site/",
    r"chat\.googleapis\.com/v1/spaces/",
    r"api\.flock\.com/hooks/",
    r"webexapis\.com/v1/webhooks/incoming/",
    r"m\.pipedream\.net/",
    r"api\.rollbar\.com/api/1/deploy/",
    r"api\.statuspage\.io/v1/pages/",
    r"ntfy\.sh/",
)
"""Up to what of their addresses is public, as their makers document them: the rest is not."""

_HOOK: Final = regex(rf"(?:{'|'.join(HOOKS)})(?P<rest>[^\s?#\"'<>\\]+)", re.IGNORECASE)
_ANY_HOOK: Final = regex(
    r"/(?:api/)?(?:incoming-?|in)?(?:web-?)?hooks?(?:b2)?(?:/[A-Za-z_\-]{1,24}){0,3}/"
    r"(?P<rest>[^\s?#\"'<>\\]{16,})",
    re.IGNORECASE,
)


def hooks(text: str) -> Iterator[Span]:
    """What of the path of a webhook nobody may know, on hosts of one's own as well."""
    yield from (found.span("rest") for found in _HOOK.finditer(text))
    for found in _ANY_HOOK.finditer(text):
        if any(is_random(part) or _UUID.fullmatch(part) for part in found["rest"].split("/")):
            yield found.span("rest")


# --- parameters ---------------------------------------------------------------------------------

_PARAMETER: Final = regex(
    r"(?:[?&#;]|\\u0026)(?:amp;)?(?P<name>[^\s=&?#;\"'<>]{1,100}+)=(?P<value>[^\s&#?\"'<>\\]*)"
)
_VALUE: Final = regex(r"[^\s&#\"'<>\\]*")
_CREDENTIAL_NAME: Final = regex(
    r"(?:auth(?:_?code)?|code|p(?:ass)?w?d?|session|sess|j?session_?id|sid|ticket|sig|se?cret|apikey"
    r"|otp|pin|key|tk|samlresponse|samlrequest|otac|magic|invite)",
    re.IGNORECASE,
)
"""Names that are harmless in other places: all of a parameter's name."""
_UUID: Final = regex(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_RUN: Final = regex(r"[0-9A-Za-z+]{16,}")


def parameters(text: str) -> Iterator[Span]:
    """The values of parameters that are credentials by their names or by how they look."""
    end = 0
    for found in _PARAMETER.finditer(text):
        name = found["name"].partition("[")[0].partition("%")[0]
        if found.start() >= end and (looks_secret(name) or _CREDENTIAL_NAME.fullmatch(name)):
            end = _value_end(text, found)
            yield found.start("value"), end
        elif is_random(found["value"]) and not looks_public(name):
            yield found.span("value")


def _value_end(text: str, parameter: re.Match[str]) -> int:
    """Where a credential ends, which may hold anything but what parts parameters here."""
    value = _VALUE.match(text, parameter.start("value"))
    end = value.end() if value else parameter.end()
    next_one = text.find(";", parameter.start("value"), end) if parameter[0][0] == ";" else -1
    return end if next_one < 0 else next_one


def is_random(text: str) -> bool:
    """Whether a part of a text looks drawn by lot: no words, no number, no date, no UUID."""
    return any(map(_is_random, _RUN.findall(text)))


def _is_random(run: str) -> bool:
    has_both = not run.isalpha() and not run.isdecimal()
    return has_both and len(set(run)) >= _FEWEST_DIFFERENT


_FEWEST_DIFFERENT: Final = 8
"""Letters and digits that differ in sixteen: fewer come by lot once in a thousand times."""
