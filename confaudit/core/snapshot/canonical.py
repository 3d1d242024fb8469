"""A Snapshot as the four files that lie in git, and back.

Canonical JSON: sorted, LF, one option per line where options are listed, so that `git diff`,
`git blame` and `git log -L` read well without confaudit. Unprintable characters are escaped: a
terminal that shows the file cannot be tricked by a value. The files carry a format number; old
formats stay readable for ever.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from confaudit.core.model import (
    MISSING,
    CleanFiles,
    Fidelity,
    Json,
    OptionSpec,
    Setting,
    Snapshot,
    ValueSource,
)
from confaudit.core.snapshot.remembered import remembered
from confaudit.errors import DamagedError, SourceError

FORMAT: Final = 1
SETTINGS: Final = "settings.json"
SCHEMA: Final = "schema.json"
CONFIG: Final = "config.json"
SERVER: Final = "server.json"
ENDPOINTS: Final = "siblings"
"""What files call the answers of other endpoints: stored snapshots stay readable for ever."""
UNREAD: Final = "unread"
FILES: Final = (SETTINGS, SCHEMA, CONFIG, SERVER)


def encode(snapshot: Snapshot) -> dict[str, str]:
    """The files of a snapshot: name → text. Time, label and commit are the commit's business."""
    return {
        SETTINGS: _listing(
            "settings", {k: _entry(_setting(s)) for k, s in snapshot.settings.items()}
        ),
        SCHEMA: _listing("options", {k: _spec_line(s) for k, s in snapshot.declared.items()}),
        **{name: _pretty(content) for name, content in contents(snapshot).items()},
    }


def contents(snapshot: Snapshot) -> dict[str, dict[str, Json]]:
    """What the files hold that are written as indented JSON, not one option a line."""
    return {
        CONFIG: {"format": FORMAT, "config": dict(snapshot.config)},
        SERVER: _server(snapshot),
    }


def _setting(setting: Setting) -> dict[str, Json]:
    value = {} if setting.value is MISSING else {"value": setting.value}
    source = {} if setting.source is None else {"source": setting.source.value}
    return {**value, **source}


@lru_cache(maxsize=8192)
def _spec_line(spec: OptionSpec) -> str:
    """A release declares the same to all its deployments, and again each time."""
    return _line(_spec(spec))


def _spec(spec: OptionSpec) -> dict[str, Json]:
    """Every declared field that says something; what is absent is empty or false."""
    declared: dict[str, Json] = {}
    for name in OptionSpec.__struct_fields__:
        value = getattr(spec, name)
        if value not in ("", None, False, ()):
            declared[name] = _plain(value)
    return declared if spec.default != "" else {**declared, "default": ""}


def _plain(value: Any) -> Json:
    if isinstance(value, tuple):
        return dict(value) if value and isinstance(value[0], tuple) else list(value)
    plain: Json = value
    return plain


def _server(snapshot: Snapshot) -> dict[str, Json]:
    unread: dict[str, Json] = {UNREAD: list(snapshot.unread)} if snapshot.unread else {}
    return {
        "format": FORMAT,
        "fidelity": snapshot.fidelity.value,
        "version": snapshot.version,
        ENDPOINTS: dict(snapshot.server),
        "unavailable": dict(snapshot.unavailable),
        **unread,
    }


def _listing(name: str, entries: Mapping[str, str]) -> str:
    """A file of one kind of entries, given as text."""
    lines = [_member(key, entries[key]) for key in sorted(entries)]
    body = "{\n" + ",\n".join(lines) + "\n  }" if lines else "{}"
    return f'{{\n  "format": {FORMAT},\n  "{name}": {body}\n}}\n'


def _member(key: str, entry: str) -> str:
    return f"    {_name(key)}: {entry}"


@lru_cache(maxsize=8192)
def _name(key: str) -> str:
    return _line(key)


_ON_ONE_LINE: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


@remembered
def _entry(entry: dict[str, Json]) -> str:
    """Most options are the same in most deployments."""
    return _line(entry)


def _line(value: Json) -> str:
    return _printable(_ON_ONE_LINE.encode(value))


