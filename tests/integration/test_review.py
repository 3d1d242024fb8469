"""`confaudit review` on real repositories: what a change brings, and nothing else."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from confaudit.demo.story import states

VALUES = """\
coder:
  image:
    tag: v{version}
  env:
    - name: CODER_ACCESS_URL
      value: https://coder.example.com
    - name: CODER_WILDCARD_ACCESS_URL
      value: "*.coder.example.com"
    - name: CODER_OIDC_ISSUER_URL
      value: https://id.example.com
    - name: CODER_SESSION_DURATION
      value: {session}
"""
ENV = "CODER_ACCESS_URL=https://staging.example.com\nCODER_OLD_NAME=1\n"


def values(version: str = "2.29.5", session: str = "8h") -> str:
    return VALUES.format(version=version, session=session)


@pytest.fixture(autouse=True)
def repository(clean_folder: Path, quiet_home: None) -> Path:
    """On main two deployments; a branch is checked out."""
    git("init", "-q", "-b", "main")
    write({"prod/values.yaml": values(), "staging/coder.env": ENV, "README.md": "CODER_X=1\n"})
    git("checkout", "-q", "-b", "change")
    return clean_folder


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    git("add", "-A")
    git("commit", "-qm", "a change")


@pytest.fixture
def review(confaudit: Callable[..., tuple[int, str, str]]) -> Callable[..., Any]:
    """The JSON report on the branch, with its exit code."""

    def call(*arguments: str) -> Any:
        code, out, err = confaudit("review", "-f", "json", *arguments)
        assert not err
        return {**json.loads(out), "code": code}

    return call


def rules(report: Any) -> list[str]:
    return [one["rule"] for one in report["findings"]]


def place(finding: Any) -> Any:
    """Where a finding stands, else what comes nearest to it."""
    return finding.get("positions", [finding.get("nearest")])[0]


def test_files_of_other_programs_are_passed_over_in_silence(review: Any) -> None:
    others = {f"apps/{name}/values.yaml": "image: {tag: v1}\n" for name in "abc"}
    write({**others, "apps/c/compose.yaml": "services: {web: {image: nginx}}\n"})
    found = review()
    assert (found["verdict"], found["code"]) == ("no setting changes", 0)
    assert found["notes"] == ["No file that sets up a server differs, and no snapshot."]


def test_a_comment_or_an_order_is_no_change(review: Any) -> None:
    lines = values().splitlines()
    swapped = [*lines[:4], *lines[6:8], "    # the wildcard first", *lines[4:6], *lines[8:]]
    write({"prod/values.yaml": "\n".join(swapped), "README.md": "CODER_Y=1\n"})
    found = review()
    assert (found["verdict"], found["code"]) == ("no setting changes", 0)
    assert (found["findings"], found["changes"]) == ([], [])


def test_the_order_of_a_set_is_no_change_and_that_of_a_list_is(review: Any) -> None:
    for order in ("a,b", "b,a"):
        write(
            {"staging/coder.env": f"CODER_OIDC_SCOPES={order}\nCODER_SSH_CONFIG_OPTIONS={order}\n"}
        )
    (change,) = review("HEAD~1..HEAD", "--version", "2.29.5")["changes"]
    assert change["option"] == "ssh-config-options"


def test_what_the_server_sees_differently_is_told_with_its_line(review: Any) -> None:
    write({"prod/values.yaml": values(session="24h")})
    found = review()
    (change,) = found["changes"]
    assert (change["option"], change["cause"]) == ("session-duration", "operator")
    assert change["evidence"] == "set in prod/values.yaml, line 11"
    assert (found["verdict"], found["code"]) == ("1 setting changes", 0)


def test_the_servers_own_yaml_is_found_by_what_it_holds(review: Any) -> None:
    write({"etc/app.yaml": "networking:\n  http:\n    sessionDuration: 8h0m0s\n"})
    write({"etc/app.yaml": "networking:\n  http:\n    sessionDuration: 9h0m0s\n"})
    assert [one["option"] for one in review("HEAD~1..HEAD")["changes"]] == ["session-duration"]


def test_a_weaker_entry_and_an_alias_make_no_difference(review: Any) -> None:
    shadowed = "            - --session-duration=8h\n"
    command = (
        f"  command:\n    - /opt/coder\n    - server\n{shadowed.replace('            ', '    ')}"
    )
    write({"prod/values.yaml": values() + command})
    write({"prod/values.yaml": values(session="24h") + command})
    found = review("HEAD~1..HEAD")
    assert [one["option"] for one in found["changes"]] == []


def test_a_dead_name_is_what_is_found(review: Any, confaudit: Any) -> None:
    write({"staging/coder.env": ENV + "CODER_SESION_DURATION=1h\n"})
    found = review()
    assert rules(found) == ["option-unknown"]
    (place,) = found["findings"][0]["positions"]
    assert (place["file"], place["line"], place["column"]) == ("staging/coder.env", 3, 1)
    assert place["excerpt"]["after"] == "=\N{HORIZONTAL ELLIPSIS}", "nobody knows what it is"
    assert [one["by"] for one in found["suppressed"]] == ["before"] * len(found["suppressed"])
    assert found["suppressed"], "CODER_OLD_NAME was there before"
    assert found["code"] == review("--only", "CODER_SESION_DURATION")["code"] == 1
    assert "did you mean" in confaudit("review", "--exclude", "option-unknwon")[2]


def test_a_new_image_is_audited_as_an_upgrade(review: Any) -> None:
    write({"prod/values.yaml": values(version="2.34.5")})
    found = review()
    assert found["deployment"]["releases"] == ["2.29.5", "2.34.5"]
    assert found["verdict"].startswith("2.29.5 → 2.34.5: starts, ")
    assert {"email-verified-required", "default-changed"} <= {*rules(found)}
    assert found["changes"] == []
    lines = {one["rule"]: place(one)["line"] for one in found["findings"]}
    assert (lines["email-verified-required"], lines["default-changed"]) == (9, 3)
    assert {place(one)["file"] for one in found["findings"]} == {"prod/values.yaml"}


def test_no_upgrade_is_read_into_what_may_mean_the_same_release(review: Any) -> None:
    compose = "services: {{coder: {{image: 'ghcr.io/coder/coder:{}', environment: [CODER_A=1]}}}}\n"
    said = ("latest", "v2.34.5", "${CODER_VERSION:-latest}", "v2.34.6", "v2.35.1")
    for tag in said:
        write({"lab/compose.yaml": compose.format(tag)})
    ways = [
        review(f"HEAD~{back}..HEAD~{back - 1}")["deployment"]["releases"] for back in (4, 3, 2, 1)
    ]
    assert ways == [["2.34.5"], ["2.34.5"], ["2.34.6"], ["2.34.6", "2.35.1"]]
    chart = "apiVersion: v2\nname: mine\nversion: 1.0.0\ndependencies:\n- name: coder\n"
    chart += "  repository: https://helm.coder.com/v2\n  version: '{}'\n"
    for version in ("^2.0.0", "2.34.5", "~2.33.0"):
        write(
            {"x/Chart.yaml": chart.format(version), "x/values.yaml": "coder: {coder: {env: []}}\n"}
        )
    assert review("HEAD~2..HEAD~1")["deployment"]["releases"] == ["2.34.5"]
    assert "downgrade" in rules(review("HEAD~1..HEAD"))


def test_the_chart_version_beside_the_values_counts(review: Any) -> None:
    chart = "apiVersion: v2\nname: mine\nversion: 1.0.0\ndependencies:\n- name: coder\n"
    chart += "  repository: https://helm.coder.com/v2\n  version: {}\n"
    inner = "coder:\n" + "".join(f"  {one}\n" for one in values().splitlines() if "tag" not in one)
    inner = inner.replace("    image:\n", "")
    git("checkout", "-q", "main")
    write({"wrap/Chart.yaml": chart.format("2.29.5"), "wrap/values.yaml": inner})
    git("checkout", "-q", "-b", "bump")
    write({"wrap/Chart.yaml": chart.format("2.34.5")})
    found = review()
    assert found["deployment"]["releases"] == ["2.29.5", "2.34.5"]
    assert "email-verified-required" in rules(found)


def test_two_deployments_are_never_mixed(review: Any) -> None:
    write({"prod/values.yaml": values(version="2.34.5"), "staging/coder.env": ENV + "CODER_NO=1\n"})
    found = review()
    prod, staging = sorted(found["deployments"], key=lambda one: str(one["name"]))
    assert (prod["name"], staging["name"]) == ("prod/values.yaml", "staging/coder.env")
    for one in found["findings"]:
        assert place(one)["file"] == one["deployment"]
    assert {one["deployment"] for one in found["findings"]} == {prod["name"], staging["name"]}
    assert rules(found).count("option-unknown") == 1


def test_of_a_deployment_with_a_broken_file_nothing_else_is_told(review: Any) -> None:
    broken = values(version="2.34.5", session="24h") + "  - : {\n"
    write({"prod/values.yaml": broken})
    found = review()
    assert (rules(found), found.get("changes"), found["code"]) == (["file-broken"], None, 1)
    assert (found["verdict"], found["findings"][0]["level"]) == ("1 file broken", "error")
    assert found["findings"][0]["deployment"] == "prod/values.yaml"
    assert place(found["findings"][0])["line"] == len(broken.splitlines())


def test_a_layer_that_comes_or_goes_changes_what_it_sets(review: Any) -> None:
    compose = "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.29.5\n    environment:\n"
    compose += "      CODER_ACCESS_URL: ${URL:-https://a.example.com}\n"
    git("checkout", "-q", "main")
    write({"lab/compose.yaml": compose})
    git("checkout", "-q", "-b", "layers")
    write({"lab/.env": "URL=https://b.example.com\n", "prod/values-eu.yaml": values(session="24h")})
    for found in (review(), review("HEAD..HEAD~1")):
        changed = {(one["deployment"], one["option"]) for one in found["changes"]}
        assert {option for _, option in changed} == {"access-url", "session-duration"}
        assert "set up" not in found["verdict"]


def test_what_an_option_had_under_its_older_name_was_there_before(review: Any) -> None:
    """The release in use shows the key in clear as well."""
    key = "    - {name: CODER_AIBRIDGE_OPENAI_KEY, valueFrom: {secretKeyRef: {name: a, key: b}}}\n"
    git("checkout", "-q", "main")
    write({"prod/values.yaml": values() + key})
    git("checkout", "-q", "-b", "keys")
    write({"prod/values.yaml": values(version="2.34.5") + key})
    found = review()
    assert "secret-exposed" not in rules(found)
    assert "secret-exposed" in {one["finding"]["rule"] for one in found["suppressed"]}


def test_new_moved_and_removed_deployments(review: Any) -> None:
    write({"dev/coder.env": ENV})
    found = review()
    assert found["verdict"].startswith("newly set up")
    assert "option-unknown" in rules(found)
    git("mv", "dev/coder.env", "dev/server.env")
    git("commit", "-qm", "moved")
    assert review("HEAD~1..HEAD")["verdict"] == "no setting changes"
    git("rm", "-q", "dev/server.env")
    git("commit", "-qm", "removed")
    gone = review("HEAD~1..HEAD")
    assert (gone["verdict"], rules(gone)) == ("no longer set up", ["deployment-gone"])
    assert gone["code"] == 1


def test_the_work_tree_counts_only_when_asked(review: Any) -> None:
    Path("prod/values.yaml").write_text(values(session="1h"))
    assert review()["verdict"] == "no setting changes"
    assert review("--worktree")["verdict"] == "1 setting changes"


def test_files_that_confaudit_yaml_names_are_one_deployment(review: Any) -> None:
    text = (
        "deployments:\n  live:\n    url: https://a.example.com\n    files: [staging/*, x/*.txt]\n"
    )
    git("checkout", "-q", "main")
    write({"confaudit.yaml": text, "x/more.txt": "CODER_PPROF_ENABLE=false\n"})
    git("checkout", "-q", "-b", "named")
    write({"x/more.txt": "CODER_PPROF_ENABLE=true\n"})
    found = review()
    assert found["deployment"]["name"] == "live"
    assert [one["option"] for one in found["changes"]] == ["pprof-enable"]


def test_deployments_that_confaudit_yaml_names_may_share_files(review: Any) -> None:
    one = "  {}: {{url: 'https://{}.example.com', files: [prod/values.yaml, x/{}.yaml]}}\n"
    text = "deployments:\n" + "".join(one.format(*[name] * 3) for name in ("eu", "us"))
    layers = {f"x/{name}.yaml": "coder: {replicaCount: 2}\n" for name in ("eu", "us")}
    git("checkout", "-q", "main")
    write({"confaudit.yaml": text, **layers})
    git("checkout", "-q", "-b", "shared")
    write({"prod/values.yaml": values(session="24h")})
    assert {one["deployment"] for one in review()["changes"]} == {"eu", "us"}


def test_at_most_four_git_processes(calls: Any, review: Any) -> None:
    write({"prod/values.yaml": values(version="2.34.5"), "staging/coder.env": ENV + "CODER_A=1\n"})
    calls.taken()
    review()
    assert len(calls.taken()) <= 4, calls.taken()


@pytest.mark.skipif(os.name != "posix", reason="names of files that only POSIX allows")
def test_hostile_names_stay_text(confaudit: Callable[..., tuple[int, str, str]]) -> None:
    name = "x\n::error::boom\x1b[31m<script>`$(touch pwned)`.env"
    write({name: "CODER_NOPE=1\n"})
    for form in ("text", "md", "html", "json"):
        _, out, _ = confaudit("review", "-f", form)
        assert "\x1b[31m" not in out
        assert "\n::error" not in out
        assert "boom" in out
        assert form in ("text", "json") or "<script>`" not in out
    assert not Path("pwned").exists()


EXCEPTION = """\
ignore:
  - rule: option-unknown
    option: CODER_SESION_DURATION
    reason: it is somebody's name
    owner: platform
    expires: 2026-06-30
