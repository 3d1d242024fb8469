"""Credentials that a name beside them betrays: `password=…`, `token: …`, `--password …`, XML.

A name may be in any text, and so may be all the ways to give it a value. Every repeat is bound, or
takes what it has passed for good.
"""

import re
from collections.abc import Iterator
from typing import Final

from confaudit.core.secret import REDACTED, looks_secret, names_section
from confaudit.core.snapshot.credentials.spans import Span
from confaudit.patterns import regex

_QUOTE: Final = r"(?:\\{0,15}(?:[\"'`]|u0022)|&quot;|%22)"
"""Texts within texts escape their quotes, and those within these escape the escapes."""
_BLANK: Final = r"[^\S\r\n]"
_NAME: Final = r"(?:\\[nrt]|(?<![A-Za-z0-9_.\-]))(?P<name>[A-Za-z0-9_.\-]++)"
_NAMED: Final = regex(
    rf"{_NAME}(?:(?:\[|%5B)\w{{0,9}}(?:\]|%5D))?"
    rf"(?:(?:{_QUOTE})?\s{{0,9}}(?::?=[>=]?|%3D|\\u003d){_BLANK}{{0,9}}|(?P<quote>{_QUOTE})\s{{0,9}}:"
    rf"{_BLANK}{{0,9}}|{_BLANK}{{0,9}}:(?P<blank>{_BLANK}{{0,9}}))",
    re.IGNORECASE,
)
_QUOTED: Final = regex(
    rf"(?P<quote>{_QUOTE})(?P<value>(?:(?P=quote){{2}}|(?!(?<!\\)(?P=quote)).)*)", re.DOTALL
)
"""What lacks its end is a value to the end of the text; two quotes in one are a quote."""
_DONE: Final = rf"{REDACTED}(?:-[0-9a-f]{{8}})?(?![^\s\]}}),;&\"'])"
_BARE: Final = regex(rf"(?!{_DONE})[^\s&;,\"'#](?:[^\s&;,\"'#]|[\"'#](?=\w))*")
"""A mark amid a bare value is a part of it; what closes a structure is none of one that is gone."""
_LINE: Final = regex(r"(?:(?!\\n)[^\r\n])+")
_HEADER: Final = regex(r"(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z\-]+)", re.IGNORECASE)
_HEADER_VALUE: Final = regex(r"(?:(?!\\n)[^\r\n\"',])+")
_COOKIES: Final = regex(r"(?:(?!\\n)[^\r\n\"'])+")
_STRONG: Final = regex(r"passw|pwd", re.IGNORECASE)


def assignments(text: str) -> Iterator[Span]:
    """What is assigned to a name that promises a secret."""
    end = 0
    for named in _NAMED.finditer(text):
        if named.start() < end or not looks_secret(named["name"]):
            continue  # before its value is looked at, which may be all the rest
        for begin, end in _assigned(text, named):
            yield begin, end


def _assigned(text: str, named: re.Match[str]) -> Iterator[Span]:
    block = _block_end(text, named)
    if block > named.end():
        yield named.end(), block
    elif _is_assignment(text, named):
        yield from value_at(text, named.end(), _plain(text, named))


def _is_assignment(text: str, named: re.Match[str]) -> bool:
    """Whether a name is given a value that may be secret.

    A colon with nothing behind it parts other things as well: `api_key:read`.
    """
    name = named["name"]
    if named["blank"] == "" and not (_HEADER.fullmatch(name) or _STRONG.search(name)):
        return False
    no_secret = _SETTING if names_section(name) else _SWITCH
    return not no_secret.match(text, named.end())


_SWITCH: Final = regex(r"(?:true|false|null|none)\b", re.IGNORECASE)
_SETTING: Final = regex(rf"{_SWITCH.pattern}|\{{|\[\s{{0,9}}\{{|[A-Za-z ]*\Z", re.IGNORECASE)
"""What stands where a name is that of a section: a structure, or the rest of a title."""


