"""Whether those whom confaudit.yaml names can be told of changes, as far as that shows unsent."""

from collections.abc import Iterator

from confaudit.core.health.check import Check, failed, ok
from confaudit.errors import ConfauditError
from confaudit.workflows.channels import channel_of
from confaudit.workflows.setup import Setup


def notification_checks(setup: Setup) -> Iterator[Check]:
    """What there is to say of each notification; nobody is asked anything."""
    for name in setup.configuration.notifications:
        try:
            channel = channel_of(setup, name)
            channel.check()
        except ConfauditError as error:
            yield failed(name, error.message, error.hint)
        else:
            yield ok(name, f"goes to {channel.where}; `confaudit notify {name}` tries it")