"""


def test_a_change_cannot_absolve_itself_unseen(review: Any) -> None:
    dead = {"staging/coder.env": ENV + "CODER_SESION_DURATION=1h\n"}
    write({**dead, "confaudit-exceptions.yaml": EXCEPTION})
    found = review("--now", "2026-06-01")
    assert (found["code"], rules(found)) == (0, ["exception-added"])
    (told,) = found["findings"]
    said = "until 2026-06-30 (owner platform): it is somebody's name (changed by Ann Admin in "
    assert said in told["message"]
    assert {"ignore", "before"} == {one["by"] for one in found["suppressed"]}
    by_base = review("--now", "2026-06-01", "--policy-from", "base")
    assert (by_base["code"], rules(by_base)) == (1, ["exception-added", "option-unknown"])
    late = review("--now", "2026-07-01")
    assert (late["code"], rules(late)) == (1, ["exception-added", "option-unknown"])


def test_by_the_base_no_file_beside_confaudit_yaml_can_be_the_change_s_own(
    review: Any, confaudit: Callable[..., tuple[int, str, str]]
) -> None:
    lenient = "ignore: [{deployment: staging, reason: a playground, owner: Ann}]\n"
    git("checkout", "-q", "main")
    write({"confaudit-exceptions.yaml": lenient})
    git("checkout", "-q", "-b", "own")
    named = "deployments: {staging: {url: 'https://a.example.com', files: [prod/*]}}\n"
    write({"prod/values.yaml": values(session="soon"), "confaudit.yaml": named})
    told = review()
    assert (told["code"], rules(told)[0]) == (0, "setup-changed")
    assert review("--policy-from", "base")["code"] == 1
    write({"coder-releases/2.29.5.json": "{}", "coder-advisories.yaml": "- nonsense"})
    assert confaudit("review")[0] == 2
    found = review("--policy-from", "base")
    assert (found["code"], rules(found)) == (1, ["setup-changed", "value-invalid"])


def test_a_file_cannot_get_out_of_sight(review: Any) -> None:
    """A tool of the operator's follows a link, and reads what is large."""
    place = Path("prod/values.yaml")
    place.write_text(values(session="soon") + "#" * 9 * 1024**2)
    git("add", "-A")
    assert (review("--worktree")["code"], rules(review("--worktree"))) == (1, ["file-broken"])
    place.unlink()
    place.symlink_to("real.txt")
    assert rules(review("--worktree")) == ["file-broken"]
    write({"prod/real.txt": values()})
    assert rules(review()) == ["file-broken"]
    write({"prod/new.yaml": values() + "#" * 9 * 1024**2})
    assert "prod/new.yaml is larger than 8 MiB." in review()["notes"]


