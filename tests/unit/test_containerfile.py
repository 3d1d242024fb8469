"""The image that the CronJob names: what its Containerfile has to say, and whether it builds."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from confaudit import topics

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".github/Containerfile"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def stages():
    """The instructions of each stage, in pairs; what comes before the first is a stage as well."""
    text = re.sub(r"^#.*\n", "", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = [[]]
    for line in filter(None, text.replace("\\\n", " ").splitlines()):
        word, rest = line.split(None, 1)
        if word == "FROM":
            found.append([])
        found[-1].append((word, " ".join(rest.split())))
    return found


ARGUMENTS, WHEEL, IMAGE = stages()


def said(stage, word):
    return [rest for one, rest in stage if one == word]


def test_it_stands_on_a_slim_python_that_the_project_takes():
    (argument,) = said(ARGUMENTS, "ARG")
    found = re.fullmatch(r"BASE=docker\.io/library/python:(3\.\d+)-slim", argument)
    versions = [one.rpartition(" ")[2] for one in PROJECT["project"]["classifiers"]]
    assert found[1] in versions
    assert [said(stage, "FROM") for stage in (WHEEL, IMAGE)] == [["${BASE} AS wheel"], ["${BASE}"]]


def test_it_is_built_from_all_that_a_wheel_is_made_of_and_nothing_else():
    copied = [one for rest in said(WHEEL, "COPY") for one in rest.split()[:-1]]
    mapped = PROJECT["tool"]["setuptools"]["package-dir"].values()
    assert sorted(copied) == sorted(
        ["pyproject.toml", "README.md", "LICENSE", "confaudit", *mapped]
    )
    assert said(IMAGE, "COPY") == ["--from=wheel /wheels /wheels"]


def test_it_brings_git_and_certificates_and_keeps_no_cache():
    system, wheel, *_ = said(IMAGE, "RUN")
    assert re.search(r"install \S+ --no-install-recommends ca-certificates git &&", system)
    assert system.endswith("&& rm -rf /var/lib/apt/lists/*")
    assert "--no-cache-dir" in wheel
    assert wheel.endswith("&& rm -rf /wheels")


def test_it_runs_confaudit_as_the_user_that_the_cron_job_names():
    (text,) = re.findall(r"^# cronjob\.yaml\n(.*?)^```", topics.text("schedule"), re.M | re.S)
    pod = yaml.safe_load(text)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    user = pod["securityContext"]["runAsUser"]
    assert f"useradd --uid {user} " in said(IMAGE, "RUN")[-1]
    assert [one for one, _ in IMAGE[-3:]] == ["USER", "WORKDIR", "ENTRYPOINT"]
    assert said(IMAGE, "USER") == [f"{user}:{user}"]
    assert said(IMAGE, "ENTRYPOINT") == ['["confaudit"]']


def test_it_says_whose_it_is():
    (text,) = said(IMAGE, "LABEL")
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', text))
    project = PROJECT["project"]
    assert labels["title"] == project["name"]
    assert labels["licenses"] == project["license"]
    assert labels["source"] == project["urls"]["Homepage"]
    assert labels["description"]


BUILDER = next(filter(shutil.which, ("podman", "docker")), "")


def has_base():
    """Whether the builder has the image to build on: no test waits for a registry."""
    if not BUILDER:
        return False
    name = said(ARGUMENTS, "ARG")[0].partition("=")[2]
    asked = subprocess.run([BUILDER, "image", "inspect", name], capture_output=True, check=False)
    return asked.returncode == 0


@pytest.mark.skipif(not has_base(), reason=f"no image to build on in {BUILDER or 'any builder'}")
def test_it_can_be_built_and_run():
    build = [BUILDER, "build", "--quiet", "-f", str(FILE), str(ROOT)]
    image = subprocess.run(build, capture_output=True, text=True, check=True).stdout.strip()
    run = [BUILDER, "run", "--rm", image, "--version"]
    assert subprocess.run(run, capture_output=True, check=True).stdout.startswith(b"confaudit ")
