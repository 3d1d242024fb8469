"""The live API: one consistent, unredacted reading of a deployment over HTTP.

This module knows which endpoints to ask, in which order, and what their answers mean; how a
request travels is known to `transport.client` alone, which is imported when the first one is made.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from confaudit.core.coder import endpoints
from confaudit.core.model import MISSING, Json, RawDeployment, Value
from confaudit.errors import ApiError
from confaudit.sources import refusals
from confaudit.sources.http_target import ApiTarget
from confaudit.sources.payload import WITHOUT_SETTINGS, has_settings
from confaudit.sources.wire import WireError, decode_json, decode_text, version_of

if TYPE_CHECKING:
    from confaudit.transport.client import Client, Response
    from confaudit.transport.deadline import Deadline

ATTEMPTS: Final = 3
"""How often the whole reading is tried while a rollout is under way."""
ENDPOINT_RETRIES: Final = 1
"""An endpoint must not hold up the reading: the previous snapshot's answer stands instead."""
MAX_ORGANIZATION_ENDPOINTS: Final = 300
"""Asking more would meet the API's rate limit (512 requests a minute)."""
PAUSE_SECONDS: Final = 2.0
"""Longest first pause before the whole reading is tried again; it doubles, with jitter."""

ROOT: Final = "api/v2"
"""Below the access URL, above every endpoint."""
CONFIG: Final = "deployment/config"
BUILDINFO: Final = "buildinfo"


class ApiReading(Struct, frozen=True):
    """What the API said, and how long it will go on doing so."""

    deployment: RawDeployment
    token_expires_at: datetime | None
    """Aware UTC; None when the server does not say."""


class _RolloutError(ApiError):
    """Two answers of one reading came from different builds of Coder."""


def read(target: ApiTarget) -> ApiReading:
    """Read the configuration and its endpoints.

    The build is read before and after, and every answer names it: when they differ, a rollout is
    under way and the reading starts again.

    Raises:
        ConfigError: the URL, the token's form, `ca_file` or the proxy cannot be meant.
        ApiError: the API could not be reached, refused, or answered something else.
    """
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt
    from tenacity.wait import wait_random_exponential

    from confaudit.transport.client import Client

    attempts = Retrying(
        retry=retry_if_exception_type(_RolloutError),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=PAUSE_SECONDS),
        reraise=True,
    )
    with Client(target) as client:
        return attempts(_read_once, client, target)


def _read_once(client: "Client", target: ApiTarget) -> ApiReading:
    client.builds.clear()
    before = _required(client, BUILDINFO)
    payload = _payload(_required(client, CONFIG))
    version = version_of(before.get("version"))
    heard = [_Heard(BUILDINFO, before), *(_endpoints(client, version) if target.endpoints else ())]
    after = _required(client, BUILDINFO)
    if len(client.builds) > 1 or before.get("version") != after.get("version"):
        raise _RolloutError(
            "the deployment is mid-rollout: two versions of Coder answered",
            "try again when the rollout is done",
        )
    deployment = _deployment(client.url, version, payload, heard, target.token)
    return ApiReading(deployment, token_expiry(client, target.token))


def _deployment(
    url: str, version: str, payload: dict[str, Json], heard: list["_Heard"], token: str
) -> RawDeployment:
    answers = {one.name: one.answer for one in heard if one.answer is not MISSING}
    concealed = endpoints.concealed(answers)
    return RawDeployment(
        payload=payload,
        endpoints={name: answer for name, answer in answers.items() if name not in concealed},
        unavailable={one.name: one.unavailable for one in heard if one.unavailable} | concealed,
        failed={one.name: one.failed for one in heard if one.failed},
        label=url,
        version=version,
        asked_with=token,
    )


def _required(client: "Client", name: str) -> dict[str, Json]:
    """The answer of an endpoint without which there is nothing to report."""
    answer = client.get(f"{ROOT}/{name}")
    if answer.status != 200:
        refusal = refusals.explain(answer.status, answer.body, answer.location)
        raise ApiError(refusal.message, refusal.hint)
    value = answered_json(answer)
    if not isinstance(value, dict):
        raise ApiError(*NOT_CODER)
    return value


