"""The one choke point: what must never be seen, and its replacement.

Every payload passes through here before anything else looks at it. A secret becomes a marker that
says whether it is set (`{"secret_set": true}`); text that carries a credential inside keeps its
public part. Whatever looks like a secret is treated as one: an un-annotated password has reached
operators' payloads in several releases (2.1-2.8, 2.14, 2.27-2.29), and copies inside `use_instead`
still do.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from confaudit.core.given import Given, OperatorSettings
from confaudit.core.model import (
    CleanDeployment,
    CleanFiles,
    Fidelity,
    Json,
    OptionSpec,
    RawDeployment,
    StoredFiles,
)
from confaudit.core.secret import (
    CONCEALED,
    PLACEHOLDER,
    REDACTED,
    SECRET_OPTIONS,
    is_secret,
    secret,
)
from confaudit.errors import SourceError

SECRET_LEAVES: Final = frozenset({"pg_connection_url", "scim_api_key"})
"""Config leaves of secret options whose names alone do not betray them."""

_SECRET_NAME: Final = re.compile(
    r"secret|passw(or)?d|passwd|passphrase|assertion|credential|authorization|bearer|tokens?$"
    r"|(^|[^a-z])(psk|keys?|pat|sig|signature)$"
    r"|(account|api|access|auth|encryption|private|master|shared)keys?$",
    re.IGNORECASE,
)
_PUBLIC_NAME: Final = re.compile(
    r"([^a-z]|^)(auth|file|path|url|uri|lifetime|field|id|enabled?|algorithm|name|type|text|public[^a-z]?key)s?$",
    re.IGNORECASE,
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# Lookbehinds and bounds keep every pattern linear: a value may be megabytes of one letter.
_URL: Final = re.compile(r"(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]*://[^\s\"'<>\\]+")
_BARE_USERINFO: Final = re.compile(
    r"(?<![^\s\"'=,;(])[^\s:/@\"'=,;]{1,512}:([^\s/@\"']{1,512})@(?=[\w\[])"
)
_NAMED: Final = re.compile(
    r"(?<![A-Za-z0-9_.\-])(?P<name>[A-Za-z0-9_.\-]+)(?:\"?\s{0,9}=\s{0,9}|\"\s{0,9}:\s{0,9}|:\s{1,9})"
)
_ASSIGNED: Final = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s&;,\"'#]+")
_SCHEME_WORD: Final = re.compile(
    r"\b(?P<word>bearer|basic)\s+(?P<value>(?=\S*[0-9=+/])[A-Za-z0-9+/=_.~\-]{6,})", re.IGNORECASE
)
_TOKENS: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)"
    r"|\bsk-[A-Za-z0-9_\-]{6,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{6,}|\bgithub_pat_[A-Za-z0-9_]{6,}"
    r"|\bglpat-[A-Za-z0-9_\-]{6,}|\bxox[abeoprs]-[A-Za-z0-9\-]{6,}|\bdckr_pat_[A-Za-z0-9_\-]{6,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_\-]{30,}|\bya29\.[0-9A-Za-z_\-]{10,}"
    r"|\bhf_[A-Za-z0-9]{20,}|\bnpm_[A-Za-z0-9]{20,}|\bSG\.[\w\-]{16,}\.[\w\-]{16,}"
    r"|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{4,}\.[A-Za-z0-9_\-]*"
    # A Coder session token: ten letters and digits, a dash, twenty-two more.
    r"|(?<![\w-])(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{10}-(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{22}(?![\w-])",
    re.DOTALL,
)


def redact(raw: RawDeployment, key: bytes = b"") -> CleanDeployment:
    """Remove every secret from what a source read.

    With `key`, secrets whose value the server lets slip get a keyed fingerprint (HMAC-SHA-256),
    so that a rotation shows. Without it nothing is derived from a secret: an unkeyed hash of a
    short one can be guessed.
    """
    redactor = _Redactor(key, by_name=raw.fidelity is not Fidelity.SHAPE)
    return CleanDeployment(
        payload=redactor.payload(raw.payload),
        siblings=redactor.tree(dict(raw.siblings)),
        unavailable=raw.unavailable,
        failed=raw.failed,
        fidelity=raw.fidelity,
        label=redactor.text(raw.label),
        version=redactor.text(raw.version),
        taken_at=raw.taken_at,
        deployment=raw.deployment,
    )


def redact_files(stored: StoredFiles) -> CleanFiles:
    """Decode stored snapshot files, removing secrets that somebody may have written into them.

    Raises:
        SourceError: a file is not JSON.
    """
    redactor = _Redactor(b"")
    return CleanFiles(
        documents={name: redactor.document(name, text) for name, text in stored.files.items()},
        label=redactor.text(stored.label),
        deployment=stored.deployment,
        commit=stored.commit,
        taken_at=stored.taken_at,
    )


_PLACEHOLDER: Final = re.compile(
    r"<[^<>]+>|\b[xX]{3,}\b|\b(?:change-?me|replace-?me|placeholder|todo)\b|\byour[-_ ][a-z]",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether a value reads like an example that somebody was to replace."""
    return bool(_PLACEHOLDER.search(text))


