"""The stable form of what each endpoint answers: equal states make equal answers.

Volatile keys are gone, lists that are sets are sorted, and objects in lists are keyed by their
natural id.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Final

from confaudit.core.model import Json

VERSION_PLACEHOLDER: Final = "{version}"
"""Stands in `appearance` for what only names the server's own version."""


class UnexpectedAnswer(ValueError):  # noqa: N818 - it says what was met, and never leaves this package
    """An endpoint answered with another JSON type than Coder's."""


def an_object(answer: Json) -> dict[str, Json]:
    """An object, as it is.

    Raises:
        UnexpectedAnswer: it is none.
    """
    if not isinstance(answer, dict):
        raise UnexpectedAnswer
    return answer


def _list(answer: Json) -> list[Json]:
    if answer is None:  # how Go writes an empty list
        return []
    if not isinstance(answer, list):
        raise UnexpectedAnswer
    return answer


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise UnexpectedAnswer
    return value


def _canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def _without(answer: Json, *volatile: str) -> dict[str, Json]:
    return {key: value for key, value in an_object(answer).items() if key not in volatile}


def _only(answer: Json, *stable: str) -> dict[str, Json]:
    return {key: value for key, value in an_object(answer).items() if key in stable}


def _as_sets(value: Json) -> Json:
    """Sort every list at any depth."""
    if isinstance(value, list):
        return sorted(map(_as_sets, value), key=_canonical)
    if isinstance(value, dict):
        return {key: _as_sets(item) for key, item in value.items()}
    return value


def a_set(answer: Json) -> Json:
    """A list in which the order means nothing."""
    return _as_sets(_list(answer))


def an_object_of_sets(answer: Json) -> Json:
    """An object whose lists are sets, at any depth."""
    return _as_sets(an_object(answer))


def tidy(value: Json) -> Json:
    """`null`, `[]` and `{}` inside objects equal an absent key."""
    if isinstance(value, list):
        return [tidy(item) for item in value]
    if isinstance(value, dict):
        tidied = {key: tidy(item) for key, item in value.items()}
        return {key: item for key, item in tidied.items() if item not in (None, [], {})}
    return value


def _keyed(answer: Json, *volatile: str) -> dict[str, Json]:
    """Key a list of objects by their name, else id, so that order and insertion do not matter."""
    keyed: dict[str, Json] = {}
    for item in sorted(_list(answer), key=_canonical):
        entry = _without(item, *volatile)
        keyed[next(key for key in _keys(entry) if key not in keyed)] = entry
    return keyed


def _keys(entry: Mapping[str, Json]) -> Iterator[str]:
    name = entry.get("name") or entry.get("id")
    if name is None:
        raise UnexpectedAnswer
    yield str(name)
    yield from (f"{name} ({number})" for number in count(2))


def buildinfo(answer: Json) -> Json:
    """The build, without links that only repeat it."""
    # external_url only repeats the version's commit; the web push key is of no use to a reader.
    return _without(answer, "external_url", "webpush_public_key")


def entitlements(answer: Json) -> Json:
    """What the licence allows; sentences that count users and days without their numbers."""
    stable = _without(answer, "refreshed_at")
    features = an_object(stable.get("features") or {})
    stable["features"] = {
        name: _only(feature, "entitlement", "enabled", "limit")
        for name, feature in features.items()
    }
    for key in ("warnings", "errors"):  # sentences that count users and days
        sentences = {re.sub(r"\d+", "#", _text(text)) for text in _list(stable.get(key))}
        stable[key] = list[Json](sorted(sentences))
    return stable


def appearance(answer: Json) -> Json:
    """Links and banners, without the version that default links name."""
    stable = dict(an_object(answer))
    links = _keyed(stable.get("support_links"))
    stable["support_links"] = {name: _versionless_link(link) for name, link in links.items()}
    stable["docs_url"] = _versionless(stable.get("docs_url"))
    return stable


def _versionless_link(link: Json) -> Json:
    return {**an_object(link), "target": _versionless(an_object(link).get("target"))}


def _versionless(url: Json) -> Json:
    """Coder's own default links name the version (and commit) of the server that shows them."""
    if not isinstance(url, str):
        return url
    url = re.sub(r"^(https://coder\.com/docs/@)v\d[^/?#]*", rf"\1{VERSION_PLACEHOLDER}", url)
    # The body of "Report a bug" quotes version and commit.
    return re.sub(
        r"^(https://github\.com/coder/coder/issues/new\?).*", rf"\1{VERSION_PLACEHOLDER}", url
    )


def health(answer: Json) -> Json:
    """Severity and warning codes of each section; the rest is different at every look."""
    sections = {name: part for name, part in an_object(answer).items() if isinstance(part, dict)}
    summary: dict[str, Json] = {name: _health_section(part) for name, part in sections.items()}
    return {**_only(answer, "severity"), "sections": summary}


def _health_section(section: dict[str, Json]) -> Json:
    codes = [an_object(warning).get("code") for warning in _list(section.get("warnings"))]
    return {**_only(section, "severity"), "warnings": _as_sets(codes)}


def regions(answer: Json, *volatile: str) -> Json:
    """Regions by name, without their health."""
    stable = dict(an_object(answer))
    stable["regions"] = _keyed(stable.get("regions"), "healthy", *volatile)
    return stable


def workspace_proxies(answer: Json) -> Json:
    """Proxies by name, without their status, which is the health at the last check."""
    return regions(answer, "status", "updated_at")


def number(answer: Json) -> Json:
    """How many there are, no more: replicas come and go."""
    return {"count": len(_list(answer))}


def licenses(answer: Json) -> Json:
    """Licences by id, without what only says when each was issued."""
    keyed = _keyed(answer)
    return {
        key: {**an_object(entry), "claims": _without(an_object(entry).get("claims"), "jti", "iat")}
        for key, entry in keyed.items()
    }


def organizations(answer: Json) -> Json:
    """Organizations by name, without the times of their rows."""
    return _as_sets(_keyed(answer, "created_at", "updated_at"))


def notification_templates(answer: Json) -> Json:
    """Templates by name, with a hash in place of the wording."""
    return {name: _notification_template(entry) for name, entry in _keyed(answer).items()}


def _notification_template(entry: Json) -> Json:
    # The wording changes with every release: a hash tells that it did, and no more.
    wording = _canonical(_only(entry, "title_template", "body_template", "actions"))
    digest = hashlib.sha256(wording.encode("utf-8", "surrogatepass")).hexdigest()
    return {**_only(entry, "method", "enabled_by_default"), "wording_sha256": digest}


def oauth2_apps(answer: Json) -> Json:
    """Apps by name, without endpoints, which follow from the access URL."""
    return _keyed(answer, "endpoints")


def ai_providers(answer: Json) -> Json:
    """Providers by name, without keys and times."""
    return _keyed(answer, "api_keys", "created_at", "updated_at", "deleted_at")


def custom_roles(answer: Json) -> Json:
    """Roles of the deployment's own: the built-in ones vary by release."""
    # `assignable` depends on who asks.
    custom = [role for role in _list(answer) if an_object(role).get("built_in") is False]
    return _as_sets(_keyed(custom, "assignable"))
