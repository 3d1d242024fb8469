"""A repository with a known story: what every view of the history has to agree with.

A year of four deployments: what operators did, what releases did, and what git can hold beside
that. Written as chapters, each of which says what it sets and what is to be told of it; the
snapshots in git are made of it as the product makes them of a server's answers.
"""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import Struct, field

from confaudit.catalog.loader import packaged
from confaudit.core import tree
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Release
from confaudit.core.model import MISSING, Json, OptionSpec, RawDeployment
from confaudit.core.snapshot.canonical import SETTINGS, encode
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact

HOUR: Final = 3_600_000_000_000
"""In nanoseconds, as durations are."""
HOSTILE: Final = '=1+1<script>alert("x")</script>\u202e\x1b[31m|`,\r\n\'"'
"""Harmless to whoever writes it down as text, in any format."""
PLANTED: Final = "planted-secret"
"""Begins every secret, none of which may be seen again."""
_KEY: Final = b"story"
_BOT: Final = "Snapshot Bot <bot@example.com>"


class Set(NamedTuple):
    """What somebody sets an option to."""

    value: Json
    source: str


class Chapter(Struct, frozen=True):
    """One commit, and what is to be told of it."""

    id: str
    at: str
    """Author's time and committer's."""
    subject: str
    deployment: str = ""
    """Whose snapshot it changes; empty where it changes none."""
    author: str = _BOT
    release: str = ""
    """The release that runs from now on."""
    sets: Mapping[str, Set] = field(default_factory=dict)
    unsets: tuple[str, ...] = ()
    answers: Mapping[str, Json] = field(default_factory=dict)
    """What other endpoints answer from now on."""
    edit: tuple[str, str] = ("", "")
    """What somebody replaces by hand in the settings, by what."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Other files."""
    is_removed: bool = False
    branch: str = "main"
    after: str = ""
    """The chapter that a branch leaves from, where it is not the one before."""
    merges: str = ""
    """The branch that it merges."""
    by_operator: tuple[str, ...] = ()
    """The options and leaves of which the operator is told to have changed something."""
    by_release: tuple[str, ...] = ()
    """Some of those that the release is told to have changed."""
    by_nobody: tuple[str, ...] = ()
    """Those whose values mean the same as before."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """New name → old one."""
    is_damaged: bool = False
    """Whether what changed cannot be told."""

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody else than confaudit made it."""
        return self.author != _BOT

    @property
    def taken_at(self) -> datetime:
        """When, as an aware time."""
        return datetime.fromisoformat(self.at)


def _buildinfo(identity: str) -> dict[str, Json]:
    return {"buildinfo": {"deployment_id": identity, "version": "v2.33.0"}}


_ANN, _BEN = "Ann <ann@example.com>", "Ben <ben@example.com>"
_ENV, _FLAG, _YAML = "env", "flag", "yaml"
_SMARTHOST: Final = "relay.example.com:587"
_FLEET: Final = _buildinfo("5e0a7c1b-94d3-4c28-b6f2-8a17d03e5c99")
_URL: Final = {"access-url": Set("https://coder.example.com", _ENV)}

