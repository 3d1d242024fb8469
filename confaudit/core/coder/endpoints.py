"""The endpoints beside the deployment config: which are worth a snapshot, and their stable form.

Much of what a deployment does is not in its configuration: licence, experiments, appearance,
IdP sync and AI providers live in the database, and some of them shadow options. This module knows
what those endpoints are called, who may read them and which of their keys change by themselves.
How they are fetched is the business of the sources.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from confaudit.core.model import Json, Value

NOT_IN_VERSION: Final = "not in this version or build of Coder"
NOT_LICENSED: Final = "needs a Premium license"
EXPERIMENT_OFF: Final = "needs an experiment that is off"
UNEXPECTED: Final = "unexpected answer"

VERSION_PLACEHOLDER: Final = "{version}"
"""Stands in `appearance` for what only names the server's own version."""


class UnexpectedAnswer(ValueError):  # noqa: N818 - it says what was met, and never leaves this package
    """An endpoint answered with another JSON type than Coder's."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """One endpoint beside `deployment/config`."""

    name: str
    """Path under `/api/v2`; `{organization}` stands for an organization's name."""
    since: int
    """First minor release of Coder 2 that has it."""
    readers: str
    """Who may read it, to follow the word "needs"; empty when every signed-in user may."""
    stable: Callable[[Json], Json]
    """Makes equal states equal answers."""

    @property
    def per_organization(self) -> bool:
        """Whether there is one of it for each organization."""
        return _ORGANIZATION in self.name


def normalise(name: str, answer: Json) -> Json:
    """The stable form of a sibling's answer.

    Volatile keys are gone, lists that are sets are sorted, objects in lists are keyed by their
    natural id; `null`, `[]` and `{}` inside objects equal an absent key.

    Raises:
        KeyError: no sibling has this name.
        UnexpectedAnswer: the answer has another JSON type than Coder's.
    """
    return _tidy(sibling(name).stable(answer))


def sibling(name: str) -> Sibling:
    """The row of a sibling by its name, for example `organizations/acme/members/roles`."""
    return SIBLINGS[_IN_ORGANIZATION.sub(f"organizations/{_ORGANIZATION}/", name)]


def is_expected(name: str, answer: Json) -> bool:
    """Whether `normalise` can make something of an answer."""
    try:
        normalise(name, answer)
    except UnexpectedAnswer:
        return False
    return True


def names(organizations: Value) -> Iterator[str]:
    """The names of the per-organization siblings of a deployment with these organizations."""
    listed = organizations if isinstance(organizations, list) else []
    for organization in listed:
        name = organization.get("name") if isinstance(organization, dict) else None
        if isinstance(name, str) and _ORGANIZATION_NAME.fullmatch(name):
            yield from (
                row.name.replace(_ORGANIZATION, name)
                for row in SIBLINGS.values()
                if row.per_organization
            )


def refusal(name: str, status: int, message: str) -> str:
    """Why the server will not say (403, 404), in words that stay the same between snapshots.

    `message` is the server's own; it is only looked at, never repeated.
    """
    if status == 403 and re.search("(Premium|Enterprise) feature", message):
        return NOT_LICENSED
    if status == 403 and "requires enabling the" in message:
        return EXPERIMENT_OFF
    readers = sibling(name).readers
    # Some endpoints answer 404 to those who may not read them.
    if status == 403 or (readers and message.startswith("Resource not found")):
        return f"needs {readers or 'a signed-in user'}"
    return NOT_IN_VERSION


def concealed(answers: Mapping[str, Value]) -> dict[str, str]:
    """Siblings whose empty answer means "you may not know": `licenses` for all but Owners."""
    entitlements = answers.get("entitlements")
    licensed = isinstance(entitlements, dict) and entitlements.get("has_license") is True
    if licensed and answers.get("licenses") == []:
        return {"licenses": f"needs {sibling('licenses').readers}"}
    return {}


def _object(answer: Json) -> dict[str, Json]:
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
    return {key: value for key, value in _object(answer).items() if key not in volatile}


def _only(answer: Json, *stable: str) -> dict[str, Json]:
    return {key: value for key, value in _object(answer).items() if key in stable}


def _as_sets(value: Json) -> Json:
    """Sort every list at any depth."""
    if isinstance(value, list):
        return sorted(map(_as_sets, value), key=_canonical)
    if isinstance(value, dict):
        return {key: _as_sets(item) for key, item in value.items()}
    return value


def _set(answer: Json) -> Json:
    return _as_sets(_list(answer))


def _object_of_sets(answer: Json) -> Json:
    return _as_sets(_object(answer))


def _tidy(value: Json) -> Json:
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, dict):
        tidied = {key: _tidy(item) for key, item in value.items()}
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


def _buildinfo(answer: Json) -> Json:
    # external_url only repeats the version's commit; the web push key is of no use to a reader.
    return _without(answer, "external_url", "webpush_public_key")


def _entitlements(answer: Json) -> Json:
    stable = _without(answer, "refreshed_at")
    features = _object(stable.get("features") or {})
    stable["features"] = {
        name: _only(feature, "entitlement", "enabled", "limit")
        for name, feature in features.items()
    }
    for key in ("warnings", "errors"):  # sentences that count users and days
        sentences = {re.sub(r"\d+", "#", _text(text)) for text in _list(stable.get(key))}
        stable[key] = list[Json](sorted(sentences))
    return stable


def _appearance(answer: Json) -> Json:
    stable = dict(_object(answer))
    links = _keyed(stable.get("support_links"))
    stable["support_links"] = {name: _versionless_link(link) for name, link in links.items()}
    stable["docs_url"] = _versionless(stable.get("docs_url"))
    return stable


