"""What is killed, and what has to be true after the next run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

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


class Scene(Struct, frozen=True):
    """A repository that others work in, its remote, and a server that all deployments are."""

    folder: Path
    preload: Path
    server: LoopbackCoder
    template: Path
    """The folders as they are before the run that is killed."""
    steps: Sequence[str] = ()
    """What a run that nothing disturbs does to files, in order."""
    wanted: str = ""
    """The id of the tree that it makes."""

    def rehearsed(self) -> "Scene":
        """The same, knowing what a run does that nothing disturbs."""
        log = self.folder / "log"
        self.reset()
        run = self.run({"CRASH_LOG": str(log)})
        assert run.code == 0, run.err
        wanted = git(self.folder / "stage/hub.git", "rev-parse", "main^{tree}")
        return replace(self, steps=log.read_text().splitlines(), wanted=wanted)

    def trouble(self, step: int, how: str) -> str:
        """What is wrong after a run was disturbed at a step and run again; empty for nothing."""
        self.reset()
        disturbed = self.run({"CRASH_AT": str(step), "CRASH_HOW": how})
        return self.after(disturbed)

    def after(self, disturbed: Run) -> str:
        """What is wrong after another run, which nothing disturbs."""
        again = self.run({})
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
            "files": (git(hub, "rev-parse", "main^{tree}"), self.wanted),
            "work tree": (git(repo, "status", "--porcelain"), _THEIRS),
        }
        return (f"{what}: {is_!s:.300}" for what, (is_, wanted) in found.items() if is_ != wanted)

    def reset(self) -> None:
        """Set the stage as it was."""
        shutil.rmtree(self.folder / "stage", ignore_errors=True)
        self.lay_out()

    def lay_out(self) -> None:
        """Put everything on the stage, where it is empty."""
        shutil.copytree(self.template, self.folder / "stage", symlinks=True, dirs_exist_ok=True)

    def run(self, crash: Mapping[str, str]) -> Run:
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
        first = done.run({})
        assert first.code == 0, first.err
        repo = folder / "stage/repo"
        (repo / "notes").write_text("new\n")
        (repo / "staged").write_text("staged\n")
        (repo / "untracked").write_text("untracked\n")
        git(repo, "add", "staged")
        shutil.rmtree(template)
        (folder / "stage").rename(template)
        server.serve(replace(after, version=before.version))
        yield done.rehearsed()


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