def _plain(text: str, named: re.Match[str]) -> re.Pattern[str]:
    """What a value is that has no quotes: in a header and in a line of YAML there are blanks."""
    name = named["name"].lower()
    if named["quote"]:
        return _BARE
    if name.endswith("cookie"):
        return _COOKIES
    if name.endswith("authorization"):
        return _HEADER_VALUE
    return _LINE if named["blank"] and _begins_line(text, named.start("name")) else _BARE


def _begins_line(text: str, place: int) -> bool:
    return not text[_line_start(text, place) : place].strip(" \t-")


def _line_start(text: str, place: int) -> int:
    """Where the line begins, if there is but indentation before; else a part of it is enough."""
    return text.rfind("\n", max(0, place - _DEEPEST), place) + 1 or max(0, place - _DEEPEST)


_DEEPEST: Final = 200
"""Characters that lines may be indented by."""


def value_at(text: str, place: int, plain: re.Pattern[str] = _BARE) -> Iterator[Span]:
    """The value that begins at a place: quoted, a structure, or bare."""
    if quoted := _QUOTED.match(text, place):
        yield quoted.span("value")
    elif text[place : place + 1] in ("[", "{"):
        yield place, _structure_end(text, place)
    elif bare := plain.match(text, place):
        yield bare.span()


_PIECE: Final = regex(
    rf"(?P<quote>{_QUOTE})(?:(?!(?<!\\)(?P=quote)).)*(?:(?P=quote)|\Z)|(?P<open>[\[{{])|[\]}}]",
    re.DOTALL,
)


def _structure_end(text: str, place: int) -> int:
    """Behind the bracket that closes the one at a place; the end of the text if none does."""
    depth = 0
    for piece in _PIECE.finditer(text, place):
        if piece["quote"]:
            continue
        depth += 1 if piece["open"] else -1
        if depth == 0:
            return piece.end()
    return len(text)


_BLOCK: Final = regex(
    rf"(?P<text>[|>][0-9+\-]{{0,2}})?{_BLANK}{{0,9}}(?:#[^\n\\]{{0,200}})?(?:\r?\n|\\n)"
)
_BLOCK_LINE: Final = regex(
    r"(?P<indent>[ \t]*)(?P<item>-[ \t])?(?P<rest>(?:(?!\\n)[^\r\n])*)(?:\r?\n|\\n|\Z)"
)


def _block_end(text: str, named: re.Match[str]) -> int:
    """Where a block of YAML ends that begins with a name and a colon; 0 if none does."""
    is_colon = named.group().rstrip(" \t").endswith(":")
    head = _BLOCK.match(text, named.end()) if is_colon else None
    if not head or (names_section(named["name"]) and not _holds_texts(text, head)):
        return 0
    start = _line_start(text, named.start("name"))
    indent = _width(text[start : named.start("name")].replace("-", " "))
    return _end_of_deeper(text, head.end(), indent)


def _holds_texts(text: str, head: re.Match[str]) -> bool:
    """Whether a block is a text or a list, which settings about something are not."""
    first = _BLOCK_LINE.match(text, head.end())
    return bool(head["text"] or (first and first["item"]))


def _end_of_deeper(text: str, place: int, indent: int) -> int:
    """Where the lines end that are indented by more, or are items of a list."""
    end = 0
    while place < len(text) and (line := _BLOCK_LINE.match(text, place)):
        if line["rest"].strip():
            if _width(line["indent"]) + bool(line["item"]) <= indent:
                break
            end = line.end("rest")
        place = line.end()
    return end


def _width(indent: str) -> int:
    return len(indent.expandtabs())


# --- command lines, XML, pairs of a name and a value --------------------------------------------