CHAPTERS: Final = (
    Chapter("readme", "2025-03-01T08:00:00Z", "Say what this is for", author=_ANN,
            files={"README.md": "Snapshots.\n"}),
    Chapter("prod-first", "2025-03-01T09:00:00Z", "prod: first snapshot", "prod", release="2.33.0",
            sets={**_URL, "oidc-scopes": Set(["openid", "profile", "email"], _YAML)},
            answers={**_buildinfo("11111111-94d3-4c28-b6f2-8a17d03e5c99"),
                     "appearance": {"application_name": "Coder", "logo_url": ""}}),
    Chapter("fleet-a-first", "2025-03-02T09:00:00Z", "fleet-a: first snapshot", "fleet-a",
            release="2.33.0", sets=_URL, answers=_FLEET),
    Chapter("fleet-b-first", "2025-03-02T09:00:00Z", "fleet-b: first snapshot", "fleet-b",
            release="2.33.0", sets=_URL, answers=_FLEET),
    Chapter("staging-first", "2025-03-03T09:00:00Z", "staging: first snapshot", "staging",
            release="2.34.5", sets={"access-url": Set("https://staging.example.com", _ENV)}),
    Chapter("old-first", "2025-03-04T09:00:00Z", "old: first snapshot", "old", release="2.29.5",
            sets={"access-url": Set("https://old.example.com", _ENV)}),
    Chapter("prod-env", "2025-04-07T06:00:00Z", "prod: 1 option changed", "prod",
            sets={"session-duration": Set(12 * HOUR, _ENV)}, by_operator=("session-duration",)),
    Chapter("prod-flag", "2025-04-21T06:00:00Z", "prod: 2 options changed", "prod",
            sets={"max-token-lifetime": Set(720 * HOUR, _FLAG),
                  "email-smarthost": Set(_SMARTHOST, _YAML)},
            by_operator=("max-token-lifetime", "email-smarthost")),
    Chapter("config", "2025-05-01T06:00:00Z", "Tell how often", author=_ANN,
            files={"notes/when.md": "Every hour.\n"}),
    Chapter("prod-back", "2025-05-05T06:00:00Z", "prod: 1 option changed", "prod",
            unsets=("session-duration",), by_operator=("session-duration",)),
    Chapter("prod-order", "2025-05-19T06:00:00Z", "prod: 1 list in another order", "prod",
            sets={"oidc-scopes": Set(["email", "openid", "profile"], _YAML)},
            by_nobody=("oidc-scopes",)),
    Chapter("prod-secret", "2025-06-02T06:00:00Z", "prod: 1 option changed", "prod",
            sets={"scim-auth-header": Set(f"{PLANTED}-1", _ENV)},
            by_operator=("scim-auth-header",)),
    Chapter("prod-rotated", "2025-06-16T06:00:00Z", "prod: 1 option changed", "prod",
            sets={"scim-auth-header": Set(f"{PLANTED}-2", _ENV)},
            by_operator=("scim-auth-header",)),
    Chapter("prod-fact", "2025-07-01T06:00:00Z", "prod: 1 server fact changed", "prod",
            answers={"appearance": {"application_name": "Harbour", "logo_url": ""}},
            by_operator=("appearance.application_name",)),
    Chapter("prod-old-name", "2025-07-02T06:00:00Z", "prod: 1 option changed", "prod",
            sets={"aibridge-enabled": Set(True, _ENV)}, by_operator=("aibridge-enabled",)),
    Chapter("prod-upgrade", "2025-07-14T06:00:00Z", "prod: upgraded 2.33.0 → 2.34.5", "prod",
            release="2.34.5", sets={"max-token-lifetime": Set(168 * HOUR, _FLAG)},
            by_operator=("max-token-lifetime",), by_release=("ai-gateway-enabled",),
            renamed={"ai-gateway-enabled": "aibridge-enabled"}),
    Chapter("staging-side", "2025-08-04T07:00:00Z", "staging: 1 option changed", "staging",
            branch="side", sets={"disable-path-apps": Set(True, _YAML)},
            by_operator=("disable-path-apps",)),
    Chapter("fleet-a-drift", "2025-08-04T06:00:00Z", "fleet-a: 1 option changed", "fleet-a",
            after="prod-upgrade", sets={"browser-only": Set(True, _ENV)},
            by_operator=("browser-only",)),
    Chapter("merge", "2025-08-05T10:00:00Z", "Merge pull request 7", merges="side",
            author=_BEN),
    Chapter("prod-hand", "2025-09-01T12:00:00Z", "Fix the address", "prod",
            author=_ANN,
            edit=("https://coder.example.com", "https://dev.example.com"),
            by_operator=("access-url",)),
    Chapter("prod-hand-back", "2025-09-02T06:00:00Z", "prod: 1 option changed", "prod",
            by_operator=("access-url",)),
    Chapter("old-gone", "2025-10-01T09:00:00Z", "Retire old", "old", is_removed=True,
            author=_ANN),
    Chapter("staging-damaged", "2025-11-03T09:00:00Z", "Resolve a conflict", "staging",
            author=_BEN, edit=("{", "<<<<<<< HEAD\n{"), is_damaged=True),
    Chapter("staging-repaired", "2025-11-03T10:00:00Z", "staging: no setting changed", "staging",
            is_damaged=True),
    Chapter("prod-hostile", "2026-01-12T06:00:00Z", "prod: 1 option changed", "prod",
            sets={"cli-upgrade-message": Set(HOSTILE, _ENV)}, by_operator=("cli-upgrade-message",)),
    Chapter("fleet-b-upgrade", "2026-02-02T06:00:00Z", "fleet-b: upgraded 2.33.0 → 2.34.5",
            "fleet-b", release="2.34.5", by_release=("ai-gateway-enabled",)),
    Chapter("fleet-a-upgrade", "2026-02-02T06:00:00Z", "fleet-a: upgraded 2.33.0 → 2.34.5",
            "fleet-a", release="2.34.5", by_release=("ai-gateway-enabled",)),
)  # fmt: skip
"""In the order in which they were committed; the newest is last."""
TOLD: Final = tuple(one for one in CHAPTERS if one.deployment)
"""Those that changed a snapshot."""


