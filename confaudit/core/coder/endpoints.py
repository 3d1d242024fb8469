"""The endpoints beside the deployment config: which are worth a snapshot, and who may read them.

Much of what a deployment does is not in its configuration: licence, experiments, appearance,
IdP sync and AI providers live in the database, and some of them shadow options. How the endpoints
are fetched is the business of the sources; what of their answers is stable, that of `stable_forms`.

Their table is code and no data of the catalogue: each row goes with the function that knows its
answer, and sources ask for it before they know a release, or read a catalogue at all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from confaudit.core.coder import stable_forms as form
from confaudit.core.model import Json, Value
from confaudit.patterns import regex

NOT_IN_VERSION: Final = "not in this version or build of Coder"
NOT_LICENSED: Final = "needs a Premium license"
EXPERIMENT_OFF: Final = "needs an experiment that is off"
UNEXPECTED: Final = "unexpected answer"

BUILD: Final = "the server's own build"
"""Repeated by endpoints that say the same in every deployment of a release."""


class Endpoint(Struct, frozen=True):
    """One endpoint beside `deployment/config`."""

    name: str
    """Path under `/api/v2`; `{organization}` stands for an organization's name."""
    since: int
    """First minor release of Coder 2 that has it."""
    readers: str
    """Who may read it, to follow the word "needs"; empty when every signed-in user may."""
    stable: Callable[[Json], Json]
    """Makes equal states equal answers."""
    repeats: str = ""
    """What it only repeats, in words; empty for what stands nowhere else."""

    @property
    def per_organization(self) -> bool:
        """Whether there is one of it for each organization."""
        return _ORGANIZATION in self.name


def normalise(name: str, answer: Json) -> Json:
    """The stable form of an endpoint's answer.

    Volatile keys are gone, lists that are sets are sorted, objects in lists are keyed by their
    natural id; `null`, `[]` and `{}` inside objects equal an absent key.

    Raises:
        KeyError: no endpoint has this name.
        UnexpectedAnswer: the answer has another JSON type than Coder's.
    """
    return form.tidy(endpoint(name).stable(answer))


def endpoint(name: str) -> Endpoint:
    """The row of an endpoint by its name, for example `organizations/acme/members/roles`."""
    return ENDPOINTS[_IN_ORGANIZATION.sub(f"organizations/{_ORGANIZATION}/", name)]


def is_expected(name: str, answer: Json) -> bool:
    """Whether `normalise` can make something of an answer."""
    try:
        normalise(name, answer)
    except form.UnexpectedAnswer:
        return False
    return True


def names(organizations: Value) -> Iterator[str]:
    """The names of the per-organization endpoints of a deployment with these organizations."""
    listed = organizations if isinstance(organizations, list) else []
    for organization in listed:
        name = organization.get("name") if isinstance(organization, dict) else None
        if isinstance(name, str) and _ORGANIZATION_NAME.fullmatch(name):
            yield from (
                row.name.replace(_ORGANIZATION, name)
                for row in ENDPOINTS.values()
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
    readers = endpoint(name).readers
    # Some endpoints answer 404 to those who may not read them.
    if status == 403 or (readers and message.startswith("Resource not found")):
        return f"needs {readers or 'a signed-in user'}"
    return NOT_IN_VERSION


def concealed(answers: Mapping[str, Value]) -> dict[str, str]:
    """Endpoints whose empty answer means "you may not know": `licenses` for all but Owners."""
    entitlements = answers.get("entitlements")
    licensed = isinstance(entitlements, dict) and entitlements.get("has_license") is True
    if licensed and answers.get("licenses") == []:
        return {"licenses": f"needs {endpoint('licenses').readers}"}
    return {}


_ORGANIZATION: Final = "{organization}"
_ORGANIZATION_NAME: Final = regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_IN_ORGANIZATION: Final = regex(r"^organizations/[^/]+/")

_OWNER: Final = "the Owner role"
_ADMIN: Final = "the Owner or User Admin role"
_ORG_ADMIN: Final = "the Owner, User Admin or Organization Admin role"

ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    row.name: row
    for row in (
        Endpoint("buildinfo", 0, "", form.buildinfo, BUILD),
        Endpoint("experiments", 0, "", form.a_set, "--experiments"),
        Endpoint("experiments/available", 4, "", form.an_object_of_sets, BUILD),
        Endpoint("deployment/ssh", 0, "", form.an_object, "the SSH options"),
        Endpoint("entitlements", 0, "", form.entitlements),
        Endpoint("appearance", 0, "", form.appearance),
        Endpoint("users/authmethods", 0, "", form.an_object, "the login options"),
        Endpoint("auth/scopes", 27, "", form.an_object_of_sets, BUILD),
        Endpoint("debug/health", 0, _OWNER, form.health, "the state of the deployment"),
        Endpoint("debug/health/settings", 5, _OWNER, form.an_object_of_sets),
        Endpoint("regions", 0, "", form.regions),
        Endpoint("workspaceproxies", 0, "", form.workspace_proxies),
        Endpoint("replicas", 0, _OWNER, form.number),
        Endpoint("licenses", 0, _OWNER, form.licenses),
        Endpoint("organizations", 14, "", form.organizations),
        Endpoint("settings/idpsync/organization", 18, _ADMIN, form.an_object_of_sets),
        Endpoint(
            f"organizations/{_ORGANIZATION}/settings/idpsync/groups",
            16,
            _ORG_ADMIN,
            form.an_object_of_sets,
        ),
        Endpoint(
            f"organizations/{_ORGANIZATION}/settings/idpsync/roles",
            16,
            _ORG_ADMIN,
            form.an_object_of_sets,
        ),
        Endpoint("notifications/settings", 14, "", form.an_object),
        Endpoint("notifications/templates/system", 14, "", form.notification_templates, BUILD),
        Endpoint("notifications/templates/custom", 14, "", form.notification_templates),
        Endpoint("notifications/dispatch-methods", 14, "", form.an_object_of_sets, BUILD),
        Endpoint("oauth2-provider/apps", 6, "", form.oauth2_apps),
        Endpoint("ai/providers", 34, _OWNER, form.ai_providers),
        Endpoint("prebuilds/settings", 25, "", form.an_object),
        Endpoint("users/roles", 0, "", form.custom_roles),
        Endpoint(f"organizations/{_ORGANIZATION}/members/roles", 14, "", form.custom_roles),
    )
}
"""By name. Left out on purpose: what is volatile through and through (`deployment/stats`,
`updatecheck`), personal data (users, groups, workspaces), and inventory (templates, daemons)."""
