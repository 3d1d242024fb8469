"""The life of options: backports on small catalogues, the facts of Coder on the packaged one."""

from collections import Counter

import pytest

from confaudit import catalog
from confaudit.core.coder.releases import Release
from confaudit.core.lifecycle.lifecycle import Event, EventKind, Life, life
from confaudit.core.model import OptionSpec
from tests.tables import every_row

KNOWN = [catalog.nearest(version) for version in catalog.versions()]
CUT = [release for release in KNOWN if release.date <= "2026-07-07"]
"""What is asserted about the newest release holds as long as the catalogue ends with 2.35.1."""


def told(key: str) -> Life:
    return life(key, CUT)


def line_up(*declared: tuple[str, OptionSpec | None]) -> list[Release]:
    """Releases that declare the option as given, and nothing else."""
    return [
        Release(version, f"2026-01-{number:02}", False, {spec.key: spec} if spec else {})
        for number, (version, spec) in enumerate(declared, start=1)
    ]


def shape(events: tuple[Event, ...]) -> list[tuple[str, tuple[str, ...], str]]:
    return [(event.kind.value, event.versions, event.what) for event in events]


A = OptionSpec("A", flag="a", env="A", json_path="a", type="int", default="1")
B = OptionSpec("A", flag="a", env="A", json_path="a", type="int", default="2")


@every_row(
    ("declared", "expected"),
    [
        (
            [("2.1.0", None), ("2.1.1", A), ("2.2.0", None), ("2.2.1", A), ("2.3.0", A)],
            [("introduced", ("2.1.1", "2.2.1", "2.3.0"), "int, default 1")],
        ),
        (
            [("2.1.0", None), ("2.1.1", None), ("2.1.2", A)],
            [("introduced", ("2.1.2",), "int, default 1")],
        ),
        (
            [("2.1.0", A), ("2.2.0", A), ("2.2.1", B), ("2.3.0", B), ("2.3.1", B)],
            [
                ("introduced", ("2.1.0",), "int, default 1, in 2.1.0 or before"),
                ("default", ("2.2.1", "2.3.0"), "1 → 2"),
            ],
        ),
        (
            [("2.1.0", A), ("2.2.0", B), ("2.3.0", A), ("2.3.1", B), ("2.4.0", B)],
            [
                ("introduced", ("2.1.0",), "int, default 1, in 2.1.0 or before"),
                ("default", ("2.2.0",), "1 → 2"),
                ("default", ("2.3.0",), "2 → 1"),
                ("default", ("2.3.1", "2.4.0"), "1 → 2"),
            ],
        ),
        (
            [("2.1.0", None), ("2.1.1", A), ("2.2.0", None), ("2.2.1", A)],
            [("introduced", ("2.1.1", "2.2.1"), "int, default 1")],
        ),
        (
            [("2.1.0", A), ("2.1.1", None), ("2.2.0", None)],
            [
                ("introduced", ("2.1.0",), "int, default 1, in 2.1.0 or before"),
                (
                    "removed",
                    ("2.1.1", "2.2.0"),
                    "a flag left behind stops the server, a variable is ignored",
                ),
            ],
        ),
    ],
    ids=["backported", "patch-only", "first-in-a-patch", "to-and-fro", "old-lines-only", "removed"],
)
def test_what_several_lines_share_is_one_event(
    declared: list[tuple[str, OptionSpec | None]],
    expected: list[tuple[str, tuple[str, ...], str]],
) -> None:
    assert shape(life("a", line_up(*declared)).events) == expected


def test_the_date_is_that_of_the_release_all_later_lines_have_it_from() -> None:
    (event,) = life("a", line_up(("2.1.0", None), ("2.1.1", A), ("2.2.0", A))).events
    assert (event.versions[-1], event.date) == ("2.2.0", "2026-01-03")


def test_an_option_no_release_has() -> None:
    with pytest.raises(KeyError):
        life("none", line_up(("2.1.0", A)))


SPEC = {"name": "A", "flag": "a", "type": "string", "json_path": "a.b"}


@every_row(
    ("before", "after", "kind", "what"),
    [
        ({"default": "0s"}, {"default": "36h0m0s"}, "default", "0s → 36h"),
        ({"default": None}, {"default": "x"}, "default", "unset → x"),
        ({"yaml_path": "x.y"}, {"yaml_path": ""}, "yaml-path", "x.y → none"),
        ({"env": "OLD"}, {"env": "NEW"}, "env", "OLD → NEW"),
        ({"json_path": "a.b"}, {"json_path": "c"}, "json-path", "a.b → c"),
        ({"type": "string"}, {"type": "url"}, "type", "string → url"),
        ({}, {"hidden": True}, "hidden", "from --help and the documentation"),
        ({"hidden": True}, {}, "shown", "in --help and the documentation"),
        ({}, {"secret": True}, "secret", "the API shows its value no longer"),
        ({"secret": True}, {}, "public", "the API shows its value"),
        ({}, {"use_instead": ("b",)}, "deprecated", "use --b instead, with another meaning"),
        ({"use_instead": ("b",)}, {}, "reinstated", "it is deprecated no longer"),
    ],
)
def test_every_kind_of_alteration(
    before: dict[str, object], after: dict[str, object], kind: str, what: str
) -> None:
    types = {"type": "duration"} if before.get("default") == "0s" else {}
    old, new = (OptionSpec(**{**SPEC, **types, **more}) for more in (before, after))  # type: ignore[arg-type]
    events = life("a", line_up(("2.1.0", old), ("2.2.0", new))).events
    assert [(event.kind.value, event.what) for event in events[1:]] == [(kind, what)]


