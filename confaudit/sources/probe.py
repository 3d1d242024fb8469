"""One question after the other to a deployment: is it Coder, does the token hold, may it read?"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct
from msgspec.structs import fields

from confaudit.core.model import Json
from confaudit.errors import ApiError
from confaudit.sources import refusals
from confaudit.sources.api import BUILDINFO, CONFIG, NOT_CODER, ROOT, answered_json, token_expiry
from confaudit.sources.http_target import ApiTarget
from confaudit.sources.refusals import Refusal
from confaudit.sources.wire import version_of

UNAUTHORIZED = 401
"""The status by which Coder refuses a token, whatever is asked with it."""


class Greeting(Struct, frozen=True):
    """What a deployment tells everybody."""

    version: str
    """Empty when it tells none."""
    at: datetime | None
    """What time it is there; None when it does not say."""


class Access(Struct, frozen=True):
    """What became of the question that every snapshot asks."""

    status: int
    refusal: Refusal | None
    """Why there was no configuration; None where there was."""
    token_expires_at: datetime | None


class _Anonymous(ApiTarget, frozen=True):
    """A deployment that is asked without a token."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Accept": "application/json"}


def greet(target: ApiTarget) -> Greeting:
    """Ask what everybody may ask; the token stays here.

    Raises:
        ConfigError: the URL, `ca_file` or the proxy cannot be meant.
        ApiError: it could not be reached, or is not Coder.
    """
    from confaudit.transport.client import Client

    given = {one.name: getattr(target, one.name) for one in fields(target)}
    with Client(_Anonymous(**given | {"token": ""})) as client:
        answer = client.get(f"{ROOT}/{BUILDINFO}")
    if answer.status != 200:
        refusal = refusals.explain(answer.status, answer.body, answer.location)
        raise ApiError(refusal.message, refusal.hint)
    told = answered_json(answer)
    if not isinstance(told, dict) or "version" not in told:
        raise ApiError(*NOT_CODER)
    return Greeting(_version(told), _moment(answer.date))


def certificate_ends(target: ApiTarget) -> datetime | None:
    """When its certificate expires; None over plain http, or where a proxy is between.

    Raises:
        ApiError: no trusted connection could be made.
    """
    from confaudit.transport.certificate import expiry

    return expiry(target)


def try_token(target: ApiTarget) -> Access:
    """Ask for the configuration, and how long the token lasts that may see it.

    Raises:
        ConfigError: the token is none.
        ApiError: there was no answer.
    """
    from confaudit.transport.client import Client

    with Client(target) as client:
        answer = client.get(f"{ROOT}/{CONFIG}")
        if answer.status != 200:
            refusal = refusals.explain(answer.status, answer.body, answer.location)
            return Access(answer.status, refusal, None)
        return Access(answer.status, None, token_expiry(client, target.token))


def _version(told: dict[str, Json]) -> str:
    return version_of(told["version"])


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
