"""The hardening pack on the command line: checks of deployments, and what changes open."""

import json
import re

import pytest

from confaudit.cli import main
from tests.unit.deployments import running

FORMATS = ("text", "md", "html", "json")


@pytest.fixture
def run(clean_folder, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")

    def call(*arguments):
        code = main.run(list(arguments))
        return code, *capsys.readouterr()

    return call


def payload(folder, name, **settings):
    """A saved answer of 2.35.1, which the address of its docs tells, with these set."""
    snapshot = running("2.35.1", access_url="https://coder.example.com", **settings)
    options = [
        option(spec, snapshot.settings[key])
        for key, spec in snapshot.declared.items()
        if key in snapshot.settings and not spec.secret and key != "docs-url"
    ]
    docs = "https://coder.com/docs/@v2.35.1"
    options.append({"flag": "docs-url", "value": docs, "default": docs, "value_source": "default"})
    text = json.dumps({"config": {"access_url": "x", "derp": {}, "oidc": {}}, "options": options})
    (folder / name).write_text(text)


def option(spec, setting):
    """An option as a server tells it."""
    named = {"flag": spec.flag, "env": spec.env, "name": spec.name}
    return {**named, "value": setting.value, "value_source": setting.source.value}


def in_every_format(run, folder, *arguments):
    outputs = [word for name in FORMATS for word in ("-f", name, "-o", f"told.{name}")]
    code, _, err = run(*arguments, *outputs)
    assert err == ""
    return code, {name: (folder / f"told.{name}").read_text() for name in FORMATS}


def test_a_change_that_opens_something_is_told_beside_it_in_every_format(run, clean_folder):
    payload(clean_folder, "shut.json")
    payload(clean_folder, "open.json", dangerous_allow_path_app_sharing=True)
    diff = ("diff", "--no-config", "--fail-on", "error")
    code, told = in_every_format(run, clean_folder, *diff, "shut.json", "open.json")
    assert code == 1
    for name, text in told.items():
        assert "1 control fails anew" in text, name
        assert "CA-APP-01" in text, name
        assert "harden-path-app-sharing" in text, name
    [finding] = json.loads(told["json"])["findings"]
    assert (finding["effect"], finding["level"]) == ("security", "error")
    assert len(json.loads(told["json"])["changes"]) == 1

    code, told = in_every_format(run, clean_folder, *diff, "open.json", "shut.json")
    assert code == 0
    for name, text in told.items():
        assert re.search(r"1 control holds again", text), name
        assert "Closed again: Path apps that can be shared." in text, name


def test_what_a_change_opens_is_shown_and_fails_as_it_is_listed(run, clean_folder):
    payload(clean_folder, "shut.json")
    payload(clean_folder, "open.json", swagger_enable=True, http_address="0.0.0.0:3000")
    diff = ("diff", "--no-config", "shut.json", "open.json", "--fail-on", "any")
    assert run(*diff, "--cause", "release")[0] == 1
    code, out, _ = run(*diff, "--only", "harden-*")
    assert (code, "harden-swagger" in out) == (1, True)
    assert "0 changes" in out
    code, out, _ = run(*diff, "--exclude", "swagger-enable", "--exclude", "http-address")
    assert (code, "fails anew" in out) == (0, False)


def test_inputs_that_tell_less_open_nothing(run, clean_folder):
    payload(clean_folder, "whole.json", swagger_enable=True, http_address="0.0.0.0:3000")
    config = json.loads((clean_folder / "whole.json").read_text())["config"]
    (clean_folder / "config.json").write_text(json.dumps({"config": config}))
    assert "anew" not in run("diff", "--no-config", "config.json", "whole.json")[1]