class State(Struct, frozen=True):
    """What a deployment is at one moment."""

    release: str = ""
    chosen: Mapping[str, Set] = field(default_factory=dict)
    answers: Mapping[str, Json] = field(default_factory=dict)

    def then(self, chapter: Chapter) -> "State":
        """What a chapter makes of it."""
        kept = {key: one for key, one in self.chosen.items() if key not in chapter.unsets}
        return State(
            chapter.release or self.release,
            {**kept, **chapter.sets},
            {**self.answers, **chapter.answers},
        )


class Story(Struct, frozen=True):
    """The repository, and the truth of it."""

    folder: Path
    commits: Mapping[str, str]
    """Chapter → id of its commit."""

    def before(self, chapter: Chapter) -> State:
        """What a deployment was before a chapter."""
        place = CHAPTERS.index(chapter)
        return _state(one for one in CHAPTERS[:place] if one.deployment == chapter.deployment)

    def state(self, deployment: str) -> State:
        """What a deployment is in the end."""
        return _state(one for one in CHAPTERS if one.deployment == deployment)

    def is_first(self, chapter: Chapter) -> bool:
        """Whether it is the first snapshot of its deployment."""
        return not self.before(chapter).release

    def is_upgrade(self, chapter: Chapter) -> bool:
        """Whether another release runs than before."""
        return bool(chapter.release) and not self.is_first(chapter)

    @property
    def deployments(self) -> tuple[str, ...]:
        """Those that have a snapshot in the end, by name."""
        gone = {one.deployment for one in CHAPTERS if one.is_removed}
        return tuple(sorted({one.deployment for one in TOLD} - gone))

    def since(self, deployment: str, key: str) -> Chapter:
        """The chapter that made an option what it is, under whatever name."""
        renamed = [one.renamed for one in TOLD if one.deployment == deployment]
        names = {key, *(was for pairs in renamed for new, was in pairs.items() if new == key)}
        mine = [one for one in TOLD if one.deployment == deployment and not one.is_damaged]
        return [
            one
            for one in mine
            if self.is_first(one) or not names.isdisjoint((*one.by_operator, *one.by_nobody))
        ][-1]

    def brought_by(self, chapter: Chapter) -> Chapter | None:
        """The merge that brought a chapter, where it lay on a branch."""
        return next((one for one in CHAPTERS if one.merges == chapter.branch), None)


def _state(chapters: Iterable[Chapter]) -> State:
    state = State()
    for chapter in chapters:
        state = state.then(chapter)
    return state


# --- the repository ------------------------------------------------------------------------------


def build(folder: Path) -> Story:
    """Tell the story in a new folder; takes a second."""
    _git(folder.parent, "init", "-q", "-b", "main", str(folder))
    marks = folder / ".git" / "marks"
    _git(folder, "fast-import", "--quiet", f"--export-marks={marks}", stdin=_stream())
    _git(folder, "checkout", "-qf", "main")
    ids = dict(line.split() for line in marks.read_text().splitlines())
    return Story(folder, {one.id: ids[f":{n}"] for n, one in enumerate(CHAPTERS, 1)})


def _git(folder: Path, *command: str, stdin: bytes | None = None) -> None:
    subprocess.run(["git", "-C", str(folder), *command], input=stdin, check=True)