def test_names_and_groups_change_without_meaning() -> None:
    other = OptionSpec(
        "Other", flag="a", env="A", json_path="a", type="int", default="1", group="G"
    )
    assert len(life("a", line_up(("2.1.0", A), ("2.2.0", other))).events) == 1


def test_an_explicit_default_that_equals_the_zero_value_is_no_news() -> None:
    unset = OptionSpec("S", flag="a", type="bool")
    false = OptionSpec("S", flag="a", type="bool", default="false")
    assert len(life("a", line_up(("2.1.0", unset), ("2.2.0", false))).events) == 1


# --- Coder --------------------------------------------------------------------------------------


def test_the_smarthost_of_notifications() -> None:
    smarthost = told("notifications-email-smarthost")
    assert [(event.kind.value, event.versions, event.date) for event in smarthost.events] == [
        ("introduced", ("2.14.0",), "2024-08-06"),
        ("superseded", ("2.17.0",), "2024-11-04"),
        ("default", ("2.18.0",), "2024-12-03"),
        ("type", ("2.18.0",), "2024-12-03"),
    ]
    assert [event.what for event in smarthost.events] == [
        "host:port, default localhost:587",
        "by --email-smarthost: both set notifications.email.smarthost",
        "localhost:587 → unset",
        "host:port → string",
    ]
    assert smarthost.aliases == ("email-smarthost",)
    assert not smarthost.is_removed


def test_a_new_name_says_whose_place_it_takes() -> None:
    assert (
        "the new name of --notifications-email-smarthost" in told("email-smarthost").events[0].what
    )
    assert "another name of --telemetry" in told("telemetry-enable").events[0].what


@pytest.mark.parametrize(
    "key", ["external-auth-providers", "externalAuthProviders", "External Auth Providers"]
)
def test_an_option_that_gets_a_flag_stays_what_it_was(key: str) -> None:
    lived = told(key)
    assert lived == told("external-auth-providers")
    assert not lived.is_removed
    assert shape(lived.events) == [
        ("introduced", ("2.2.1", "2.3.0"), f"{lived.spec.type}, no default, hidden"),
        ("yaml-path", ("2.6.0",), "none → externalAuthProviders"),
        ("flag", ("2.7.0",), "none → --external-auth-providers"),
    ]


@every_row(
    ("key", "kind", "versions"),
    [
        (
            "oidc-repair-links",
            EventKind.INTRODUCED,
            ("2.29.18", "2.32.8", "2.33.9", "2.34.3", "2.35.0"),
        ),
        (
            "dangerous-oidc-email-fallback",
            EventKind.INTRODUCED,
            ("2.32.10", "2.33.11", "2.34.5", "2.35.0"),
        ),
        ("host-prefix-cookie", EventKind.INTRODUCED, ("2.31.1", "2.32.0")),
        ("secure-auth-cookie", EventKind.DEFAULT, ("2.31.1", "2.32.0")),
        ("secure-auth-cookie", EventKind.JSON_PATH, ("2.22.0",)),
        ("ssh-hostname-prefix", EventKind.DEPRECATED, ("2.31.1", "2.32.0")),
        ("provisioner-daemon-psk", EventKind.SECRET, ("2.9.0",)),
        ("provisioner-daemon-psk", EventKind.YAML_PATH, ("2.9.0",)),
        ("in-memory", EventKind.REMOVED, ("2.25.0",)),
        ("ai", EventKind.REMOVED, ("2.24.0",)),
        ("wildcard-access-url", EventKind.TYPE, ("2.7.0",)),
        ("aibridge-enabled", EventKind.SUPERSEDED, ("2.34.0",)),
        ("aibridge-enabled", EventKind.DEFAULT, ("2.34.0",)),
        ("docs-url", EventKind.DEFAULT, ("2.16.0",)),
    ],
)
def test_what_is_known_of_coder(key: str, kind: EventKind, versions: tuple[str, ...]) -> None:
    assert [event.versions for event in told(key).events if event.kind is kind] == [versions]


def test_aliases_whose_default_only_one_declares_keep_it() -> None:
    """In 2.17 the old names of the e-mail options declare none, yet share the new ones' values."""
    for key in ("notifications-email-smarthost", "notifications-email-hello"):
        defaults = [e for e in told(key).events if e.kind is EventKind.DEFAULT]
        assert "2.17.0" not in [event.versions[-1] for event in defaults]


KEYS = sorted({key for release in CUT for key in release.options})


def test_every_option_lives_from_one_introduction_to_at_most_one_removal() -> None:
    for key in KEYS:
        lived = told(key)
        kinds = Counter(event.kind for event in lived.events)
        assert kinds[EventKind.INTRODUCED] == 1, key
        assert kinds[EventKind.REMOVED] == lived.is_removed, key
        assert lived.events[0].kind is EventKind.INTRODUCED, key


def test_thirty_three_options_were_superseded_by_2_34() -> None:
    superseded = [
        key
        for key in KEYS
        for event in told(key).events
        if event.kind is EventKind.SUPERSEDED and event.versions[-1] == "2.34.0"
    ]
    assert len(superseded) == 33
    assert all(key.startswith("aibridge-") for key in superseded)


def test_the_real_removals() -> None:
    gone = {key for key in KEYS if told(key).is_removed}
    assert {key for key in gone if key.islower()} == {
        "telemetry-trace",
        "provisioner-daemons-echo",
        "ai",
        "in-memory",
    }
    without_flag = {key: told(key).events[-1].what for key in gone if not key.islower()}
    assert without_flag == {
        "Git Auth Providers": "nothing sets its config leaf any more",
    }
