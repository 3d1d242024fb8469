"""What is killed, and what has to be true after the next run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.snapshot.canonical import FILES
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import states

NAMES: Final = ("one", "three", "two")
_SOURCE: Final = Path(__file__).with_name("steps.c")
_PLAIN: Final = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "CI": ""}
_PATIENCE: Final = 120
"""Seconds after which a run is taken to hang."""


class Run(Struct, frozen=True):
    """What one run said."""

    code: int
    err: str


class Scene(Struct, frozen=True, dict=True):
    """A repository that others work in, its remote, and a server that all deployments are."""

    folder: Path
    preload: Path
    server: LoopbackCoder
    template: Path
    """The folders as they are before the run that is killed."""

    def steps(self) -> list[str]:
        """What a run that nothing disturbs does to files, in order."""
        log = self.folder / "log"
        log.unlink(missing_ok=True)
        self._reset()
        run = self._run({"CRASH_LOG": str(log)})
        assert run.code == 0, run.err
        return log.read_text().splitlines()

    def trouble(self, step: int, how: str) -> str:
        """What is wrong after a run was disturbed at a step and run again; empty for nothing."""
        self._reset()
        disturbed = self._run({"CRASH_AT": str(step), "CRASH_HOW": how})
        again = self._run({})
        told = f"{disturbed.code} {disturbed.err!r}, then {again.code} {again.err!r}"
        wrong = [*self._wrong(again)]
        if "Traceback" in disturbed.err + again.err:
            wrong.append("a traceback")
        return f"{', '.join(wrong)}: {told}" if wrong else ""

    def _wrong(self, again: Run) -> Iterator[str]:
        repo, hub = self.folder / "stage/repo", self.folder / "stage/hub.git"
        told = git(hub, "log", "--format=%(trailers:key=Confaudit-Deployment,valueonly,separator=)")
        found = {
            "exit code": (again.code, 0),
            "fsck": (git(repo, *_FSCK, fails=True) + git(hub, *_FSCK, fails=True), ""),
            "locks": ({path.name for path in self.folder.glob("stage/**/*.lock")}, {_OURS}),
            "half written": ([*repo.glob("deployments/*/.confaudit-*")], []),
            "pushed": (git(hub, "rev-parse", "main"), git(repo, "rev-parse", "main")),
            "snapshots": (sorted(told.split()), sorted(NAMES * 2)),
            "files": (_files(hub), self._wanted),
            "work tree": (git(repo, "status", "--porcelain"), _THEIRS),
        }
        return (f"{what}: {is_!s:.300}" for what, (is_, wanted) in found.items() if is_ != wanted)

    @cached_property
    def _wanted(self) -> Mapping[str, str]:
        """What an undisturbed run makes of all files."""
        stage, aside = self.folder / "stage", self.folder / "aside"
        stage.rename(aside)
        self._reset()
        assert self._run({}).code == 0
        found = _files(stage / "hub.git")
        shutil.rmtree(stage)
        aside.rename(stage)
        return found

    def _reset(self) -> None:
        shutil.rmtree(self.folder / "stage", ignore_errors=True)
        shutil.copytree(self.template, self.folder / "stage", symlinks=True)

    def _run(self, crash: Mapping[str, str]) -> Run:
        """Run the command; it counts its steps when anything is said of them."""
        counter = self.folder / "counter"
        counter.write_bytes(bytes(8))
        loaded = {
            "LD_PRELOAD": str(self.preload),
            "CRASH_COUNTER": str(counter),
            "CRASH_ROOT": f"{self.folder}/stage",
            **crash,
        }
        done = subprocess.run(
            [sys.executable, "-m", "confaudit", "snapshot", "--push", "--config=confaudit.yaml"],
            cwd=self.folder / "stage/repo",
            env=os.environ | _PLAIN | _token(self.server) | (loaded if crash else {}),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            start_new_session=True,
        )
        return Run(done.returncode, done.stderr)


def _files(hub: Path) -> Mapping[str, str]:
    names = (f"deployments/{name}/{file}" for name in NAMES for file in FILES)
    return {name: git(hub, "show", f"main:{name}") for name in names}


_FSCK: Final = ("fsck", "--strict", "--no-dangling")
_OURS: Final = "confaudit.lock"
_THEIRS: Final = " M notes\nA  staged\n?? untracked"
"""What people have in the work tree, as git tells it."""


@contextmanager
def scene() -> Iterator[Scene]:
    """Set the stage: a first snapshot of each is pushed, and the deployments have changed since."""
    before, after, *_ = states()
    with tempfile.TemporaryDirectory() as name, LoopbackCoder(before) as server:
        folder = Path(name)
        preload, template = folder / "steps.so", folder / "template"
        compiler = ["cc", "-shared", "-fPIC", "-O1", "-o", str(preload), str(_SOURCE), "-ldl"]
        subprocess.run(compiler, check=True)
        repo = template / "repo"
        git(folder, "init", "-q", "--bare", "-b", "main", str(template / "hub.git"))
        git(folder, "init", "-q", "-b", "main", str(repo))
        git(repo, "remote", "add", "origin", "../hub.git")
        git(repo, "config", "user.name", "Ann")
        git(repo, "config", "user.email", "ann@example.com")
        deployments = {one: {"url": server.url, "token_env": "TOKEN"} for one in NAMES}
        (repo / "confaudit.yaml").write_text(json.dumps({"deployments": deployments}))
        (repo / "notes").write_text("old\n")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "Begin")
        done = Scene(folder, preload, server, template)
        shutil.copytree(template, folder / "stage", symlinks=True)
        first = done._run({})
        assert first.code == 0, first.err
        repo = folder / "stage/repo"
        (repo / "notes").write_text("new\n")
        (repo / "staged").write_text("staged\n")
        (repo / "untracked").write_text("untracked\n")
        git(repo, "add", "staged")
        shutil.rmtree(template)
        (folder / "stage").rename(template)
        server.serve(replace(after, version=before.version))
        yield done


def git(folder: Path, *command: str, fails: bool = False) -> str:
    """What git says; where it may fail, only what it complains of."""
    done = subprocess.run(
        ["git", "-C", str(folder), *command],
        env=os.environ | _PLAIN, capture_output=True, text=True, check=not fails,
    )  # fmt: skip
    if fails:
        return f"{done.stdout}{done.stderr}".strip() if done.returncode else ""
    return done.stdout.rstrip("\n")


def _token(server: LoopbackCoder) -> Mapping[str, str]:
    return {"TOKEN": server.token}