def _versionless_link(link: Json) -> Json:
    return {**_object(link), "target": _versionless(_object(link).get("target"))}


def _versionless(url: Json) -> Json:
    """Coder's own default links name the version (and commit) of the server that shows them."""
    if not isinstance(url, str):
        return url
    url = re.sub(r"^(https://coder\.com/docs/@)v\d[^/?#]*", rf"\1{VERSION_PLACEHOLDER}", url)
    # The body of "Report a bug" quotes version and commit.
    return re.sub(
        r"^(https://github\.com/coder/coder/issues/new\?).*", rf"\1{VERSION_PLACEHOLDER}", url
    )


def _health(answer: Json) -> Json:
    sections = {name: part for name, part in _object(answer).items() if isinstance(part, dict)}
    summary: dict[str, Json] = {name: _health_section(part) for name, part in sections.items()}
    return {**_only(answer, "severity"), "sections": summary}


def _health_section(section: dict[str, Json]) -> Json:
    codes = [_object(warning).get("code") for warning in _list(section.get("warnings"))]
    return {**_only(section, "severity"), "warnings": _as_sets(codes)}


def _regions(answer: Json, *volatile: str) -> Json:
    stable = dict(_object(answer))
    stable["regions"] = _keyed(stable.get("regions"), "healthy", *volatile)
    return stable


def _workspace_proxies(answer: Json) -> Json:
    # status is the health of the proxy at the last check, and the time of it.
    return _regions(answer, "status", "updated_at")


def _count(answer: Json) -> Json:
    return {"count": len(_list(answer))}


def _licenses(answer: Json) -> Json:
    keyed = _keyed(answer)
    return {
        key: {**_object(entry), "claims": _without(_object(entry).get("claims"), "jti", "iat")}
        for key, entry in keyed.items()
    }


def _organizations(answer: Json) -> Json:
    return _as_sets(_keyed(answer, "created_at", "updated_at"))


def _notification_templates(answer: Json) -> Json:
    return {name: _notification_template(entry) for name, entry in _keyed(answer).items()}


def _notification_template(entry: Json) -> Json:
    # The wording changes with every release: a hash tells that it did, and no more.
    wording = _canonical(_only(entry, "title_template", "body_template", "actions"))
    digest = hashlib.sha256(wording.encode("utf-8", "surrogatepass")).hexdigest()
    return {**_only(entry, "method", "enabled_by_default"), "wording_sha256": digest}


def _oauth2_apps(answer: Json) -> Json:
    return _keyed(answer, "endpoints")  # derived from the access URL


def _ai_providers(answer: Json) -> Json:
    return _keyed(answer, "api_keys", "created_at", "updated_at", "deleted_at")


def _custom_roles(answer: Json) -> Json:
    # Built-in roles vary by release; `assignable` depends on who asks.
    custom = [role for role in _list(answer) if _object(role).get("built_in") is False]
    return _as_sets(_keyed(custom, "assignable"))


_ORGANIZATION: Final = "{organization}"
_ORGANIZATION_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_IN_ORGANIZATION: Final = re.compile(r"^organizations/[^/]+/")

_OWNER: Final = "the Owner role"
_ADMIN: Final = "the Owner or User Admin role"
_ORG_ADMIN: Final = "the Owner, User Admin or Organization Admin role"

SIBLINGS: Final[Mapping[str, Sibling]] = {
    row.name: row
    for row in (
        Sibling("buildinfo", 0, "", _buildinfo),
        Sibling("experiments", 0, "", _set),
        Sibling("experiments/available", 4, "", _object_of_sets),
        Sibling("deployment/ssh", 0, "", _object),
        Sibling("entitlements", 0, "", _entitlements),
        Sibling("appearance", 0, "", _appearance),
        Sibling("users/authmethods", 0, "", _object),
        Sibling("auth/scopes", 27, "", _object_of_sets),
        Sibling("debug/health", 0, _OWNER, _health),
        Sibling("debug/health/settings", 5, _OWNER, _object_of_sets),
        Sibling("regions", 0, "", _regions),
        Sibling("workspaceproxies", 0, "", _workspace_proxies),
        Sibling("replicas", 0, _OWNER, _count),
        Sibling("licenses", 0, _OWNER, _licenses),
        Sibling("organizations", 14, "", _organizations),
        Sibling("settings/idpsync/organization", 18, _ADMIN, _object_of_sets),
        Sibling(
            f"organizations/{_ORGANIZATION}/settings/idpsync/groups",
            16,
            _ORG_ADMIN,
            _object_of_sets,
        ),
        Sibling(
            f"organizations/{_ORGANIZATION}/settings/idpsync/roles", 16, _ORG_ADMIN, _object_of_sets
        ),
        Sibling("notifications/settings", 14, "", _object),
        Sibling("notifications/templates/system", 14, "", _notification_templates),
        Sibling("notifications/templates/custom", 14, "", _notification_templates),
        Sibling("notifications/dispatch-methods", 14, "", _object_of_sets),
        Sibling("oauth2-provider/apps", 6, "", _oauth2_apps),
        Sibling("ai/providers", 34, _OWNER, _ai_providers),
        Sibling("prebuilds/settings", 25, "", _object),
        Sibling("users/roles", 0, "", _custom_roles),
        Sibling(f"organizations/{_ORGANIZATION}/members/roles", 14, "", _custom_roles),
    )
}
"""By name. Left out on purpose: what is volatile through and through (`deployment/stats`,
`updatecheck`), personal data (users, groups, workspaces), and inventory (templates, daemons)."""