def redact_operator(operator: OperatorSettings, specs: Iterable[OptionSpec]) -> OperatorSettings:
    """Remove every secret from what operators' files set; names and states stay.

    `specs` are the options that the inputs may mean, of every release in question. A value that is
    or holds a secret becomes `REDACTED` as a whole where its option is secret, else in part.
    """
    options = tuple(specs)
    secrets = frozenset(_input_names(one for one in options if _is_secret_spec(one)))
    public = frozenset(_input_names(options)) - secrets
    redactor = _Redactor(b"")

    def clean(given: Given) -> Given:
        named = given.name not in public and looks_secret(given.name) and _carries_text(given.value)
        return redactor.given(given, is_secret_option=given.name in secrets or named)

    return replace(
        operator,
        given=tuple(map(clean, operator.given)),
        interpolation=tuple(map(clean, operator.interpolation)),
        version_hint=redactor.text(operator.version_hint),
    )


def _is_secret_spec(spec: OptionSpec) -> bool:
    """Whether an option is secret in some release, or sounds so by the names it goes by."""
    return spec.secret or spec.key in SECRET_OPTIONS or looks_secret(spec.flag or spec.env)


def _input_names(specs: Iterable[OptionSpec]) -> Iterator[str]:
    return (name for spec in specs for name in (spec.flag, spec.env, spec.yaml_path) if name)


def redact_text(text: str) -> str:
    """Remove credentials from free text, for example a remote's URL in a message."""
    return _Redactor(b"").text(text)


