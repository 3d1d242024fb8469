"""The one choke point: what must never be seen, and its replacement.

Every payload passes through here before anything else looks at it. A secret becomes a marker that
says whether it is set (`{"secret_set": true}`); text that carries a credential inside keeps its
public part. Whatever looks like a secret is treated as one: an un-annotated password has reached
operators' payloads in several releases (2.1-2.8, 2.14, 2.27-2.29), and copies inside `use_instead`
still do.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from confaudit.core.given import Given, GivenState, OperatorSettings
from confaudit.core.model import (
    MISSING,
    CleanDeployment,
    CleanFiles,
    Fidelity,
    Json,
    OptionSpec,
    RawDeployment,
    StoredFiles,
    Value,
)
from confaudit.core.secret import (
    CONCEALED,
    PLACEHOLDER,
    REDACTED,
    SECRET_OPTIONS,
    carries_text,
    holds_secret,
    is_secret,
    is_secret_option,
    looks_secret,
    secret,
)
from confaudit.core.snapshot.canonical import ENDPOINTS, parsed
from confaudit.core.snapshot.credentials import known_part, userinfo_end
from confaudit.core.snapshot.remembered import pack
from confaudit.core.snapshot.structures import StructureRedactor
from confaudit.core.text.placeholders import is_elsewhere, stands_for_secret


def redact(raw: RawDeployment, key: bytes = b"") -> CleanDeployment:
    """Remove every secret from what a source read.

    With `key`, secrets whose value the server lets slip get a keyed fingerprint (HMAC-SHA-256),
    so that a rotation shows. Without it nothing is derived from a secret: an unkeyed hash of a
    short one can be guessed.
    """
    redactor = _redactor(raw, key)
    return CleanDeployment(
        payload=redactor.payload(raw.payload),
        endpoints=redactor.answers(raw.endpoints),
        unavailable=raw.unavailable,
        failed=raw.failed,
        fidelity=raw.fidelity,
        label=redactor.text(raw.label),
        version=redactor.text(raw.version),
        taken_at=raw.taken_at,
        deployment=raw.deployment,
    )


def _redactor(raw: RawDeployment, key: bytes) -> "_Redactor":
    """One that knows the credential of a source only where that is repeated: others remember."""
    by_name = raw.fidelity is not Fidelity.SHAPE
    knowing = _Redactor(key, raw.asked_with, by_name=by_name)
    read = pack([dict(raw.payload), dict(raw.endpoints), raw.label, raw.version])
    return knowing if knowing.is_known_in(read) else _Redactor(key, by_name=by_name)


def redact_files(stored: StoredFiles) -> CleanFiles:
    """Decode stored snapshot files, removing secrets that somebody may have written into them.

    Raises:
        SourceError: a file is not JSON.
    """
    return CleanFiles(
        documents={n: _REDACTOR.document(n, parsed(n, text)) for n, text in stored.files.items()},
        label=_REDACTOR.text(stored.label),
        deployment=stored.deployment,
        commit=stored.commit,
        taken_at=stored.taken_at,
        folder=stored.folder,
    )


def redact_setting(key: str, setting: Json) -> Json:
    """Remove secrets from what a stored settings file says of an option."""
    return _REDACTOR.setting(key, setting)


def redact_config(config: Mapping[str, Json]) -> dict[str, Json]:
    """Remove secrets from a part of a stored config tree."""
    return _REDACTOR.tree(config)


def redact_operator(operator: OperatorSettings, specs: Iterable[OptionSpec]) -> OperatorSettings:
    """Remove every secret from what operators' files set; names and states stay.

    `specs` are the options that the inputs may mean, of every release in question. A value that is
    or holds a secret becomes `REDACTED` as a whole where its option is secret, else in part.
    """
    options = tuple(specs)
    secrets = frozenset(_input_names(one for one in options if is_secret_option(one)))
    public = frozenset(_input_names(options)) - secrets
    variables = frozenset(one.name for one in operator.given)
    redactor = _Redactor()

    def clean(given: Given) -> Given:
        named = given.name not in public and holds_secret(given.name, given.value)
        found = redactor.given(given, is_secret_option=given.name in secrets or named)
        if not given.left_as_text or found.value == given.value:
            return found
        return replace(found, left_as_text=_variables(given.left_as_text, variables))

    return replace(
        operator,
        given=tuple(map(clean, operator.given)),
        preset=tuple(map(clean, operator.preset)),
        interpolation=tuple(map(clean, operator.interpolation)),
        version_hint=redactor.text(operator.version_hint),
    )


def _variables(names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Names in the text of a secret: a part of it, unless there is such a variable."""
    return tuple(name if name in known else "\u2026" for name in names)


def redact_values(values: Mapping[str, Value], specs: Iterable[OptionSpec]) -> dict[str, Value]:
    """Remove every secret from values of options, by their keys; `specs` as for an operator's.

    A secret whose value is not known is one that is set.
    """
    secrets = SECRET_OPTIONS | {spec.key for spec in specs if spec.secret}
    redactor = _Redactor()
    return {
        key: redactor.option_value(key, value, is_secret_option=key in secrets)
        for key, value in values.items()
    }


def public_settings(operator: OperatorSettings, specs: Iterable[OptionSpec]) -> Iterator[Given]:
    """The settings whose value is written where they stand and holds nothing secret."""
    shown = redact_operator(operator, specs).given
    for given, clean in zip(operator.given, shown, strict=True):
        if given.state in (GivenState.LITERAL, GivenState.EMPTY) and given.value == clean.value:
            yield given


