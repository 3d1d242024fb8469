"""Coder's API docs page, as Markdown or as text copied from the web: the shape of a release.

The page's example of `deployment/config` shows every leaf of the config tree with a placeholder.
The result is that tree with each leaf replaced by the name of its type: a shape has no values.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from confaudit.core.model import Fidelity, Json, RawDeployment
from confaudit.errors import SourceError
from confaudit.patterns import regex
from confaudit.sources import payload
from confaudit.sources.input import Input, SourceContext
from confaudit.sources.wire import WireError, decode_json_at, decode_text

_EXAMPLE: Final = regex(r'\{\s*"config"\s*:')
_MAX_EXAMPLES: Final = 50
"""A page has a handful; more would make a hostile one slow."""

_COMMIT_DATE: Final = regex(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d\r?$", re.MULTILINE)

_URL_KEYS: Final = {"host", "path", "scheme"}
_HOST_PORT_KEYS: Final = {"host", "port"}
_OPAQUE: Final = {"oidc.group_regex_filter": "regexp"}
"""Leaves documented as `{}`, like a map, that are none."""
_WIRE_NAMES: Final = {
    "deploymentName": "DeploymentName",
    "sshconfigOptions": "SSHConfigOptions",
}
"""Documented key → key on the wire: the docs generator lower-cases untagged Go fields."""


def recognise(given: Input) -> bool:
    """Whether the content is a page around an example, or the example alone.

    No server sends URLs as objects, so their `forceQuery` gives the bare example away.
    """
    content = given.content or b""
    if b'"config"' not in content or b"\0" in content:
        return False
    return b'"forceQuery"' in content or not payload.recognise(given)


def read(given: Input, _: SourceContext) -> RawDeployment:
    """Read the shape from the page.

    Raises:
        SourceError: the page has no example of the deployment configuration.
    """
    try:
        page = decode_text(given.content or b"")
    except WireError as error:
        raise SourceError(f"{given.label} {error}", error.hint) from None
    config = next(_examples(page), None)
    if config is None:
        raise SourceError(
            f"{given.label} has no example of the deployment configuration",
            "give the page General of the API reference (docs/reference/api/general.md), complete",
        )
    return RawDeployment(
        payload={"config": dict(_shape(config))},
        fidelity=Fidelity.SHAPE,
        label=given.label,
        taken_at=_commit_date(page),
    )


def _examples(page: str) -> Iterator[dict[str, Json]]:
    for match in islice(_EXAMPLE.finditer(page), _MAX_EXAMPLES):
        try:
            value = decode_json_at(page, match.start())
        except WireError:
            continue
        config = value.get("config") if isinstance(value, dict) else None
        if isinstance(config, dict) and payload.is_config(config):
            yield config


def _shape(section: dict[str, Json], prefix: str = "") -> Iterator[tuple[str, Json]]:
    for documented, value in section.items():
        name = _WIRE_NAMES.get(documented, documented)
        path = prefix + name
        leaf = _OPAQUE.get(path) or _type(value)
        if leaf is None and isinstance(value, dict):
            yield name, dict(_shape(value, f"{path}."))
        else:
            yield name, leaf


def _type(placeholder: Json) -> str | None:
    """The type a placeholder stands for; None for a section, which has leaves below it."""
    if isinstance(placeholder, dict):
        return _object_type(placeholder)
    if isinstance(placeholder, list):
        return "list"
    if isinstance(placeholder, bool):
        return "bool"
    return "string" if isinstance(placeholder, str) else "int"


def _object_type(placeholder: dict[str, Json]) -> str | None:
    keys = placeholder.keys()
    if not keys or keys == {"value"}:
        return "struct"
    if keys >= _URL_KEYS:
        return "url"
    return "host:port" if keys == _HOST_PORT_KEYS else None


def _commit_date(page: str) -> datetime | None:
    """The date of the commit, where the page was copied from a repository's web view."""
    for match in _COMMIT_DATE.finditer(page):
        try:
            return datetime.strptime(match[0].strip(), "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
        except ValueError:
            continue
    return None