class _Redactor:
    """The rules, with the fingerprint key they share."""

    def __init__(self, key: bytes, *, by_name: bool = True) -> None:
        self._key = key
        self._names: dict[str, str] = {}
        self._by_name = by_name  # the "values" of a docs page are the type names we gave it

    def payload(self, payload: Mapping[str, Json]) -> dict[str, Json]:
        """Redact `{"config": …, "options": […]}`."""
        clean = {name: part for name, part in payload.items() if name != "options"}
        clean = self.tree(clean)
        options = payload.get("options")
        if isinstance(options, list):
            clean["options"] = self._options(options)
        return clean

    def _options(self, options: list[Json]) -> list[Json]:
        values = dict(_secret_values(options))
        tells_source = any(isinstance(o, dict) and "value_source" in o for o in options)
        return [self._option(option, values, tells_source) for option in options]

    def _option(self, option: Json, values: Mapping[str, Json], tells_source: bool) -> Json:
        if not isinstance(option, dict):
            return self.tree({"": option})[""]
        rest = {name: part for name, part in option.items() if name not in ("value", "use_instead")}
        clean = self.tree(rest)
        if _is_secret_option(option):
            clean["value"] = self._secret_option(option, values, tells_source)
            clean.pop("default", None)  # a default of a secret would be one
        elif "value" in option:
            clean["value"] = self.tree({"": option["value"]})[""]
        nested = option.get("use_instead")
        if isinstance(nested, list):
            clean["use_instead"] = [
                _names_only(self._option(o, values, tells_source)) for o in nested
            ]
        return clean

    def _secret_option(
        self, option: dict[str, Json], values: Mapping[str, Json], tells_source: bool
    ) -> Json:
        value = next((values[name] for name in _names(option) if name in values), None)
        if value is not None or option.get("value_source"):
            return secret(True, self._fingerprint(value))
        return secret(False if tells_source else None)

    def _fingerprint(self, value: Json) -> str:
        if not self._key or value is None:
            return ""
        return self._hmac(json.dumps(value, sort_keys=True))[:16]

    def _hmac(self, text: str) -> str:
        return hmac.new(
            self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()

    def document(self, name: str, text: str) -> Json:
        """Redact one stored file."""
        try:
            tree = json.loads(text)
        except ValueError as error:
            raise SourceError(
                f"the stored snapshot file {name} is not valid JSON",
                "restore it from git, or take a new snapshot",
            ) from error
        clean = self.tree({name: tree})[name]
        settings = clean.get("settings") if isinstance(clean, dict) else None
        if isinstance(clean, dict) and isinstance(settings, dict):
            clean["settings"] = _mask_settings(settings)
        return clean

    def given(self, given: Given, *, is_secret_option: bool) -> Given:
        """Redact one setting of an operator's file."""
        if is_secret_option:
            hidden = None if given.structure is None else REDACTED
            concealed = self._concealed(given.value)
            return replace(given, value=concealed, structure=hidden, prefix="")
        structure = self.tree({given.name: given.structure})[given.name]
        value = None if given.value is None else self.text(given.value)
        return replace(given, value=value, structure=structure, prefix=_known_part(given.prefix))

    def _concealed(self, value: str | None) -> str | None:
        """What stands for a secret: its kind of URL may do without a credential."""
        scheme, is_url, rest = (value or "").partition("://")
        end = _userinfo_end(rest)
        password = rest[:end].rstrip("@").partition(":")[2]
        bare = scheme + is_url + rest[end:]
        if is_url and not password and self.text(bare) == bare:
            return CONCEALED
        if value and _PLACEHOLDER.fullmatch(value):
            return PLACEHOLDER
        return REDACTED if value else value

    def tree(self, tree: Mapping[str, Json]) -> dict[str, Json]:
        """Redact a mapping by its key names and every text in it, at any depth."""
        return {self._name(name): self._entry(name, value) for name, value in tree.items()}

    def _name(self, name: str) -> str:
        """A key, redacted like any text; the same few come with every option."""
        if name not in self._names:
            self._names[name] = self.text(name)
        return self._names[name]

    def _entry(self, name: str, value: Json) -> Json:
        if is_secret(value):
            return value
        named = self._by_name and (name in SECRET_LEAVES or looks_secret(name))
        if named and _carries_text(value):
            return secret(True, self._fingerprint(value))
        return self._value(value)

    def _value(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [item if is_secret(item) else self._value(item) for item in value]
        if isinstance(value, dict):
            return self.tree(value)
        return value

    def text(self, text: str) -> str:
        """Remove credentials from inside a text; the public part stays."""
        text = _URL.sub(lambda match: self._url(match.group()), text)
        text = _BARE_USERINFO.sub(lambda match: self._bare(match), text)
        text = _TOKENS.sub(lambda match: self._mask(match.group()), text)
        text = _SCHEME_WORD.sub(lambda m: f"{m['word']} {self._mask(m['value'])}", text)
        return self._assignments(text)

    def _url(self, url: str) -> str:
        scheme, rest = url.split("://", 1)
        end = _userinfo_end(rest)
        if end:
            rest = f"{self._mask(rest[: end - 1])}@{rest[end:]}"
        return f"{scheme}://{rest}"

    def _bare(self, match: re.Match[str]) -> str:
        return f"{self._mask(match.group()[:-1])}@"

    def _assignments(self, text: str) -> str:
        """Mask what is assigned to a secret-looking name: `password=…`, `?sig=…`, `token: …`."""
        done, end = [], 0
        for named in _NAMED.finditer(text):
            assigned = _ASSIGNED.match(text, named.end())
            if named.start() < end or not assigned or not looks_secret(named["name"]):
                continue
            value = assigned.group()
            quote = value[0] if value[0] in "\"'" else ""
            done += [text[end : named.end()], quote, self._mask(value.strip("\"'")), quote]
            end = assigned.end()
        return "".join((*done, text[end:]))

    def _mask(self, text: str) -> str:
        if text.startswith(REDACTED) or not text:
            return text
        return f"{REDACTED}-{self._hmac(text)[:8]}" if self._key else REDACTED


def _known_part(prefix: str) -> str:
    """Of a URL that is known in part only the scheme: the middle of a credential may be next."""
    scheme, is_url, _ = prefix.partition("://")
    return scheme + is_url if is_url else redact_text(prefix)


@lru_cache(maxsize=4096)  # the same few hundred names come with every snapshot
def looks_secret(name: str) -> bool:
    """Whether a key, flag or parameter name promises a secret value."""
    spaced = _CAMEL.sub("_", name)
    return bool(_SECRET_NAME.search(spaced)) and not _PUBLIC_NAME.search(spaced)


def _carries_text(value: Json) -> bool:
    """Booleans and numbers under a secret-looking name are settings: `disable_password_auth`."""
    if isinstance(value, list):
        return any(_carries_text(item) for item in value)
    return isinstance(value, str) and value not in ("", "true", "false")


def _is_secret_option(option: Mapping[str, Json]) -> bool:
    annotations = option.get("annotations")
    annotated = isinstance(annotations, dict) and annotations.get("secret") not in (None, "false")
    flag = str(option.get("flag", ""))
    return (
        annotated
        or flag in SECRET_OPTIONS
        or (
            looks_secret(flag or str(option.get("env", "")))
            and _may_hold_secret(option.get("value"))
        )
    )


def _may_hold_secret(value: Json) -> bool:
    return is_secret(value) or _carries_text(value)


def _secret_values(options: list[Json]) -> Iterator[tuple[str, Json]]:
    """The values of secret options that the server let slip, under each of their names.

    `use_instead` holds full copies of the replacement, whose value is that of both aliases.
    """
    for option in options:
        if not isinstance(option, dict) or not _is_secret_option(option):
            continue
        nested = option.get("use_instead")
        copies = [o for o in nested if isinstance(o, dict)] if isinstance(nested, list) else []
        slipped = [o["value"] for o in (option, *copies) if _carries_text(o.get("value"))]
        for name in _names(option, *copies) if slipped else ():
            yield name, slipped[0]


def _names(*options: Mapping[str, Json]) -> list[str]:
    names = [str(option.get(key)) for option in options for key in ("flag", "env")]
    return [name for name in names if name not in ("", "None")]


def _names_only(option: Json) -> Json:
    """What a diff needs of a replacement: the server's copy of its value is no fact of its own."""
    if not isinstance(option, dict):
        return option
    return {name: part for name, part in option.items() if name != "value"}


def _userinfo_end(rest: str) -> int:
    """Where the userinfo of `user:pass@host…` ends, 0 when there is none.

    An unescaped `/` or `@` in a password moves the end past what the standard says; a number
    after the colon is a port.
    """
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        return rest.rindex("@") + 1
    _, colon, port = authority.partition(":")
    if colon and not port.isdecimal() and "@" in rest:
        return rest.rindex("@") + 1
    return 0


def _mask_settings(settings: Mapping[str, Json]) -> dict[str, Json]:
    return {flag: _mask_setting(flag, setting) for flag, setting in settings.items()}


def _mask_setting(flag: str, setting: Json) -> Json:
    if not isinstance(setting, dict) or is_secret(setting.get("value")):
        return setting
    value = setting.get("value")
    if flag in SECRET_OPTIONS or (looks_secret(flag) and _carries_text(value)):
        return {**setting, "value": secret(_carries_text(value))}
    return setting
