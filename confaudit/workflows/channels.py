"""How those whom confaudit.yaml names are reached: the secrets that it takes, and from where."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from confaudit.configfile import Configuration, Email, Hook, Webhook
from confaudit.workflows.credential import secret_of
from confaudit.workflows.setup import TOKEN, Setup

if TYPE_CHECKING:
    from confaudit.notify.channel import Channel


def channel_of(setup: Setup, name: str) -> "Channel":
    """How to reach somebody.

    Raises:
        ConfigError: confaudit.yaml is not trusted with it, or a secret that it takes cannot be had.
    """
    setup.gate.check_notification(name)
    match setup.configuration.notifications[name]:
        case Webhook() as webhook:
            return _webhook(setup, webhook)
        case Email() as email:
            return _mail(setup, email)
        case Hook() as hook:
            return _hook(setup, hook)


def _webhook(setup: Setup, webhook: Webhook) -> "Channel":
    from confaudit.notify.webhook import WebhookChannel

    return WebhookChannel(
        url=secret_of(webhook.url, "url", setup.loaded.folder, setup.environ),
        template=webhook.template,
        folder=setup.loaded.folder,
        timeout_seconds=webhook.timeout,
        ca_file=_path(setup, webhook.ca_file),
    )


def _mail(setup: Setup, email: Email) -> "Channel":
    from confaudit.notify.mail import MailChannel, Server

    folder, environ = setup.loaded.folder, setup.environ
    server = Server(
        host=email.host,
        port=email.port,
        security=email.security,
        user=email.user,
        password=secret_of(email.password, "password", folder, environ) if email.user else "",
        timeout_seconds=email.timeout,
        ca_file=_path(setup, email.ca_file),
    )
    return MailChannel(server, email.sender, email.to, setup.now())


def _hook(setup: Setup, hook: Hook) -> "Channel":
    from confaudit.notify.hook import HookChannel

    secret = {TOKEN, *_secret_variables(setup.configuration)}
    environ = {name: text for name, text in setup.environ.items() if name not in secret}
    return HookChannel(hook.command, setup.loaded.folder, environ, hook.timeout)


def _secret_variables(configuration: Configuration) -> Iterator[str]:
    """The variables that confaudit.yaml takes secrets from: a hook has no need of them."""
    yield configuration.fingerprint_key_env
    yield from (one.token.variable for one in configuration.deployments.values())
    for one in configuration.notifications.values():
        if isinstance(one, Webhook):
            yield one.url.variable
        elif isinstance(one, Email):
            yield one.password.variable


def _path(setup: Setup, name: str) -> Path | None:
    return setup.loaded.folder / name if name else None
