"""Values that an example left behind for somebody to replace, known by how they read.

How much of a value has to read so depends on what it is: of a public value a part, of a text for
people the whole, and of a secret the whole as well, because a password may hold any word.
"""

import re
from typing import Final

from confaudit.patterns import regex

_MASK: Final = r"(?:x{3,}|[*.\u2022_?-]{3,}|\u2026+)"
_FILLED_IN: Final = (
    r"%[A-Z][A-Z0-9_]+%|@@?[A-Z][A-Z0-9_]+@@?|__[A-Z][A-Z0-9_]+?__"
    r"|(?<![$#%{])\{[A-Za-z][A-Za-z_.-]+\}|%\([A-Za-z_]+\)s"
)
"""A name between the delimiters of something that was to put a value in its place."""

_MARKED: Final = regex(
    rf"<[^<>]+>|(?i:\[[a-z][a-z _-]+\]|{_MASK}(?:[-_ ]{_MASK})*)|{_FILLED_IN}"
    r"|(?i:(?:change|replace|fill|edit|insert|set)[-_ ]?(?:me|this|it)|fill[-_ ]?(?:me[-_ ]?)?in"
    r"|replace|placeholder|todo|fixme|tbd)"
)
"""Nothing but a mark: brackets, a mask, a word that stands for what is to come."""

_NOTHING: Final = regex(
    r"none|null|nil|undefined|unset|n/?a|\(?(?:redacted|masked|removed|omitted)\)?", re.IGNORECASE
)
"""What is no secret, though it may well be the value of another setting."""

_BEGINNING: Final = regex(rf"(?:[A-Za-z0-9]{{2,8}}[-_]){{1,2}}(?i:{_MASK})")
"""A mask behind the letters that tell the kind of a token: `sk-…`, `ghp_xxxx`."""

_PART: Final = regex(
    r"(?<!\?)(?<!\?P)<[^<>@]+>"  # neither a group of a regular expression nor a mail address
    rf"|{_FILLED_IN}|(?<![A-Za-z0-9])[xX]{{3,}}(?![A-Za-z0-9])"
    r"|(?i:(?<![A-Za-z])(?:(?:change|replace|fill|edit)[-_ ]?(?:me|this)|replace[-_ ]with"
    r"|placeholder|todo|fixme)(?![A-Za-z])"
    r"|(?<![A-Za-z])your(?!(?:s|self)(?![A-Za-z]))[-_ .]?[A-Za-z]{2})"
)

_WORD: Final = r"(?:[A-Za-z]+|(?i:oauth2))"
_WORDS: Final = regex(rf"[\"' ]*{_WORD}(?:[-_ ]+{_WORD})*[\"' .!:\u2026]*")
_CAMEL: Final = regex(r"(?<=[a-z])(?=[A-Z])")
_INSTRUCTION: Final = regex(
    r"^(?:change|edit|fill|set|update)\b.*\b(?:me|this|it|your|here|before|later)\b"
    r"|^(?:add|enter|insert|paste|provide|put|replace|specify|use)\b"
    r".*\b(?:me|this|it|your|here|with|by|value)\b"
    r"|^(?:filled|generated|injected|managed|provided|set|taken)\b"
    r".*\b(?:in|automatically|by|from|via|with)\b"
    r"|\byour(?:pass(?:word)?|secret|token|key)?\b|\bto be\b|. here$"
    r"|\b(?:placeholder|todo|fixme|tbd|example|dummy)\b"
)
"""What a text of nothing but words says to whoever copies it."""

_URL: Final = regex(
    r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^:@/]*(?::(?P<password>.*))?@)?(?P<host>[^@/?]*)[^@]*"
)
_DSN: Final = regex(r"(?:\w+\s*=.*\s)?password\s*=\s*('?)(?P<password>.+?)\1(?:\s+\w+\s*=.*)?")
_ELSEWHERE: Final = regex(
    r"(?:>>)?(?:vault|bao):[\w.-]+/\S+|arn:aws[\w-]*:(?:secretsmanager|ssm):\S+"
    r"|projects/[^/\s]+/secrets/\S+|gcp:secretmanager:\S+|(?:env|file):[\w./-]+"
    r"|(?:/var)?/run/secrets/\S+|\$\(.+\)|`.+`"
)
"""Where a secret is, in the words of those who fetch it; URLs without a password are no secrets."""
_NAMED: Final = regex(r"[A-Z][A-Z_]+")


def is_mark(text: str) -> bool:
    """Whether a text is no more than a mark for one that is to come."""
    return bool(_MARKED.fullmatch(text.strip()))


def holds_placeholder(text: str) -> bool:
    """Whether a public value is, or holds, what somebody was to replace."""
    return is_mark(text) or bool(_PART.search(text))


def stands_for_secret(text: str) -> bool:
    """Whether a secret is no secret yet: nothing in it can be a credential.

    Words may be a passphrase; only those that tell somebody what to do are taken for none. Of the
    address of a database that is asked about the password.
    """
    if is_mark(text) or _NOTHING.fullmatch(text) or _BEGINNING.fullmatch(text):
        return True
    if _WORDS.fullmatch(text) and _INSTRUCTION.search(_spaced(text)):
        return True
    password, host = _password(text)
    is_named = _NAMED.fullmatch(password) and _NAMED.fullmatch(host.partition(":")[0])
    return bool(password) and (bool(is_named) or stands_for_secret(password))


def is_elsewhere(text: str) -> bool:
    """Whether a secret only tells a tool where the secret is, be the tool at work here or not."""
    return bool(_ELSEWHERE.fullmatch(text) or _ELSEWHERE.fullmatch(_password(text)[0]))


def _password(text: str) -> tuple[str, str]:
    """The password in the address of a database, and the host that it is for; empty without."""
    found = _URL.fullmatch(text) or _DSN.fullmatch(text)
    parts = found.groupdict() if found else {}
    return parts.get("password") or "", parts.get("host") or ""


def _spaced(text: str) -> str:
    """The words of a text, in small letters and with one blank between them."""
    return " ".join(re.findall(r"[a-z0-9]+", _CAMEL.sub(" ", text).lower()))