def test_what_opens_something_is_security_and_its_undoing_good_news(review: Any) -> None:
    write(
        {"prod/values.yaml": values() + "    - {name: CODER_DISABLE_PATH_APPS, value: 'false'}\n"}
    )
    assert review()["verdict"] == "no setting changes"
    open_ = "    - {name: CODER_DANGEROUS_ALLOW_PATH_APP_SHARING, value: 'true'}\n"
    write({"prod/values.yaml": values() + open_})
    found = review()
    assert (found["findings"][0]["effect"], found["code"]) == ("security", 1)
    write({"prod/values.yaml": values()})
    undone = review("HEAD~1..HEAD")
    assert (undone["code"], rules(undone)[0]) == (0, "control-restored")


def test_snapshots_of_several_deployments_are_reviewed_side_by_side(
    confaudit: Callable[..., tuple[int, str, str]], review: Any
) -> None:
    for name, one in zip(("first", "second", "third"), states(), strict=True):
        Path(f"{name}.json").write_text(json.dumps(dict(one.payload)))
    git("checkout", "-q", "main")
    confaudit("snapshot", "prod", "--from", "first.json")
    git("checkout", "-q", "-b", "observed")
    confaudit("snapshot", "prod", "--from", "second.json")
    confaudit("snapshot", "dev", "--from", "first.json")
    found = review()
    parts = {one["name"]: one for one in found["deployments"]}
    assert parts["dev"]["verdict"].startswith("first snapshot, ")
    assert "settings change" in parts["prod"]["verdict"]
    assert {one["deployment"] for one in found["changes"]} == {"prod"}
    assert "session-duration" in {one.get("option") for one in found["changes"]}
    confaudit("snapshot", "prod", "--from", "third.json")
    upgraded = review("HEAD~1..HEAD")
    assert re.match(
        r"(\S+) → (?!\1)\S+, \d+ settings change \(.*\d+ by the release", upgraded["verdict"]
    )
    git("rm", "-rq", "deployments/prod")
    git("commit", "-qm", "given up")
    gone = review("HEAD~1..HEAD")
    assert (gone["verdict"], rules(gone)) == ("no snapshot any more", ["deployment-gone"])


def test_what_a_new_name_only_hides_was_there_before(review: Any) -> None:
    key = "    - name: CODER_AIBRIDGE_OPENAI_KEY\n      valueFrom: {secretKeyRef: {name: a}}\n"
    git("checkout", "-q", "main")
    write({"prod/values.yaml": values() + key})
    git("checkout", "-q", "-b", "bump")
    write({"prod/values.yaml": values(version="2.34.5") + key})
    found = review()
    assert "secret-exposed" not in rules(found)
    assert "secret-exposed" in {
        one["finding"]["rule"] for one in found["suppressed"] if one["by"] == "before"
    }
