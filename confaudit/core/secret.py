"""What is secret: options and names known to be, what reads like one, and the marker for it."""

import re
from functools import lru_cache
from string import ascii_lowercase
from typing import Final

from confaudit.core.model import Json, OptionSpec, Value
from confaudit.patterns import regex

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
        "chat-hook-secret",
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
"""Flags that any release marks as secret: some were served in clear before they were marked.

The one fact of the catalogue that stands here as well, because the gate must hold when no catalogue
can be read; a test holds it against every release.
"""

SECRET_LEAVES: Final = frozenset({"pg_connection_url", "scim_api_key"})
"""Config leaves of secret options whose names alone do not betray them."""

_SECRET_PART: Final = regex(
    r"secret|passw(or)?d|pass[^a-z]?(word|phrase|code)|assertion|credential|authorization|bearer"
    r"|connection[^a-z]?string|kubeconfig|dockerconfigjson|mnemonic|recovery[^a-z]?code"
)
_SECRET_WORDS: Final = frozenset(
    {
        "psk", "key", "keys", "pat", "sig", "signature", "pwd", "pwds", "pass", "hmac", "salt",
        "otp", "totp", "hotp", "pin", "jwt", "dsn", "cred", "creds", "pw", "bindpw", "rootpw",
        "cookie", "cookies", "webhook", "webhooks", "license", "licenses", "licence", "licences",
    }
)  # fmt: skip
"""Last words of names."""
_SECRET_ENDS: Final = (
    "token", "tokens", "accountkey", "apikey", "accesskey", "authkey", "encryptionkey",
    "privatekey", "masterkey", "sharedkey", "sessionkey", "signingkey", "licensekey",
    "accountkeys", "apikeys", "accesskeys", "authkeys", "encryptionkeys", "privatekeys",
    "masterkeys", "sharedkeys", "sessionkeys", "signingkeys", "licensekeys",
    "honeycomb-team", "honeycomb_team",
)  # fmt: skip
_PUBLIC_WORDS: Final = frozenset(
    {
        "auth", "file", "path", "url", "uri", "lifetime", "field", "id", "enable", "enabled",
        "algorithm", "name", "type", "text", "ref", "endpoint",
        "auths", "files", "paths", "urls", "uris", "lifetimes", "fields", "ids", "enables",
        "algorithms", "names", "types", "texts", "refs", "endpoints",
    }
)  # fmt: skip
_PUBLIC_END: Final = regex(
    r"(public[^a-z]?keys?|(same[^a-z]?site|secure|host[^a-z]prefix)([^a-z]auth)?[^a-z]cookies?)\Z"
)
_OPENING_ID: Final = regex(r"(session|(?<!client[^a-z])secret)[^a-z]?id$|(?<![a-z0-9])_auth$")
"""What lets in whoever knows it: the id of a session or of an AppRole of Vault, npm's login."""
_WHICH_ONE: Final = regex(
    r"([^a-z0-9](prod(uction)?|stag(e|ing)|dev(elopment)?|test|live|old|new|next|current|previous"
    r"|prev|backup|default|main|primary|secondary|v?[0-9]{1,4})|(?<=[a-z])[0-9]{1,4}){1,3}$",
    re.IGNORECASE,
)
"""What tells one of several things of a name from the others: `token_prod`, `api_key_2`."""
_CAMEL: Final = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_NAME: Final = 100
"""Characters at the end of a name that count: in a text all of it may read like one."""


@lru_cache(maxsize=16384)  # the same few hundred names come with every snapshot
def looks_secret(name: str) -> bool:
    """Whether a key, flag or parameter name promises a secret value."""
    kind = _WHICH_ONE.sub("", _spaced(name))
    last = _last_word(kind)
    if last in _PUBLIC_WORDS:
        return bool(_OPENING_ID.search(kind))
    is_secret = last in _SECRET_WORDS or kind.endswith(_SECRET_ENDS) or _SECRET_PART.search(kind)
    return bool(is_secret) and not _PUBLIC_END.search(kind)


def looks_public(name: str) -> bool:
    """Whether a name promises something that identifies or describes, and opens nothing."""
    kind = _spaced(name)
    return _last_word(kind) in _PUBLIC_WORDS or bool(_PUBLIC_END.search(kind))


def _spaced(name: str) -> str:
    """A name in small letters, its words apart."""
    return _CAMEL.sub("_", name[-_LONGEST_NAME:]).lower()


def _last_word(kind: str) -> str:
    return kind[len(kind.rstrip(ascii_lowercase)) :]


def holds_secret(name: str, value: Value) -> bool:
    """Whether what stands under a name is secret, be it a text or a structure with texts in it.

    Some names are those of sections as well, as `http_cookies` and `webhook` of Coder's are.
    """
    if not looks_secret(name):
        return name in SECRET_LEAVES and carries_text(value)
    if not (carries_text(value) or _is_pin(name, value)):
        return False
    return not (names_section(name) and _holds_structure(value))


def _is_pin(name: str, value: Value) -> bool:
    """Whether a number is what somebody types in: others under such names are settings."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and bool(_TYPED_NAME.search(name[-_LONGEST_NAME:]))


_TYPED_NAME: Final = regex(
    r"(passw(or)?d|passcode|pwd|(?<![a-z])(pin|[th]?otp))[^a-z]*$", re.IGNORECASE
)


def names_section(name: str) -> bool:
    """Whether a name that promises a secret may be that of settings about such secrets."""
    return bool(_SECTION_NAME.search(name[-_LONGEST_NAME:]))


_SECTION_NAME: Final = regex(r"(cookie|webhook|licen[cs]e)s?$", re.IGNORECASE)


def _holds_structure(value: Value) -> bool:
    inside = value if isinstance(value, list) else [value]
    return any(isinstance(one, dict) for one in inside)


def is_secret_option(spec: OptionSpec) -> bool:
    """Whether an option is secret in some release, or sounds so by the names it goes by."""
    named = any(looks_secret(name) for name in (spec.flag, spec.env) if name)
    return spec.secret or spec.key in SECRET_OPTIONS or named


def carries_text(value: Value) -> bool:
    """Booleans and numbers under a secret-looking name are settings: `disable_password_auth`."""
    if isinstance(value, dict):
        return not is_secret(value) and any(map(carries_text, value.values()))
    if isinstance(value, list):
        return any(map(carries_text, value))
    return isinstance(value, str) and value not in ("", "true", "false")


_FINGERPRINT: Final = regex(r"[0-9a-f]{16}")


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

STAND_INS: Final = frozenset({REDACTED, CONCEALED, PLACEHOLDER})
"""What a secret value in an operator's file becomes as a whole."""
