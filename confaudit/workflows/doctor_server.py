"""Whether a deployment can be asked: its address, its certificate, its clock, and our token."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from confaudit.configfile import Deployment
from confaudit.core.coder.releases import Catalog
from confaudit.core.health.check import Check, failed, ok, skipped
from confaudit.core.health.setting import certificate_check, clock_check
from confaudit.core.health.standing import release_check, token_check
from confaudit.errors import ApiError, ConfauditError
from confaudit.sources.http_target import ApiTarget
from confaudit.sources.probe import (
    UNAUTHORIZED,
    Access,
    Greeting,
    certificate_ends,
    greet,
    try_token,
)
from confaudit.workflows.exposure import token_file
from confaudit.workflows.setup import Setup

_Answer = TypeVar("_Answer")


def server_checks(
    setup: Setup, catalog: Catalog, name: str, deployment: Deployment
) -> Iterator[Check]:
    """What there is to say of one deployment; it is asked three things, each once."""
    target = replace(setup.anonymous(deployment), retries=0)
    greeting = _asked(greet, target)
    yield _address(greeting)
    if isinstance(greeting, Greeting):
        yield _certificate(setup, target)
        yield _clock(setup, greeting)
    yield from token_file(setup, deployment)
    yield from _token(setup, name, deployment, is_there=isinstance(greeting, Greeting))
    if isinstance(greeting, Greeting):
        yield release_check(greeting.version, catalog, name)


def _asked(question: Callable[[ApiTarget], _Answer], target: ApiTarget) -> _Answer | ConfauditError:
    """An answer, or why there is none."""
    try:
        return question(target)
    except ConfauditError as error:
        return error


def _address(greeting: Greeting | ConfauditError) -> Check:
    if isinstance(greeting, ConfauditError):
        return failed("address", greeting.message, greeting.hint)
    return ok("address", f"Coder {greeting.version or 'of an unknown release'} answers")


def _certificate(setup: Setup, target: ApiTarget) -> Check:
    try:
        return certificate_check(certificate_ends(target), setup.now())
    except ApiError as error:
        return failed("certificate", error.message, error.hint)


def _clock(setup: Setup, greeting: Greeting) -> Check:
    if setup.clock.ordered:
        return skipped("clock", "another time than this machine's was ordered")
    return clock_check(greeting.at, setup.now())


def _token(setup: Setup, name: str, deployment: Deployment, *, is_there: bool) -> Iterator[Check]:
    """Whether there is a token, Coder knows it, and its user may read what a snapshot holds."""
    try:
        target = replace(setup.target(name, deployment), retries=0)
        _ = target.headers
    except ConfauditError as error:
        yield failed("token", error.message, error.hint)
        return
    if not is_there:
        yield skipped("token", "there is one; nobody there to ask about it")
        return
    yield from _access(setup, _asked(try_token, target))


def _access(setup: Setup, access: Access | ConfauditError) -> Iterator[Check]:
    if isinstance(access, ConfauditError):
        yield failed("token", access.message, access.hint)
    elif access.refusal and access.status == UNAUTHORIZED:
        yield failed("token", access.refusal.message, access.refusal.hint)
    elif access.refusal:
        yield ok("token", "Coder knows it")
        yield failed("role", access.refusal.message, access.refusal.hint)
    else:
        yield token_check(access.token_expires_at, setup.now())
        yield ok("role", "its user may read the deployment configuration")