NOT_CODER: Final = (
    "the server answered something else than Coder's API",
    "check that the URL is the access URL of a Coder deployment",
)


def answered_json(answer: "Response") -> Json:
    """The JSON of an answer.

    Raises:
        ApiError: it is none.
    """
    if not answer.content_type.lower().startswith("application/json"):
        raise ApiError(
            "the server answered with a web page instead of JSON",
            "a proxy's sign-in page or another web application answered: check the URL, and let "
            "/api/v2 pass the proxy",
        )
    try:
        return decode_json(decode_text(answer.body))
    except WireError as error:
        raise ApiError(f"the server's answer {error}", "look at the proxy before Coder") from None


def _payload(answer: dict[str, Json]) -> dict[str, Json]:
    config, options = answer.get("config"), answer.get("options")
    if not isinstance(config, dict) or not isinstance(options, list):
        raise ApiError(*NOT_CODER)
    if not config or not has_settings(options):
        raise ApiError(
            f"the server's answer {WITHOUT_SETTINGS}",
            "look at the health of the deployment and at the proxy before it, then try again",
        )
    return {"config": config, "options": options}


class _Heard(Struct, frozen=True):
    """What became of the question to one endpoint: exactly one of the three is filled."""

    name: str
    answer: Value = MISSING
    unavailable: str = ""
    failed: str = ""


def _endpoints(client: "Client", version: str) -> Iterator[_Heard]:
    """Ask them all within the time of one request: a slow server must not hold up the reading."""
    from confaudit.transport.client import PARALLEL

    minor, deadline = _minor(version), client.deadline()

    def ask(name: str) -> _Heard:
        if minor is not None and endpoints.endpoint(name).since > minor:
            return _Heard(name, unavailable=endpoints.NOT_IN_VERSION)
        return _ask(client, name, deadline)

    once = [row.name for row in endpoints.ENDPOINTS.values() if not row.per_organization]
    once.remove(BUILDINFO)  # has been asked already
    with ThreadPoolExecutor(PARALLEL) as pool:
        heard = {one.name: one for one in pool.map(ask, once)}
        yield from heard.values()
        names = list(endpoints.names(heard["organizations"].answer))
        yield from pool.map(ask, names[:MAX_ORGANIZATION_ENDPOINTS])
    for name in names[MAX_ORGANIZATION_ENDPOINTS:]:
        yield _Heard(name, failed="not asked: the deployment has too many organizations")


def _minor(version: str) -> int | None:
    """The minor release of Coder 2; None when the version is unknown or another major one."""
    match = re.match(r"2\.(\d+)\.", version)
    return int(match[1]) if match else None


def _ask(client: "Client", name: str, deadline: "Deadline") -> _Heard:
    try:
        answer = client.get(f"{ROOT}/{name}", ENDPOINT_RETRIES, deadline)
        if answer.status in (403, 404):
            reason = refusals.server_message(answer.body)
            return _Heard(name, unavailable=endpoints.refusal(name, answer.status, reason))
        if answer.status != 200:
            return _Heard(name, failed=refusals.explain(answer.status, answer.body).message)
        value = answered_json(answer)
    except ApiError as error:
        return _Heard(name, failed=error.message)
    if endpoints.is_expected(name, value):
        return _Heard(name, value)
    return _Heard(name, unavailable=endpoints.UNEXPECTED)


def token_expiry(client: "Client", token: str) -> datetime | None:
    """When the token expires: Coder's tokens read `id-secret`, and the id may be asked about."""
    key_id, dash, _ = token.strip().partition("-")
    if not dash or not re.fullmatch("[A-Za-z0-9]+", key_id):
        return None
    try:
        key = _required(client, f"users/me/keys/{key_id}")
        moment = datetime.fromisoformat(str(key.get("expires_at")))
    except (ApiError, ValueError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