def _pretty(value: Json) -> str:
    """The same over many lines, as Python's own encoder has it, which takes ten times as long."""
    return msgspec.json.format(_line(value), indent=2) + "\n"


def _printable(text: str) -> str:
    """Escape what no eye can see (bidi controls, lone surrogates); line feeds are layout."""
    if text.isascii():
        return text
    return "".join(c if c == "\n" or c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return json.dumps(character, ensure_ascii=True)[1:-1]


def is_stored(document: Json) -> bool:
    """Whether a document is one of the files of a snapshot."""
    return isinstance(document, dict) and "format" in document and not _PARTS.isdisjoint(document)


_PARTS: Final = frozenset({"settings", "options", "config", "fidelity"})
"""Of each file a key that every one of its kind has."""


def parsed(name: str, text: str) -> Json:
    """A stored snapshot file decoded, NOT redacted.

    Raises:
        SourceError: it is not JSON.
    """
    try:
        document: Json = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise DamagedError(
            f"the stored snapshot file {name} is not valid JSON",
            "restore it from git, or take a new snapshot",
        ) from error
    return document


@contextmanager
def naming(label: str) -> Iterator[None]:
    """Have a snapshot that cannot be read called by its name, as it may be one of many."""
    try:
        yield
    except SourceError as error:
        raise type(error)(f"{label} cannot be read: {error.message}", error.hint) from error


def decode(clean: CleanFiles) -> Snapshot:
    """Read a stored snapshot back.

    Raises:
        SourceError: a file is missing or damaged, or was written by a newer confaudit.
    """
    return _with_values(decode_background(clean), clean)


def decode_settings(clean: CleanFiles) -> dict[str, Setting]:
    """Read back what the options of a stored snapshot were; its other files are not needed.

    Raises:
        SourceError: as `decode`.
    """
    with _damage_told():
        return _settings(clean)


def decode_setting(entry: Json) -> Setting:
    """Read back what one option was, from its entry in a settings file after redaction.

    Raises:
        SourceError: it is damaged.
    """
    with _damage_told():
        return _read_setting(_of(dict, entry))


def decode_config(clean: CleanFiles) -> dict[str, Json]:
    """Read back the config tree of a stored snapshot; its other files are not needed.

    Raises:
        SourceError: as `decode`.
    """
    with _damage_told():
        return _config(clean)


def listing(name: str, text: str) -> range:
    """Where in the text of `settings.json` or `config.json` stands what it lists, line by line.

    Raises:
        ValueError: the text does not begin and end as `encode` has it, or lists nothing.
    """
    if not is_laid_out(name, text):
        raise ValueError
    head, end = _LAYOUTS[name]
    return range(len(head), len(text) - len(end))


def is_laid_out(name: str, text: str) -> bool:
    """Whether such a file begins and ends as `encode` has it."""
    head, end = _LAYOUTS[name]
    return text.startswith(head) and text.endswith(end)


def setting_lines(settings: str) -> list[str]:
    """A line for each option of a settings file, as `encode` writes it but for the comma.

    Raises:
        SourceError: it is laid out otherwise, and damaged.
    """
    if not is_laid_out(SETTINGS, settings):
        with _damage_told():
            document: Any = parsed(SETTINGS, settings)
            return [_member(key, _line(one)) for key, one in document["settings"].items()]
    head, end = _LAYOUTS[SETTINGS]
    return settings[len(head) : -len(end)].split(",\n")


def setting_line(settings: str, key: str) -> str:
    """The line of one option, empty where the file has none of it.

    Raises:
        SourceError: as above.
    """
    start = f"    {_line(key)}: "
    return next((line for line in setting_lines(settings) if line.startswith(start)), "")


_LAYOUTS: Final = {
    SETTINGS: (f'{{\n  "format": {FORMAT},\n  "settings": {{\n', "\n  }\n}\n"),
    CONFIG: ('{\n  "config": {\n', f'\n  }},\n  "format": {FORMAT}\n}}\n'),
}
"""What stands before and after that."""


def only(key: str, settings: str) -> str:
    """The text of a settings file with one option alone, where it is as `encode` has it.

    Any other text stays as it is. Whoever looks at one option of many snapshots is faster so.
    """
    (head, end), start = _LAYOUTS[SETTINGS], f"\n    {_line(key)}: "
    before, _, rest = settings.partition(start)
    if not rest or start in rest or not f"{before}\n".startswith(head):
        return settings
    entry = rest.partition("\n")[0].removesuffix(",")
    return f"{head.rstrip()}{start}{entry}{end}"


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedError(
            "the stored snapshot is damaged",
            "restore its files from git, or take a new snapshot",
        ) from error


def _settings(clean: CleanFiles) -> dict[str, Setting]:
    settings = _document(clean, SETTINGS)
    return {key: _read_setting(entry) for key, entry in settings["settings"].items()}


def _config(clean: CleanFiles) -> dict[str, Json]:
    config: dict[str, Json] = _of(dict, _document(clean, CONFIG)["config"])
    return config


def _with_values(background: Snapshot, clean: CleanFiles) -> Snapshot:
    """The snapshot with the values that its other files hold: settings and config tree.

    Raises:
        SourceError: as `decode`.
    """
    with _damage_told():
        settings = _settings(clean)
        if not settings.keys() <= background.declared.keys():
            raise ValueError
        return replace(background, settings=settings, config=_config(clean))


def decode_background(clean: CleanFiles) -> Snapshot:
    """Read back what seldom changes: the declared options and what the server told.

    Raises:
        SourceError: as `decode`.
    """
    with _damage_told():
        schema, server = _document(clean, SCHEMA), _document(clean, SERVER)
        declared = {key: _read_spec(entry) for key, entry in schema["options"].items()}
        unavailable = _of(dict, server["unavailable"])
        if any(declared[key].key != key for key in declared):
            raise ValueError
        return Snapshot(
            deployment=clean.deployment,
            fidelity=Fidelity(server["fidelity"]),
            version=str(server["version"]),
            taken_at=clean.taken_at,
            label=clean.label,
            settings={},
            declared=declared,
            config={},
            server=_of(dict, server[ENDPOINTS]),
            unavailable={name: _of(str, why) for name, why in unavailable.items()},
            unread=tuple(_of(list, server.get(UNREAD, []))),
            commit=clean.commit,
            folder=clean.folder,
        )


def _document(clean: CleanFiles, name: str) -> dict[str, Any]:
    if name not in clean.documents:
        raise DamagedError(f"the stored snapshot has no {name}", "take a new snapshot")
    document = clean.documents[name]
    if not isinstance(document, dict) or not isinstance(written := document.get("format"), int):
        raise ValueError
    if written > FORMAT:
        raise SourceError(
            f"{name} was written by a newer confaudit (format {written})",
            "upgrade confaudit to read it",
        )
    return document


def _read_setting(entry: dict[str, Any]) -> Setting:
    source = entry.get("source")
    return Setting(entry.get("value", MISSING), None if source is None else ValueSource(source))


@remembered
def _read_spec(entry: dict[str, Any]) -> OptionSpec:
    listed, noted = entry.get("use_instead", []), entry.get("annotations", {})
    facts = {
        name: _of(_FACTS.get(name, str), value)
        for name, value in entry.items()
        if name in _TEXTS_AND_FLAGS
    }
    facts["use_instead"] = tuple(_of(str, one) for one in _of(list, listed))
    facts["annotations"] = tuple(sorted((key, _of(str, noted[key])) for key in noted))
    return OptionSpec(**{"name": "", **facts})


_TEXTS_AND_FLAGS: Final = {*OptionSpec.__struct_fields__} - {"use_instead", "annotations"}
_FACTS: Final[Mapping[str, Any]] = {"default": str | None, "hidden": bool, "secret": bool}
"""What a field of a declared option holds where that is no text."""


def _of(kind: Any, value: Any) -> Any:
    """A value of a kind; what anybody may have written into a file can be of any other."""
    if not isinstance(value, kind):
        raise TypeError
    return value