def _stream() -> bytes:
    """For git fast-import."""
    states: dict[str, State] = {}
    parts: list[str] = []
    for mark, chapter in enumerate(CHAPTERS, 1):
        name = chapter.deployment
        states[name] = states.get(name, State()).then(chapter)
        brought = [one for one in CHAPTERS if one.branch == chapter.merges]
        changes = (_changes(one, states[one.deployment]) for one in (chapter, *brought))
        parts += [*_commit(mark, chapter), *chain.from_iterable(changes), "\n"]
    return "".join(parts).encode("utf-8", "surrogatepass")


def _commit(mark: int, chapter: Chapter) -> Iterator[str]:
    seconds = int(chapter.taken_at.timestamp())
    yield f"commit refs/heads/{chapter.branch}\nmark :{mark}\n"
    yield f"author {chapter.author} {seconds} +0000\ncommitter {chapter.author} {seconds} +0000\n"
    trailer = "" if chapter.is_by_hand else f"\n\nConfaudit-Deployment: {chapter.deployment}"
    yield _data(f"{chapter.subject}{trailer}\n")
    if mark > 1:
        yield f"from :{_mark(chapter.after) if chapter.after else mark - 1}\n"
    if chapter.merges:
        yield f"merge refs/heads/{chapter.merges}\n"


def _mark(chapter: str) -> int:
    return next(n for n, one in enumerate(CHAPTERS, 1) if one.id == chapter)


def _changes(chapter: Chapter, state: State) -> Iterator[str]:
    for path, text in chapter.files.items():
        yield _file(path, text)
    if chapter.is_removed:
        yield f"D deployments/{chapter.deployment}\n"
    elif chapter.deployment:
        yield from _snapshot(chapter, state)


def _snapshot(chapter: Chapter, state: State) -> Iterator[str]:
    for name, text in _files(chapter.deployment, state).items():
        edited = text.replace(*chapter.edit, 1) if name == SETTINGS and chapter.edit[0] else text
        yield _file(f"deployments/{chapter.deployment}/{name}", edited)


def _file(path: str, text: str) -> str:
    return f"M 100644 inline {path}\n{_data(text)}"


def _data(text: str) -> str:
    return f"data {len(text.encode('utf-8', 'surrogatepass'))}\n{text}\n"


# --- what a server answers -----------------------------------------------------------------------


def _files(deployment: str, state: State) -> dict[str, str]:
    """The files of a snapshot, as confaudit makes them of the answers of a server."""
    release = packaged().nearest(state.release)
    raw = RawDeployment(
        payload=payload(release, state.chosen),
        endpoints=state.answers,
        version=state.release,
        deployment=deployment,
    )
    return encode(normalise(redact(raw, _KEY), release))


def payload(release: Release, chosen: Mapping[str, Set]) -> dict[str, Json]:
    """The answer of `deployment/config`; an option set by one name is set by all its names."""
    untouched = default_snapshot(release)
    leaves = {release.options[key].json_path: one for key, one in chosen.items()}
    config: dict[tree.Path, Json] = {}
    options: list[Json] = []
    for key, spec in untouched.declared.items():
        plain = untouched.settings[key]
        mine = leaves.get(spec.json_path) if spec.json_path else chosen.get(key)
        value, source = mine or (plain.value, plain.source)
        is_told = value is not MISSING and not (spec.secret and not mine)
        options.append(
            {**_wire(spec), "value_source": source, **({"value": value} if is_told else {})}
        )
        if spec.json_path and value is not MISSING:
            config[tuple(spec.json_path.split("."))] = "" if spec.secret else value
    return {"options": options, "config": tree.grow(config)}


@cache
def _group(path: str, names: str) -> Json:
    group: Json = None
    for yaml, name in zip_longest(filter(None, path.split(".")[:-1]), names.split(" / ")):
        group = {"yaml": yaml or "", "name": name or "", "parent": group}
    return group


def _wire(spec: OptionSpec) -> dict[str, Any]:
    annotations = dict(spec.annotations) | ({"secret": "true"} if spec.secret else {})
    return {
        "name": spec.name,
        "flag": spec.flag,
        "flag_shorthand": spec.flag_shorthand,
        "env": spec.env,
        "yaml": spec.yaml_path.rpartition(".")[2],
        "group": _group(spec.yaml_path, spec.group),
        "hidden": spec.hidden,
        "annotations": annotations,
        "use_instead": [{"flag": flag} for flag in spec.use_instead],
        **({} if spec.default is None else {"default": spec.default}),
    }
