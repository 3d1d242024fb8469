"""What runs the shipped parts of CI in tests: the text of their steps as it stands in the files.

It is as strict as GitHub's runner about what matters: expressions are filled in nowhere but in
`env` and `outputs`, each step is a script of bash of its own, and lines of output are commands.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct, field

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = """\
#!/bin/sh
# Notes that an environment is to be made and something installed; ours stands in for it.
echo "$0 $*" >> "$NOTES"
if [ "$1 $2 $3" = "-I -m venv" ]; then
  mkdir -p "$4/bin"
  ln -sf "$0" "$4/bin/python3"
  ln -sf "$(dirname "$0")/confaudit" "$4/bin/confaudit"
fi
"""
OURS: Final = """\
#!/bin/sh
echo "confaudit $1 policy-from=$CONFAUDIT_POLICY_FROM" >> "$NOTES"
exec "$CONFAUDIT" "$@"
"""
_EXPRESSION: Final = re.compile(r"\$\{\{ ([A-Za-z_.-]+) \}\}")
_COMMAND: Final = re.compile(r"\s*::([a-z0-9-]+)[^:]*::(.*)|.*##\[([^ \]]+)[^\]]*\](.*)")
"""As the runner finds them: the one form begins a line, the other stands anywhere."""


class Run(Struct):
    """What came of a job."""

    code: int = 0
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    notes: str = ""
    """How Python and confaudit were called."""

    @property
    def commands(self) -> list[str]:
        """The names of the commands that the log has given the runner."""
        found, paused = [], ""
        for line in self.log.splitlines():
            command = _COMMAND.match(line)
            if command is None:
                continue
            name, text = command[1] or command[3], command[2] or command[4]
            if paused:
                paused = "" if name == paused else paused
            elif name == "stop-commands":
                paused = text
            else:
                found.append(name)
        return found


class Job(Struct, frozen=True):
    """Where steps run, and with what."""

    work: Path
    """The checkout of what is reviewed."""
    place: Path
    """A folder of the runner."""
    program: Path
    """What is run as confaudit."""
    variables: Mapping[str, str]

    def action(self, inputs: Mapping[str, str], github: Mapping[str, str]) -> Run:
        """Run the composite action."""
        action = yaml.safe_load((ROOT / ".github/actions/review/action.yml").read_text())
        defaults = {name: str(one.get("default", "")) for name, one in action["inputs"].items()}
        known = {f"github.{name}": value for name, value in github.items()}
        given = {name: _filled(text, known) for name, text in (defaults | dict(inputs)).items()}
        known |= {f"inputs.{name}": value for name, value in given.items()}
        run = Run()
        for step in action["runs"]["steps"]:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"]
            told = {name: _filled(text, known) for name, text in step.get("env", {}).items()}
            self._run(run, step["run"], told)
            known |= {f"steps.{step.get('id')}.outputs.{k}": v for k, v in self._told().items()}
            if run.code:
                break
        run.outputs = {name: _filled(o["value"], known) for name, o in action["outputs"].items()}
        return run

    def workflow(self, text: str, known: Mapping[str, str]) -> Run:
        """Run the only job of a workflow, without the actions that it uses."""
        (job,) = yaml.safe_load(text)["jobs"].values()
        run, codes = Run(), [0]
        for step in job["steps"]:
            if "run" in step and (not any(codes) or "!cancelled()" in step.get("if", "")):
                assert "${{" not in step["run"]
                env = {**job.get("env", {}), **step.get("env", {})}
                told = {name: _filled(one, known) for name, one in env.items()}
                self._run(run, step["run"], told)
                codes.append(run.code)
        run.code = max(codes)
        return run

    def template(self, inputs: Mapping[str, str]) -> Run:
        """Run the job of GitLab's template."""
        spec, jobs = yaml.safe_load_all((ROOT / ".gitlab/review.yml").read_text())
        known = {name: one.get("default") for name, one in spec["spec"]["inputs"].items()}
        known |= inputs
        (job,) = jobs.values()
        script = "\n".join(job["script"])
        assert "$[[" not in script
        told = {
            name: re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda found: known[found[1]], text)
            for name, text in job["variables"].items()
        }
        run = Run()
        shared = "/tmp/confaudit"  # noqa: S108 - of the job's own machine; here it is this one
        self._run(run, script.replace(shared, str(self.place / "confaudit")), told)
        return run

    def _run(self, run: Run, script: str, told: Mapping[str, str]) -> None:
        tools = self.place / "tools"
        tools.mkdir(exist_ok=True)
        for name, text in (("python3", PYTHON), ("confaudit", OURS)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        file = self.place / "step.sh"
        file.write_text(script)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(file)],
            cwd=self.work,
            env={**self._environment(tools), **self.variables, **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        run.code, run.log = done.returncode, run.log + done.stdout.decode(errors="replace")
        run.notes = (self.place / "notes").read_text()

    def _environment(self, tools: Path) -> dict[str, str]:
        kept = ("HOME", "PYTHONPYCACHEPREFIX", "LANG")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "PATH": f"{tools}:/usr/bin:/bin",
            "NOTES": str(self.place / "notes"),
            "CONFAUDIT": str(self.program),
            "RUNNER_TEMP": str(self.place),
            "GITHUB_ACTION_PATH": str(ROOT / ".github/actions/review"),
            "GITHUB_OUTPUT": str(self.place / "output"),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary.md"),
            "GITHUB_EVENT_PATH": str(self.place / "event.json"),
        }

    def _told(self) -> dict[str, str]:
        """The outputs so far; one of several lines would be a block, which none of ours is."""
        path = self.place / "output"
        lines = path.read_text().splitlines() if path.exists() else []
        assert all(re.match("[a-z_]+=", line) for line in lines)
        return dict(line.split("=", 1) for line in lines)


def _filled(text: str, known: Mapping[str, Any]) -> str:
    """A text with its expressions filled in; what nobody told is empty, as the runner has it."""
    return _EXPRESSION.sub(lambda found: str(known.get(found[1], "")), str(text))
