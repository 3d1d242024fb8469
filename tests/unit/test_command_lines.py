"""Words of command lines, whatever file they stand in: split as its tool does, each on its line."""

import pytest

from confaudit.core.given import Channel
from tests.tables import every_row
from tests.unit.file_texts import settings

IMAGE = "ghcr.io/coder/coder:v2.30.0"


def service(command):
    return f"services:\n  coder:\n    image: {IMAGE}\n    command: {command}"


TEXTS = {
    "a unit that goes on": (
        "[Service]\nExecStart=/usr/bin/coder server --verbose \\\n# no\n  --cache-dir /c \\\n"
        "  --access-url=x\n",
        [("verbose", "true", 2), ("cache-dir", "/c", 4), ("access-url", "x", 5)],
    ),
    "a unit with words that go on": (
        '[Service]\nExecStart=coder server --log-human "/a \\\n  b" \\\n  --cache-dir=/c\n',
        [("log-human", "/a  b", 2), ("cache-dir", "/c", 4)],
    ),
    "variables of a unit": (
        "[Service]\nExecStart=coder server\n"
        "Environment=CODER_A=a \\\n  'CODER_B=b c' \\\n CODER_C=d\n",
        [("CODER_A", "a", 3), ("CODER_B", "b c", 4), ("CODER_C", "d", 5)],
    ),
    "a literal block": (
        service("|\n      server\n      --verbose\n\n      --access-url 'x y'\n"),
        [("verbose", "true", 6), ("access-url", "x y", 8)],
    ),
    "a folded block": (
        service('>-\n      server --verbose\n      --access-url="x"\n      --cache-dir=/c\n'),
        [("verbose", "true", 5), ("access-url", "x", 6), ("cache-dir", "/c", 7)],
    ),
    "a plain text that goes on": (
        service("server --verbose\n      --cache-dir=/c\n"),
        [("verbose", "true", 4), ("cache-dir", "/c", 5)],
    ),
    "a shorthand that shells have as well": (
        service("server -c /etc/coder.yaml --verbose\n"),
        [("c", "/etc/coder.yaml", 4), ("verbose", "true", 4)],
    ),
    "a docker run that goes on": (
        f"docker run \\\n  -e CODER_A=a \\\n  {IMAGE} server \\\n  --verbose \\\n"
        "  --cache-dir /c\n",
        [("CODER_A", "a", 2), ("verbose", "true", 4), ("cache-dir", "/c", 5)],
    ),
    "Nix": (
        "{\n  systemd.services.coder.serviceConfig.ExecStart = ''\n    coder server \\\n"
        "      --verbose \\\n      --cache-dir=/c\n  '';\n}\n",
        [("verbose", "true", 4), ("cache-dir", "/c", 5)],
    ),
}


@every_row("case", TEXTS)
def test_each_word_has_its_own_line(case):
    text, expected = TEXTS[case]
    found = settings(text)
    assert [(one.name, one.value, one.position.line) for one in found.given] == expected


OPEN = {
    "a unit": "[Service]\nExecStart=coder server $CODER_ARGS\n",
    "a template": "[Service]\nExecStart={{ bin }}/coder server {{ coder_args }}\nUser=coder\n",
    "compose": service("server ${EXTRA}\n"),
    "a shell": service("sh -ec 'coder server --verbose'\n"),
}


@pytest.mark.parametrize("case", OPEN)
def test_arguments_that_are_filled_in_may_be_any_flag(case):
    found = settings(OPEN[case])
    assert [one.resource for one in found.elsewhere] == ["command"]
    assert not [one for one in found.given if one.channel is Channel.FLAG]


def test_a_script_that_a_container_starts_with_may_set_anything():
    found = settings(service("[/entrypoint.sh, server, --verbose]\n"))
    assert [one.resource for one in found.elsewhere] == ["file/entrypoint.sh"]
    assert [one.name for one in found.given] == ["verbose"]
