"""E-mail by SMTP: a message as text, and as HTML beside it.

Nothing that the mail server says is repeated, and the password stands in no message.
"""

import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import ClassVar, Final

from msgspec import Struct

from confaudit.core.text.wording import agreeing
from confaudit.errors import ConfigError, NotifyError
from confaudit.notify.channel import InPartError
from confaudit.notify.message import Message
from confaudit.reticent import Reticent
from confaudit.transport.address import is_loopback
from confaudit.transport.certificate import distrust, tls_context
from confaudit.transport.within import within

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port by how the way there is encrypted (RFC 6409, RFC 8314)."""


class Server(Reticent, frozen=True):
    """A mail server, and how to be let in."""

    unsaid: ClassVar = frozenset({"password"})

    host: str
    port: int
    """0 for the usual one."""
    security: str
    """`starttls`, `tls` or `none`."""
    user: str
    """Empty where it asks for none."""
    password: str
    timeout_seconds: float
    ca_file: Path | None = None


class MailChannel(Struct, frozen=True):
    """Sends a mail to some addresses."""

    server: Server
    sender: str
    to: Sequence[str]
    at: datetime
    """When it is sent."""

    @property
    def where(self) -> str:
        """The mail server and how many get it."""
        number = len(self.to)
        return f"{number} {agreeing(number, 'address', 'addresses')} by {self.server.host}"

    def check(self) -> None:
        """Make sure that the password stays secret, and that authorities can be read."""
        _require_secrecy(self.server)
        tls_context(self.server.ca_file)

    def preview(self, message: Message) -> str:
        """The headers and the text."""
        mail = self._mail(message)
        text = mail.get_body(("plain",))
        heads = (f"{name}: {value}\n" for name, value in mail.items())
        return f"{''.join(heads)}\n{text.get_content() if text else ''}"

    def send(self, message: Message) -> None:
        """Send it.

        Raises:
            NotifyError: the mail server did not take it, or not in time.
            InPartError: it took it for some of the addresses.
            ConfigError: `ca_file` cannot be read, or the password would be sent unencrypted.
        """
        mail, server = self._mail(message), self.server
        _require_secrecy(server)
        tls = tls_context(server.ca_file)
        try:
            refused = within(server.timeout_seconds, lambda: _hand_over(server, mail, tls))
        except (OSError, SMTPException, ValueError) as error:
            raise _explained(error, server) from None
        if refused:
            raise InPartError(f"{server.host} refused {refused} of {len(self.to)} addresses")

    def _mail(self, message: Message) -> EmailMessage:
        """The mail; `EmailMessage` refuses what could end a header."""
        mail = EmailMessage()
        mail["Subject"] = message.head.subject
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        mail["Date"] = format_datetime(self.at)
        mail["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine is to answer
        mail.set_content(message.text())
        mail.add_alternative(message.filled("notify/mail.html.j2"), subtype="html")
        return mail


def _require_secrecy(server: Server) -> None:
    if server.user and server.security == "none" and not is_loopback(server.host):
        raise ConfigError(
            "the password for the mail server would travel unencrypted",
            "take `security: starttls` or `tls`",
        )


def _hand_over(server: Server, mail: EmailMessage, tls: ssl.SSLContext) -> int:
    """Send a mail; how many addresses were refused where not all of them were."""
    with _connected(server, tls) as smtp:
        if server.security == "starttls":
            smtp.starttls(context=tls)
        if server.user:
            smtp.login(server.user, server.password)
        return len(smtp.send_message(mail))


def _connected(server: Server, tls: ssl.SSLContext) -> SMTP:
    port = server.port or _PORTS[server.security]
    seconds = 2 * server.timeout_seconds  # `within` is first to say that it takes too long
    if server.security == "tls":
        return SMTP_SSL(server.host, port, timeout=seconds, context=tls)
    return SMTP(server.host, port, timeout=seconds)


def _explained(error: Exception, server: Server) -> NotifyError:
    """A failure as a sentence; its own text may quote what was sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason, hint = distrust(error)
        return NotifyError(f"{server.host} is not trusted: {reason}", hint)
    if isinstance(error, SMTPResponseException) and error.smtp_code == _FIRST:
        return NotifyError(f"{server.host} wants encryption or a password first", _SECURITY)
    found = (texts for kind, texts in _REASONS if isinstance(error, kind))
    reason, hint = next(found)
    return NotifyError(f"{server.host} {reason.format(server.timeout_seconds)}", hint)


_FIRST: Final = 530
"""Authentication required (RFC 4954), or STARTTLS (RFC 3207)."""
_SECURITY: Final = "check `security` and `port` in confaudit.yaml"
_LOG: Final = "look into the log of the mail server"
_REASONS: Final[tuple[tuple[type[Exception], tuple[str, str]], ...]] = (
    (
        SMTPAuthenticationError,
        ("does not accept the user or the password", "check both, and that it takes passwords"),
    ),
    (
        SMTPNotSupportedError,
        ("does not offer the encryption or login asked for", _SECURITY),
    ),
    (SMTPRecipientsRefused, ("refuses every address of `to`", _LOG)),
    (SMTPSenderRefused, ("refuses the address of `from`", _LOG)),
    (SMTPServerDisconnected, ("ended the connection", _SECURITY)),
    (SMTPException, ("did not take the mail", _LOG)),
    (TimeoutError, ("did not take the mail within {:g} s", "allow more time with `timeout`")),
    (ssl.SSLError, ("makes no TLS connection", _SECURITY)),
    (OSError, ("cannot be reached", "check host, port and firewall")),
    (ValueError, ("cannot be told a user or password beyond ASCII", "change them")),
)
"""The narrower kinds first."""
