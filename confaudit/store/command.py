"""Runs git, and turns what git says into our errors. The only module that imports GitPython.

Every call is shielded from the caller's environment and from hooks: confaudit may itself run in
a hook of another repository, or from cron with nobody to answer a question. What reads and writes
history starts git itself; what sets up goes through GitPython, whose import alone runs git twice
and takes longer than a snapshot.
"""

import errno
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, NamedTuple

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.patterns import regex

_KEPT = regex(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|EXEC_PATH|ALLOW_PROTOCOL|CEILING_DIRECTORIES"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|(SSL|HTTP|PROXY|PYTHON)_\w+)"
)
"""How a user says *how* git works. All other GIT_* say *where*, or *who*, and come from a hook."""

_OPTIONS = (
    "-c",
    "core.hooksPath=/dev/null",  # even plumbing runs hooks: reference-transaction, pre-push …
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.filesRefLockTimeout=1000",  # milliseconds to wait for a ref another process writes
    "-c",
    "core.fsync=committed",  # by default a power cut may leave the new objects empty
    "-c",
    "i18n.commitEncoding=UTF-8",
    "-c",
    "log.showRoot=true",  # what the first commit brought
    "-c",
    "log.follow=false",
)

_NO_BARE = ("-c", "safe.bareRepository=explicit")
"""Within a work tree whoever commits can make a folder look like a repository of its own."""

_KNOWN_FAILURES = (
    (
        "cannot use bare repository",
        "{folder} looks like a git repository of its own, inside of the one that it is part of",
        "look at who added the files of a repository to it, or name the folder above with --repo",
    ),
    (
        r"short object ID \w+ is ambiguous",
        "that short commit id is the start of several ids",
        "write more of its digits",
    ),
    (
        "dubious ownership",
        "git refuses to use {folder} because it belongs to another user",
        "run as its owner, or allow it: git config --global --add safe.directory '{folder}'",
    ),
    (
        r"Permission denied|insufficient permission|Read-only file system",
        "git may not write in {folder}",
        "check the owner and the permissions of the repository",
    ),
    (
        r"No space left|quota exceeded",
        "there is no space left to write in {folder}",
        "free some space and run again",
    ),
    (
        r"\.lock': File exists",
        "another git process is at work in {folder}",
        "wait for it; when no git process runs, remove the *.lock file it left in .git",
    ),
    (
        r"corrupt|bad object|unable to read|missing blob|not a valid object",
        "the git repository in {folder} is damaged",
        "run `git fsck` there, or restore it from a clone",
    ),
)

LOOK_SECONDS = 300.0
"""After which git is taken to wait for somebody who would write to a named pipe."""
_PIPE_BYTES: Final = 1 << 20
"""So that git can go on while something else is done; where it may not be so much, it is less."""
_USERINFO = regex(r"(\w://)[^/\s@]*@")


class NoRepository(StoreError):  # noqa: N818 - what is not there
    """There is no git repository at a path, or no git to read one."""


class GitResult(NamedTuple):
    """What one git process returned."""

    code: int
    out: bytes
    err: str

    @property
    def line(self) -> str:
        """The only line of the output."""
        return os.fsdecode(self.out).rstrip("\n")


