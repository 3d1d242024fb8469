"""A deployment to ask, and how: all that a client needs to be told of it."""

import re
from collections.abc import Mapping
from typing import ClassVar

from confaudit.errors import ConfigError
from confaudit.sources.address import base_url
from confaudit.transport.target import HttpTarget


class ApiTarget(HttpTarget, frozen=True):
    """A deployment to ask; its URL is the access URL, with the path prefix if there is one."""

    unsaid: ClassVar = frozenset({"token"})

    token: str = ""
    """A session token; its user needs the Auditor role (coder/coder#10058)."""
    endpoints: bool = True
    """Whether to ask the endpoints too."""
    allow_http: bool = False
    """Whether the token may travel unencrypted to another host."""

    @property
    def base(self) -> str:
        """The access URL checked, without a final slash.

        Raises:
            ConfigError: it cannot be meant, or would send the token unencrypted.
        """
        return base_url(self.url, allow_http=self.allow_http)

    @property
    def headers(self) -> Mapping[str, str]:
        """What is sent with every request: the token, too.

        Raises:
            ConfigError: the token is none.
        """
        token = self.token.strip()
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise ConfigError(
                "the session token is empty or holds a space or control character",
                "set CODER_SESSION_TOKEN to the token that `coder tokens create` printed",
            )
        return {"Coder-Session-Token": token, "Accept": "application/json"}
