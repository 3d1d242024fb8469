"""Which experiments are dead in a release, whether or not all that it knows are told."""

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.facts import Experiments
from confaudit.core.coder.releases import Catalog
from confaudit.core.judge.audit import audit
from confaudit.core.judge.rules.values import is_dead
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import read_env_file


def knowing(version, *names, told=True):
    release = packaged().nearest("2.35.1")
    return replace(
        release, version=version, experiments=Experiments(frozenset(names), is_complete=told)
    )


@pytest.mark.parametrize(
    ("target", "dead"),
    [
        (knowing("2.3.0", told=False), {"gone"}),
        (knowing("2.3.0", "gone", told=False), set()),  # it has come back
        (knowing("2.3.0", "new"), {"gone", "kept", "never", "later"}),
        (knowing("2.0.5", told=False), set()),  # nothing is dropped yet
    ],
)
def test_dead_experiments(target, dead):
    later = knowing("2.9.0", "later")
    catalog = Catalog([knowing("2.0.0", "gone", "kept"), knowing("2.1.0", "kept"), target, later])
    names = ("gone", "kept", "new", "never", "later")
    assert {name for name in names if is_dead(name, target, catalog)} == dead


@pytest.mark.parametrize("told", [True, False])
def test_what_nobody_could_tell_is_not_called_dead(told):
    target = replace(
        knowing("2.2.0"),
        experiments=Experiments(unsure=frozenset({"perhaps"}), is_complete=told),
    )
    catalog = Catalog([knowing("2.0.0", "gone", "perhaps"), knowing("2.1.0", "perhaps"), target])
    assert {name for name in ("gone", "perhaps") if is_dead(name, target, catalog)} == {"gone"}


@pytest.mark.parametrize("target", ["2.36.0", "2.36.4"])
def test_what_nobody_could_tell_of_a_real_release_depends(target):
    catalog = packaged()
    operator = read_env_file("CODER_EXPERIMENTS=minimum-implicit-member", "coder.env")
    releases = (catalog.release("2.35.1"), catalog.lend(target))
    found = {one.rule.id: one for one in audit(situation_of(None, *releases, operator, catalog))}
    assert "experiment-gone" not in found
    assert found["not-known"].affects is Truth.DEPENDS
    assert f"whether Coder {target} still has it is not known" in found["not-known"].message


def test_an_experiment_that_came_back_is_alive_in_the_release_after_it():
    back = knowing("2.2.0", "gone", told=False)
    target = knowing("2.3.0", told=False)
    catalog = Catalog([knowing("2.0.0", "gone"), knowing("2.1.0"), back, target])
    assert not is_dead("gone", target, catalog)


@pytest.mark.parametrize(
    ("name", "source", "target", "fate", "since"),
    [
        ("workspace-sharing", "2.31.0", "2.31.1", "it ended after 2.31.0", ("2.31.1",)),
        ("workspace-sharing", "2.31.0", "2.33.0", "it ended after 2.31", ("2.31.1",)),
        ("nats_pubsub", "2.33.0", "2.34.0", "it begins with 2.35.0", ()),
        ("workspace_actions", "2.2.0", "2.8.0", "it ended after 2.6", ("2.7.0",)),
    ],
)
def test_what_became_of_an_experiment(name, source, target, fate, since):
    catalog = packaged()
    operator = read_env_file(f"CODER_EXPERIMENTS={name}", "coder.env")
    on_the_way = situation_of(
        None, catalog.nearest(source), catalog.nearest(target), operator, catalog
    )
    [found] = [one for one in audit(on_the_way) if one.rule.id == "experiment-gone"]
    assert found.message == f"The experiment {name} does nothing: {fate}."
    assert found.introduced_in == since


@pytest.mark.parametrize(
    ("written", "told", "step"),
    [
        ("workspace-usage, oauth2", " oauth2", "Write oauth2 without blanks around it."),
        ("OAuth2", "OAuth2", "Write oauth2."),
        ("oauth2 mcp-server-http", "oauth2 mcp-server-http", "Write oauth2,mcp-server-http."),
        ("oauth2;mcp-server-http", "oauth2;mcp-server-http", "Write oauth2,mcp-server-http."),
        ("oauth2 moons", "oauth2 moons", "Take oauth2 moons out of CODER_EXPERIMENTS."),
    ],
)
def test_how_experiments_are_written_is_what_is_wrong_with_them(written, told, step):
    release = packaged().release("2.35.1")
    operator = read_env_file(f"CODER_EXPERIMENTS={written}", "coder.env")
    found = {
        one.rule.id: one
        for one in audit(situation_of(None, release, release, operator, packaged()))
    }
    assert found["experiment-gone"].subject == f"experiments:{told}"
    assert found["experiment-gone"].steps == (step,)