class Git:
    """Git in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.where = visible(str(folder))
        """The folder in words."""

    # --- what reads and writes --------------------------------------------------------------

    def run(
        self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> GitResult:
        """Run git, which must succeed.

        Raises:
            StoreError: git is not installed or failed.
        """
        return self._succeeded(arguments, self.ask(*arguments, stdin=stdin, env=env))

    def ask(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> GitResult:
        """Run git, whatever comes of it; after `timeout_seconds` it is killed (code below 0).

        Raises:
            StoreError: git is not installed.
        """
        with tempfile.TemporaryFile() as err, self.start(arguments, err, env) as process:
            try:
                out, _ = process.communicate(stdin, timeout_seconds)
            except subprocess.TimeoutExpired:
                _kill(process)
                out, _ = process.communicate()
            return GitResult(process.returncode, out, written(err))

    def look(self, *arguments: str) -> GitResult:
        """Run git for what it finds in the work tree, whatever comes of it.

        Raises:
            StoreError: git is not installed, or waits without end.
        """
        answer = self.ask(*arguments, timeout_seconds=LOOK_SECONDS)
        if answer.code < 0:
            raise StoreError(
                f"git did not look through {self.where} within {LOOK_SECONDS:g} s",
                "look for a named pipe called .gitignore or .gitattributes there",
            )
        return answer

    @contextmanager
    def stream(self, *arguments: str) -> Iterator[IO[bytes]]:
        """What git prints, as it comes; leaving early ends git.

        Raises:
            StoreError: git is not installed, or failed.
        """
        with tempfile.TemporaryFile() as err, self.start(arguments, err) as process:
            try:
                yield pipes(process)[1]
            except BaseException:
                process.kill()
                raise
            if code := process.wait():
                raise self.failure(arguments[0], GitResult(code, b"", written(err)))

    def start(
        self, arguments: Sequence[str], err: IO[bytes], env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """A git process with pipes to and from it, its complaints going to a file.

        Raises:
            StoreError: git is not installed.
        """
        executable = os.environ.get("GIT_PYTHON_GIT_EXECUTABLE", "")
        try:
            return subprocess.Popen(  # noqa: S603 - no shell
                [*self._command(executable), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=err,
                pipesize=_PIPE_BYTES,
                env=_own_variables() | {"LC_ALL": "C", "LANGUAGE": "C", **(env or {})},
            )
        except (FileNotFoundError, PermissionError):
            raise _git_is_missing() from None
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            raise StoreError("the git command is no program", "try `git --version`") from None

    def _command(self, executable: str) -> list[str]:
        # -C rather than a working directory: GitPython silently runs elsewhere when it may not
        # enter the directory it was given.
        guard = _NO_BARE if work_tree_of(self.folder) else ()
        return [executable or "git", "-C", str(self.folder), *_OPTIONS, *guard]

    def _succeeded(self, arguments: Sequence[str], answer: GitResult) -> GitResult:
        if answer.code:
            raise self.failure(arguments[0], answer)
        return answer

    # --- what sets up -----------------------------------------------------------------------

    def set_up(self, *arguments: str) -> None:
        """Make a repository, or change how git is configured.

        Raises:
            StoreError: git is not installed or failed.
        """
        try:
            from git import Git as Launcher
            from git.exc import GitCommandNotFound
        except ImportError:  # GitPython looks for git while it is imported
            raise _git_is_missing() from None
        git = self._command(Launcher.GIT_PYTHON_GIT_EXECUTABLE or "")
        try:
            code, out, err = Launcher().execute(
                [*_without(_foreign_variables()), *git, *arguments],
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        except GitCommandNotFound:
            raise _git_is_missing() from None
        self._succeeded(arguments, GitResult(code, out, err))

    # --- what went wrong --------------------------------------------------------------------

    def known_failure(self, answer: GitResult) -> StoreError | None:
        """What git's failure means to the user, if it is one people meet."""
        for pattern, message, hint in _KNOWN_FAILURES:
            if re.search(pattern, answer.err):
                return StoreError(message.format(folder=self.where), hint.format(folder=self.where))
        return None

    def failure(self, command: str, answer: GitResult) -> StoreError:
        """The same, with git's own words where we know no better."""
        if known := self.known_failure(answer):
            return known
        last_line = answer.err.strip().rpartition("\n")[2] or f"exit code {answer.code}"
        reason = visible(_USERINFO.sub(r"\1", last_line)[:200])
        return StoreError(
            f"git {command} failed in {self.where}: {reason}",
            "run `git status` and `git fsck` there",
        )


def pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to and from a process that `Git.start` has started."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process was started without pipes")
    return process.stdin, process.stdout


def written(file: IO[bytes]) -> str:
    """All that a process has written to a file since this was last called."""
    file.seek(0)
    text = file.read().decode(errors="replace")
    file.seek(0)  # the process shares the position
    file.truncate()
    return text


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End git and what it has started, such as ssh, which would keep its pipes open."""
    import psutil  # takes time to import, and is needed only where a remote is silent

    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
    process.kill()


def work_tree_of(folder: Path) -> Path | None:
    """The top folder of the work tree that a folder lies in, without asking git.

    None where it lies in none, or in `.git`, which no commit can hold a folder by the name of.
    """
    place = folder.resolve()
    if ".git" in place.parts:
        return None
    return next((one for one in (place, *place.parents) if (one / ".git").exists()), None)


def _foreign_variables() -> set[str]:
    return {name for name in os.environ if name.startswith("GIT_") and not _KEPT.fullmatch(name)}


def _own_variables() -> dict[str, str]:
    foreign = _foreign_variables()
    return {name: value for name, value in os.environ.items() if name not in foreign}


def _without(variables: set[str]) -> list[str]:
    """Start of a command line: GitPython can only add variables, env(1) takes them away."""
    options = [option for name in sorted(variables) for option in ("-u", name)]
    return ["env", *options] if options else []


def _git_is_missing() -> StoreError:
    return NoRepository("the git command was not found", "install git, or put its folder on PATH")