def _input_names(specs: Iterable[OptionSpec]) -> Iterator[str]:
    return (name for spec in specs for name in (spec.flag, spec.env, spec.yaml_path) if name)


class _Redactor(StructureRedactor):
    """The rules for what Coder's payloads, stored snapshots and operators' files are made of."""

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
            return self.value(option)
        clean = {**self._declared(option)}
        if _is_secret_option(option):
            clean["value"] = self._secret_option(option, values, tells_source)
            clean.pop("default", None)  # a default of a secret would be one
        elif "value" in option:
            clean["value"] = self.value(option["value"])
        nested = option.get("use_instead")
        if isinstance(nested, list):
            clean["use_instead"] = [
                _names_only(self._option(o, values, tells_source)) for o in nested
            ]
        return clean

    def _declared(self, option: Mapping[str, Json]) -> dict[str, Json]:
        """What a release says of an option, to every deployment the same, but for its prose.

        Nobody reads that, and to look for credentials in it takes longer than in all else.
        """
        apart = ("value", "use_instead", "description")
        return self.recurring({name: option[name] for name in option if name not in apart})

    def _secret_option(
        self, option: dict[str, Json], values: Mapping[str, Json], tells_source: bool
    ) -> Json:
        value = next((values[name] for name in _names(option) if name in values), None)
        if value is not None or option.get("value_source"):
            return secret(True, self.fingerprint(value))
        return secret(False if tells_source else None)

    def option_value(self, key: str, value: Value, *, is_secret_option: bool) -> Value:
        """Redact what a release makes of an option."""
        if value is MISSING:
            return secret(True) if is_secret_option else value
        if is_secret(value):
            return value
        if is_secret_option or holds_secret(key, value):
            return secret(bool(value))
        return self.value(value)

    def document(self, name: str, tree: Json) -> Json:
        """Redact one stored file."""
        if not isinstance(tree, dict):
            return self.value(tree)
        listings = {part: held for part, held in tree.items() if part in _LISTINGS}
        clean = self.tree({part: held for part, held in tree.items() if part not in listings})
        return clean | {part: self._listing(part, held) for part, held in listings.items()}

    def _listing(self, part: str, entries: Json) -> Json:
        if not isinstance(entries, dict):
            return self.value(entries)
        if part == "settings":
            return {self.text(key): self.setting(key, entry) for key, entry in entries.items()}
        return self.answers(entries)

    def answers(self, answers: Mapping[str, Json]) -> dict[str, Json]:
        """Redact what there is of things whose names say nothing of their secrecy."""
        return {self.text(name): self._told(answer) for name, answer in answers.items()}

    def setting(self, key: str, setting: Json) -> Json:
        """Redact what a stored file says of one option."""
        return _masked(key, self._told(setting))

    def _told(self, entry: Json) -> Json:
        if isinstance(entry, dict) and not is_secret(entry):
            return self.recurring(entry)
        return self.value(entry)

    def given(self, given: Given, *, is_secret_option: bool) -> Given:
        """Redact one setting of an operator's file."""
        if is_secret_option:
            hidden = None if given.structure is None else REDACTED
            concealed = self._concealed(given.value)
            return replace(given, value=concealed, structure=hidden, prefix="")
        ((name, structure),) = self.tree({given.name: given.structure}).items()
        value = None if given.value is None else self.text(given.value)
        prefix = known_part(given.prefix)
        return replace(given, name=name, value=value, structure=structure, prefix=prefix)

    def _concealed(self, value: str | None) -> str | None:
        """What stands for a secret: its kind of URL may do without a credential."""
        scheme, is_url, rest = (value or "").partition("://")
        end = userinfo_end(rest)
        password = rest[:end].rstrip("@").partition(":")[2]
        bare = scheme + is_url + rest[end:]
        if (is_url and not password and self.text(bare) == bare) or is_elsewhere(value or ""):
            return CONCEALED
        if value and stands_for_secret(value):
            return PLACEHOLDER
        return REDACTED if value else value


_LISTINGS: Final = frozenset({"settings", "options", ENDPOINTS, "unavailable"})
"""Parts of stored files that are told by the names of options and endpoints."""


def _is_secret_option(option: Mapping[str, Json]) -> bool:
    annotations = option.get("annotations")
    annotated = isinstance(annotations, dict) and annotations.get("secret") not in (None, "false")
    flag = str(option.get("flag", ""))
    return (
        annotated
        or flag in SECRET_OPTIONS
        or (
            any(map(looks_secret, (flag, str(option.get("env", "")))))
            and _may_hold_secret(option.get("value"))
        )
    )


def _may_hold_secret(value: Json) -> bool:
    return is_secret(value) or carries_text(value)


def _secret_values(options: list[Json]) -> Iterator[tuple[str, Json]]:
    """The values of secret options that the server let slip, under each of their names.

    `use_instead` holds full copies of the replacement, whose value is that of both aliases.
    """
    for option in options:
        if not isinstance(option, dict) or not _is_secret_option(option):
            continue
        nested = option.get("use_instead")
        copies = [o for o in nested if isinstance(o, dict)] if isinstance(nested, list) else []
        slipped = [o["value"] for o in (option, *copies) if carries_text(o.get("value"))]
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


def _masked(flag: str, setting: Json) -> Json:
    if not isinstance(setting, dict) or is_secret(setting.get("value")):
        return setting
    value = setting.get("value")
    if flag in SECRET_OPTIONS or holds_secret(flag, value):
        return {**setting, "value": secret(carries_text(value))}
    return setting


_REDACTOR = _Redactor()
"""Of what lies in files, where no secret has a fingerprint."""
