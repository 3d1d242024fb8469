"""Tell people what snapshots brought, as confaudit.yaml says; a failure is never a snapshot's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from confaudit.configfile import Configuration, Notification
from confaudit.core.model import Cause, Level
from confaudit.core.report.report import Report
from confaudit.core.report.shown import as_one
from confaudit.core.report.telling import Wish
from confaudit.errors import ConfauditError, ConfigError, NothingToDo, suggest
from confaudit.reticent import Reticent
from confaudit.workflows.channels import channel_of
from confaudit.workflows.setup import Setup
from confaudit.workflows.show import show
from confaudit.workflows.snapshot import Outcome, reports

if TYPE_CHECKING:
    from confaudit.notify.channel import Channel
    from confaudit.notify.message import Message


class Undelivered(Struct, frozen=True):
    """A notification that failed."""

    name: str
    error: ConfauditError

    @property
    def sentence(self) -> str:
        """What failed, on one line."""
        return f"notification {self.name}: {self.error.message}"


def announce(setup: Setup, outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Tell of the snapshots that were recorded, and then on one line each of what failed."""
    wishes = [*map(_wish, _known(setup).values())]
    wanted = [one for one in outcomes if any(wish.is_about(one.deployment) for wish in wishes)]
    try:
        yield from tell(setup, reports(setup, wanted))
    except ConfauditError as error:  # the history cannot be read
        yield f"notifications: {error.message}"


def tell(setup: Setup, found: Iterable[Report]) -> Iterator[str]:
    """Tell of what reports say, and on one line each of what failed; each is read once."""
    run = _Run(setup, {name: _wish(one) for name, one in _known(setup).items()})
    yield from (one.sentence for one in _told(run, found))


def _told(run: "_Run", found: Iterable[Report]) -> Iterator[Undelivered]:
    known, gathered = _known(run.setup), defaultdict[str, list[Report]](list)
    for report in found:
        for name in run.wanting(report):
            if known[name].together:
                gathered[name].append(report)
            else:
                yield from run.send(name, report)
    for name, several in gathered.items():
        yield from run.send(name, as_one(several))


class _Run(Struct, frozen=True):
    """Notifications that one run sends; what fails is given up, or a whole fleet would wait."""

    setup: Setup
    wishes: dict[str, Wish]
    channels: "dict[str, Channel]" = {}
    """Those that were needed already: to find a secret may take a while."""

    def wanting(self, report: Report) -> list[str]:
        """The names of those that a report is for."""
        return [name for name, wish in self.wishes.items() if wish.is_met(report)]

    def send(self, name: str, report: Report) -> Iterator[Undelivered]:
        """Send a report by one of them."""
        from confaudit.notify.channel import deliver
        from confaudit.notify.message import message

        try:
            if name not in self.channels:
                self.channels[name] = channel_of(self.setup, name)
            deliver(self.channels[name], message(report))
        except ConfauditError as error:
            del self.wishes[name]
            yield Undelivered(name, error)


def _known(setup: Setup) -> Mapping[str, Notification]:
    return setup.configuration.notifications


def _wish(notification: Notification) -> Wish:
    """Of what it is to tell."""
    return Wish(
        deployments=tuple(notification.deployments),
        level=Level[notification.level.upper()],
        causes=frozenset(map(Cause, notification.causes)),
    )


class Trial(Reticent, frozen=True):
    """A notification that is tried on the newest change."""

    unsaid: ClassVar = frozenset({"channel", "message"})

    name: str
    channel: "Channel"
    message: "Message"
    is_wanted: bool
    """Whether it would be sent of its own accord as well."""

    @property
    def sentence(self) -> str:
        """What it is, and whether its conditions hold."""
        aside = "" if self.is_wanted else "; a snapshot would not: its conditions do not hold"
        return f"{self.name}: {self.channel.where}{aside}"

    def preview(self) -> str:
        """What would be sent.

        Raises:
            TemplateError: there is nothing to send.
        """
        return self.channel.preview(self.message)

    def send(self) -> None:
        """Send it.

        Raises:
            NotifyError: it was not taken.
            ConfigError, TemplateError: there is nothing to send, or nowhere.
        """
        from confaudit.notify.channel import deliver

        deliver(self.channel, self.message)


def trials(setup: Setup, names: Sequence[str], deployment: str) -> Iterator[Trial | Undelivered]:
    """Notifications with the newest change of a deployment, of the repository where none is named.

    Raises:
        ConfigError: there is no notification of a name.
        NothingToDo: there is no notification, or no snapshot yet.
        StoreError, SourceError: the history cannot be read.
    """
    from confaudit.notify.message import message

    chosen = _chosen(setup.configuration, names)
    report = _newest(setup, deployment)
    for name in chosen:
        try:
            channel = channel_of(setup, name)
        except ConfauditError as error:
            yield Undelivered(name, error)
        else:
            is_wanted = _wish(chosen[name]).is_met(report)
            yield Trial(name, channel, message(report, is_test=True), is_wanted)


def _chosen(configuration: Configuration, names: Sequence[str]) -> Mapping[str, Notification]:
    known = configuration.notifications
    if not known:
        raise NothingToDo(
            "confaudit.yaml has no notifications", "`confaudit help notifications` has examples"
        )
    for name in names:
        if name not in known:
            raise ConfigError(
                f"confaudit.yaml has no notification {name!r}", suggest(name, tuple(known))
            )
    return {name: known[name] for name in names} if names else known


def _newest(setup: Setup, deployment: str) -> Report:
    """What the newest commit brought, to one of its deployments where it is about several."""
    report = show(setup, deployment=deployment)
    return show(setup, deployment=report.parts[0].deployment) if report.parts else report
