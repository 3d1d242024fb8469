"""What is secret: the options known to be, and the marker that stands for a secret's value."""

import re
from typing import Final

from confaudit.core.model import Json, Value

REDACTED: Final = "REDACTED"

SECRET_OPTIONS: Final = frozenset(
    {
        "ai-gateway-anthropic-key",
        "ai-gateway-bedrock-access-key",
        "ai-gateway-bedrock-access-key-secret",
        "ai-gateway-openai-key",
        "aibridge-anthropic-key",
        "aibridge-bedrock-access-key",
        "aibridge-bedrock-access-key-secret",
        "aibridge-openai-key",
        "email-auth-password",
        "external-token-encryption-keys",
        "notifications-email-auth-password",
        "oauth2-github-client-secret",
        "oidc-client-secret",
        "postgres-url",
        "provisioner-daemon-psk",
        "scim-auth-header",
        "trace-honeycomb-api-key",
    }
)
"""Flags that any release marks as secret: some were served in clear before they were marked."""

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")


def is_secret(value: Value) -> bool:
    """Whether a value is the marker that stands for a secret."""
    return (
        isinstance(value, dict)
        and (value.get("secret_set", 0) in (True, False, None) and "secret_set" in value)
        and value.keys() <= {"secret_set", "fingerprint"}
        and bool(_FINGERPRINT.fullmatch(str(value.get("fingerprint", "0" * 16))))
    )


def secret(is_set: bool | None, fingerprint: str = "") -> dict[str, Json]:
    """The marker of a secret; `None` when the input cannot tell whether it is set."""
    marker: dict[str, Json] = {"secret_set": is_set}
    return {**marker, "fingerprint": fingerprint} if fingerprint else marker


CONCEALED: Final = "CONCEALED"
"""Stands for a secret option's value that carries no credential: a database URL may not."""

PLACEHOLDER: Final = "<placeholder>"
"""Stands for a secret that is no more than an example of one."""
