"""`confaudit comment` against a stand-in of the services that host pull requests."""

import json
import os
from pathlib import Path

import pytest

from tests.integration.forge_stand_in import GITHUB_LIMIT, GITLAB_LIMIT, Fault, StandIn

MARK = "<!-- confaudit:review -->"
TEXT = f"{MARK}\n## Review\n\n**Starts, 2 behaviours change.**\n\n- [ ] do this\n"
CLEAN = f"{MARK}\n## Review\n\n**Nothing was found.**\n"
BOT = "github-actions[bot]"
FORGES = ["github", "gitlab"]


@pytest.fixture
def say(clean_folder, monkeypatch, confaudit):
    """Says a text in the CI of a service; whatever was there of the machine's own CI is gone."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GITLAB_", "CI_")):
            monkeypatch.delenv(name)
    event, summary = clean_folder / "event.json", clean_folder / "summary.md"
    event.write_text(json.dumps({"pull_request": {"number": 7, "title": "::add-mask::x"}}))

    def call(forge, variables, text=TEXT, *more):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        if forge == "github":
            monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
            monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        Path("body.md").write_text(text)
        return confaudit("comment", "--file", "body.md", *more)

    return call


def summary():
    return Path("summary.md").read_text() if Path("summary.md").exists() else ""


@pytest.mark.parametrize("forge", FORGES)
def test_one_comment_is_posted_updated_and_left_alone(forge, say):
    with StandIn() as server:
        variables = getattr(server, forge)
        assert say(forge, variables) == (0, "", "confaudit: the comment is posted\n")
        assert say(forge, variables)[2] == "confaudit: the comment is up to date\n"
        changed = TEXT.replace("2 behaviours change", "1 behaviour changes")
        assert say(forge, variables, changed)[2] == "confaudit: the comment is updated\n"
        assert say(forge, variables, CLEAN, "--clean")[2] == "confaudit: the comment is updated\n"
        assert [one.body for one in server.comments] == [CLEAN]
        server.comments.clear()
        assert say(forge, variables, CLEAN, "--clean")[2] == (
            "confaudit: the comment is not needed\n"
        )
        assert server.comments == []


@pytest.mark.parametrize("forge", FORGES)
def test_only_ours_is_changed_on_whatever_page_it_is(forge, say):
    """A stranger who copies the mark gets nothing said in his name, and hides nothing."""
    with StandIn(page=3) as server:
        planted = server.say("mallory", TEXT.replace("2", "0"))
        told = server.say(BOT, f"They wrote: {MARK}")
        of_another = server.say(BOT, "<!-- confaudit:review:staging -->\nstaging")
        for number in range(10):
            server.say("ann", f"comment {number}")
        ours = server.say(BOT, f"\n{MARK}\r\nold")
        before = [one.body for one in (planted, told, of_another)]
        assert say(forge, getattr(server, forge))[0] == 0
        assert ours.body == TEXT
        assert [one.body for one in (planted, told, of_another)] == before
        assert say(forge, getattr(server, forge), "no mark\n", "--key", "staging")[0] == 0
        assert of_another.body == "<!-- confaudit:review:staging -->\nno mark\n"
        assert len(server.comments) == 14


def test_a_company_s_own_github_has_its_api_elsewhere(say):
    with StandIn() as server:
        variables = server.github | {"GITHUB_API_URL": f"{server.origin}/api/v3"}
        assert say("github", variables)[0] == 0
        assert server.asked[0] == ("POST", "/api/graphql")
        assert server.comments[0].body == TEXT


NO_TOKEN = {"GITHUB_TOKEN": "", "GITLAB_TOKEN": ""}
FORK = dict.fromkeys(NO_TOKEN, "planted-secret-fork")


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize(
    ("variables", "why"),
    [
        (FORK, "does not let this token comment there"),
        (NO_TOKEN, "there is no token to comment with"),
        (
            {"CI_MERGE_REQUEST_IID": "", "GITHUB_EVENT_PATH": "/none"},
            "this run is not for a pull request",
        ),
        (
            {"GITHUB_REPOSITORY": "acme/other", "CI_MERGE_REQUEST_PROJECT_ID": "acme/other"},
            "does not let this token comment there",
        ),
    ],
    ids=["fork", "no token", "no pull request", "not seen"],
)
def test_where_no_comment_can_be_made_the_run_tells(forge, variables, why, say, monkeypatch):
    with StandIn() as server:
        if forge == "github" and "GITHUB_EVENT_PATH" in variables:
            Path("event.json").write_text("[]")
        for _ in range(2):  # the second time nothing is added to the summary
            code, out, err = say(forge, getattr(server, forge) | variables)
        assert code == 0
        assert server.comments == []
        assert err.startswith("confaudit: no comment was made: ")
        assert why in err
    report = TEXT.removeprefix(f"{MARK}\n")
    assert (out, summary()) == (("", f"\n{report}") if forge == "github" else (report, ""))


@pytest.mark.parametrize(("forge", "limit"), [("github", GITHUB_LIMIT), ("gitlab", GITLAB_LIMIT)])
def test_a_text_that_is_too_long_leaves_its_verdict_and_says_where_the_rest_is(forge, limit, say):
    long = f"{TEXT}\n" + "- a line\n" * (limit // 9)
    with StandIn() as server:
        code, out, err = say(forge, getattr(server, forge), long)
        (comment,) = server.comments
    assert code == 0
    assert "too long" in err
    assert comment.body.startswith(f"{MARK}\n## Review\n\n**Starts, 2 behaviours change.**\n")
    assert "4711" in comment.body
    assert "do this" not in comment.body
    assert long.removeprefix(f"{MARK}\n") in out + summary()


NOW = {"Retry-After": "1"}


@pytest.mark.parametrize(
    ("faults", "asked"),
    [
        ([Fault(502)], "POST POST GET POST"),
        ([Fault(503, method="GET"), Fault(500, method="GET")], "POST GET POST GET POST GET POST"),
        ([Fault(403, NOW, method="GET")], "POST GET POST GET POST"),
        ([Fault(429, NOW)], "POST POST GET POST"),
    ],
    ids=["bad gateway", "twice", "secondary rate limit", "rate limit"],
)
def test_failures_of_the_service_are_tried_again(faults, asked, say):
    with StandIn(faults) as server:
        assert say("github", server.github)[0] == 0
        assert server.methods() == asked
        assert len(server.comments) == 1


def test_a_comment_whose_answer_was_lost_is_not_made_twice(say):
    with StandIn([Fault(502, method="POST", is_done=True)]) as server:
        assert say("gitlab", server.gitlab) == (0, "", "confaudit: the comment is up to date\n")
        assert len(server.comments) == 1


@pytest.mark.parametrize(
    ("faults", "variables", "code", "said"),
    [
        ([Fault(503)] * 2, {}, 4, "GitHub failed with status 503 every time"),
        ([Fault(301, {"Location": "http://localhost/x"})], {}, 4, "GitHub answers with status 301"),
        ([], {"GITHUB_TOKEN": "planted-secret-unknown"}, 4, "GitHub does not know the token"),
        ([], {"GITHUB_TOKEN": "planted-secret\nX: y"}, 2, "holds a space or control character"),
        ([], {"GITHUB_API_URL": "http://api.example.com"}, 2, "unencrypted"),
        ([], {"GITHUB_API_URL": "https://x:planted-secret@y"}, 2, "carries credentials"),
        ([], {"GITHUB_REPOSITORY": "acme/../../user"}, 2, "no OWNER/NAME"),
        ([], {"GITHUB_REPOSITORY": ""}, 2, "not told"),
        ([], {"CONFAUDIT_KEY": "x --><script>"}, 2, "letters, digits"),
        ([Fault(200, method="GET")], {}, 4, "something else than its API does"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(faults, variables, code, said, say):
    with StandIn(faults) as server:
        found = say("github", server.github | variables, TEXT, "--retries", "1")
        assert found[0] == code
        assert found[1] == ""
        assert said in found[2]
        assert server.comments == []


def test_a_token_may_lie_in_a_file(say):
    Path("token").write_text("planted-secret-writer\n")
    with StandIn() as server:
        variables = server.gitlab | {"GITLAB_TOKEN": ""}
        assert say("gitlab", variables, TEXT, "--comment-token-file", "token")[0] == 0
        assert len(server.comments) == 1