_OPTION: Final = regex(
    rf"(?:(?<![\w\-])--?|\bENV{_BLANK}{{1,9}}|\blogin{_BLANK}\S{{1,100}}{_BLANK})"
    rf"(?P<name>[A-Za-z][\w.\-]*+)(?:{_QUOTE}\s{{0,9}},\s{{0,9}}|{_BLANK}{{1,9}})(?!-)"
)
_USER: Final = regex(
    rf"(?<![\w\-])(?:-u|--(?:proxy-)?user)(?:{_BLANK}|=|{_QUOTE}\s?,\s?){{0,3}}(?:{_QUOTE})?"
    r"(?P<login>[^\s:\"'\\]{1,200}:[^\s\"'\\]+)"
)


_PROGRAM: Final = regex(
    rf"\b(?:sshpass{_BLANK}{{1,9}}-p|redis-cli\b[^\n]{{0,100}}?{_BLANK}-a|mysql\w{{0,9}}\b[^\n]{{0,100}}?{_BLANK}-p)"
    rf"{_BLANK}{{0,9}}(?P<login>[^\s\"']+)"
)
"""Programs whose own option it is."""


def options(text: str) -> Iterator[Span]:
    """The value behind a blank, as on command lines: `--password X`, `ENV TOKEN X`."""
    return _values(text, _OPTION, _BARE)


def _values(text: str, named: re.Pattern[str], plain: re.Pattern[str]) -> Iterator[Span]:
    """The values behind names that promise secrets; one that is in another is a part of it."""
    end = 0
    for found in named.finditer(text):
        if found.start() >= end and looks_secret(found["name"]):
            for begin, end in value_at(text, found.end(), plain):
                yield begin, end


def logins_of_users(text: str) -> Iterator[Span]:
    """What curl and others log in with: `-u name:password`."""
    for pattern in (_USER, _PROGRAM):
        yield from (user.span("login") for user in pattern.finditer(text))


_TAG: Final = regex(
    r"(?:<|&lt;)(?P<end>/)?(?P<name>[\w.:\-]{1,100}+)(?:\s[^<>]{0,300}(?<!/))?(?:>|&gt;)"
)
_NAME_TAG: Final = regex(
    r"<(?:name|key)>\s{0,9}(?P<name>[\w.\-]{1,100}+)\s{0,9}</(?:name|key)>\s{0,20}<(?:value|string)>",
    re.IGNORECASE,
)
_TO_TAG: Final = regex(r"[^<]+")


def elements(text: str) -> Iterator[Span]:
    """What is in an element of XML, with all below it; alone, `<password>` stands for one."""
    opened: dict[str, int] = {}
    for tag in _TAG.finditer(text):
        name = tag["name"]
        if tag["end"] and name in opened:
            yield opened.pop(name), tag.start()
        elif not tag["end"] and looks_secret(name.rpartition(":")[2]):
            opened.setdefault(name, tag.end())
    yield from _values(text, _NAME_TAG, _TO_TAG)


_PAIR: Final = regex(
    rf"(?<!\w)(?:name|key|header|k){_QUOTE}?\s{{0,9}}[:=]\s{{0,9}}{_QUOTE}?(?P<name>[\w.\-]{{1,100}}+)"
    rf"{_QUOTE}?(?:,|;|\\n|\s){{1,20}}{_QUOTE}?(?:value|val|v|content){_QUOTE}?\s{{0,9}}[:=]"
    rf"{_BLANK}{{0,9}}",
    re.IGNORECASE,
)


def pairs(text: str) -> Iterator[Span]:
    """A name and its value as two things: `name="token" value="…"`, `{"key": …, "value": …}`."""
    return _values(text, _PAIR, _LINE)


_SCHEME_WORD: Final = regex(
    r"\b(?:bearer|basic|negotiate|ntlm|apikey)\s{1,9}"
    r"(?P<value>(?=[^\s0-9=+/]{0,200}(?:[0-9=+/]|(?-i:[a-z][A-Z])))[A-Za-z0-9+/=_.~\-]{6,})",
    re.IGNORECASE,
)


def schemes(text: str) -> Iterator[Span]:
    """What stands behind the name of a scheme of HTTP: `Bearer …`."""
    return (found.span("value") for found in _SCHEME_WORD.finditer(text))
