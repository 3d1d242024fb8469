"""A saved answer of `GET /api/v2/deployment/config`, with or without the headers of `curl -i`.

Also its `config` object alone: then only the config tree can be told.
"""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from confaudit.core.model import Fidelity, Json, RawDeployment
from confaudit.errors import SourceError
from confaudit.sources.input import Input, SourceContext
from confaudit.sources.refusals import explain
from confaudit.sources.wire import (
    WireError,
    decode_json,
    decode_text,
    documented_version,
    version_of,
)

SECTIONS: Final = frozenset(
    {
        "access_url",
        "config_ssh",
        "derp",
        "http_address",
        "logging",
        "oauth2",
        "oidc",
        "pprof",
        "prometheus",
        "provisioner",
        "rate_limit",
        "support",
        "swagger",
        "telemetry",
        "tls",
        "trace",
    }
)
"""Keys at the top of the config tree of every Coder 2 release."""

_ENOUGH_SECTIONS: Final = 3
_HINT: Final = "save the whole answer of GET /api/v2/deployment/config"


def recognise(given: Input) -> bool:
    """Whether the content starts like a JSON object or an HTTP answer."""
    start = (given.content or b"")[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"{", b"HTTP/"))


def read(given: Input, _: SourceContext) -> RawDeployment:
    """Read the saved answer.

    Raises:
        SourceError: it is no JSON, no Coder configuration, or a refusal saved by `curl -i`.
    """
    try:
        response = _unwrap(decode_text(given.content or b""))
        answer = decode_json(response.body)
    except WireError as error:
        raise SourceError(f"{given.label} {error}", error.hint or _HINT) from None
    payload, fidelity = _payload(answer, given.label)
    return RawDeployment(
        payload=payload,
        fidelity=fidelity,
        label=given.label,
        version=version_of(response.build) or documented_version(payload),
    )


def is_saved(given: Input) -> bool:
    """Whether the content holds a configuration for certain, and does not just begin like one."""
    try:
        return bool(_payload(decode_json(_unwrap(decode_text(given.content or b"")).body), ""))
    except (WireError, SourceError):
        return False


def is_config(tree: Json) -> bool:
    """Whether an object is Coder's config tree, told by its well-known sections."""
    return isinstance(tree, dict) and len(SECTIONS & tree.keys()) >= _ENOUGH_SECTIONS


def has_settings(options: Sequence[Json]) -> bool:
    """Whether a list of options has any that is one: each has a name, at least."""
    return any(
        isinstance(option, dict) and any(map(option.get, ("flag", "env", "name")))
        for option in options
    )


WITHOUT_SETTINGS: Final = "holds a configuration without settings, which no server of Coder has"
"""To follow what it is that holds it."""


def _payload(answer: Json, label: str) -> tuple[dict[str, Json], Fidelity]:
    if isinstance(answer, dict):
        config, options = answer.get("config"), answer.get("options")
        if isinstance(config, dict) and isinstance(options, list):
            if not has_settings(options):
                raise SourceError(f"{label} {WITHOUT_SETTINGS}", _HINT)
            return {"config": config, "options": options}, Fidelity.FULL
        if is_config(config) and options is None:
            return {"config": config}, Fidelity.CONFIG
        if is_config(answer):
            return {"config": answer}, Fidelity.CONFIG
    raise SourceError(f"{label} is JSON, but no Coder deployment configuration", _HINT)


class _Response(Struct, frozen=True):
    body: str
    build: str = ""


def _unwrap(text: str) -> _Response:
    """Take the last HTTP answer out of what `curl -i` printed; proxies and `-L` print several.

    Raises:
        SourceError: Coder refused; the same words as for the live API.
    """
    status, head = 200, ""
    while match := re.match(r"HTTP/[\d.]+ (\d{3})", text.lstrip()):
        status = int(match[1])
        head, *rest = re.split(r"\r?\n\r?\n", text.lstrip(), maxsplit=1)
        text = "".join(rest)
    if status != 200:
        refusal = explain(status, text, _header(head, "Location"))
        raise SourceError(refusal.message, refusal.hint)
    return _Response(text, _header(head, "X-Coder-Build-Version"))


def _header(head: str, name: str) -> str:
    match = re.search(rf"^{name}:[ \t]*(.*?)\s*$", head, re.IGNORECASE | re.MULTILINE)
    return match[1] if match else ""
