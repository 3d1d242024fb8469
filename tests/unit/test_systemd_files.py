"""Units of systemd, quadlets and their files: what they set, text by text."""

from confaudit.core.given import Form, GivenState
from tests.tables import every_row
from tests.unit.file_texts import deployments, settings, told

SERVICE = "[Service]\nExecStart=/usr/bin/coder server\n"
UNITS = {
    "words and quotes": (
        SERVICE + 'Environment="CODER_A=a b" CODER_B=\'b c\' CODER_C=c"d e"f CODER_D=x\\x20y\n',
        "A=a b B=b c C=cd ef D=x y",
    ),
    "a comment within a line": (
        SERVICE + "Environment=CODER_A=a \\\n# no\n  CODER_B=b\n",
        "A=a B=b",
    ),
    "an empty assignment": (
        SERVICE + "Environment=CODER_A=a\nEnvironmentFile=/x\nEnvironment=\nEnvironmentFile=\n"
        "Environment=CODER_B=b\n",
        "B=b",
    ),
    "what is passed and taken away": (
        SERVICE + "Environment=CODER_A=a CODER_B=b\nPassEnvironment=CODER_C\n"
        "UnsetEnvironment=CODER_A\n",
        "B=b C:pass-through",
    ),
    "another section": ("[Unit]\nEnvironment=CODER_A=a\n" + SERVICE, ""),
    "variables on the command line": (
        "[Service]\nExecStart=/usr/bin/env CODER_A=a /usr/bin/coder server --verbose\n",
        "A=a --verbose=true",
    ),
    "a drop-in alone": ("[Service]\nEnvironment=CODER_A=a\nEnvironmentFile=/x\n", "A=a unseen"),
    "a container": (
        "[Service]\nExecStart=/usr/bin/docker run -e CODER_A=a -e CODER_B --env-file /x \\\n"
        "  ghcr.io/coder/coder:v2.30.0 server --verbose\n",
        "A=a B:pass-through --verbose=true unseen",
    ),
    "a quadlet": (
        "[Container]\nImage=ghcr.io/coder/coder:v2.30.0\nEnvironment=CODER_A=a\nExec=--verbose\n"
        "EnvironmentFile=/x\nSecret=x,type=env,target=CODER_B\n[Service]\nEnvironment=CODER_C=c\n",
        "A=a --verbose=true B:reference unseen",
    ),
    "arguments of podman": (
        "[Container]\nImage=coder/coder\nPodmanArgs=--env CODER_A=a --init -eCODER_B=b \\\n"
        "  --env-file /x\n",
        "A=a B=b unseen",
    ),
    "what cat prints": (
        "# /lib/systemd/system/coder.service\n" + SERVICE + "Environment=CODER_A=a\n\n"
        "# /etc/systemd/system/coder.service.d/x.conf\n[Service]\nEnvironment=CODER_A=b\n",
        "A=a A=b",
    ),
    "what cat prints of two units": (
        "# /lib/systemd/system/db.service\n[Service]\nEnvironment=PGDATA=x\n\n"
        "# /lib/systemd/system/coder.service\n" + SERVICE + "Environment=CODER_A=a\n",
        "A=a",
    ),
    "what show prints": (
        "Type=notify\nExecStart={ path=/usr/bin/coder ; argv[]=/usr/bin/coder server --verbose ; "
        'ignore_errors=no ; pid=0 }\nEnvironment=CODER_A=a "CODER_B=b c"\n'
        "EnvironmentFiles=/a (ignore_errors=no)\nEnvironmentFiles=/b (ignore_errors=yes)\n",
        "--verbose=true A=a B=b c unseen unseen",
    ),
    "what old releases show": (
        "FragmentPath=/x\nEnvironment=CODER_A=a b c CODER_B=100%\n",
        "A=a b c B=100%",
    ),
}


@every_row("case", UNITS)
def test_units(case):
    text, expected = UNITS[case]
    assert " ".join(told(settings(text))) == expected


def test_what_is_written_in_another_section_is_told():
    operator = settings("[Unit]\nEnvironment=CODER_A=a\n" + SERVICE)
    assert operator.notes == ("file, line 2: systemd ignores Environment= in the section [Unit]",)


def test_a_unit_of_another_program_is_told_and_not_read():
    proxy = "[Service]\nEnvironment=CODER_A=a\nExecStart=/usr/bin/coder wsproxy server\n"
    found = deployments(("p.service", proxy), ("c.service", SERVICE + "Environment=CODER_B=b\n"))
    assert [list(told(one.operator)) for one in found.found] == [["B=b"]]
    assert "workspace proxy" in found.notes[0]


ENVIRONMENT_FILE = """\
export CODER_A=a
CODER_B=b # all of it
CODER_C=c\\
d \\
  e
CODER_D="d \\"e\\"" f
"""


def test_an_environment_file_as_systemd_reads_it():
    unit = SERVICE + "EnvironmentFile=-/etc/c.env\n"
    operator = settings(("coder.service", unit), ("c.env", ENVIRONMENT_FILE))
    assert list(told(operator)) == ["B=b # all of it", "C=cd   e", 'D=d "e"f']
    assert operator.notes == ("c.env, line 1: systemd ignores a line that begins with `export`",)
    assert {one.form for one in operator.given} == {Form.ENV_FILE}


def test_a_file_of_a_quadlet_as_podman_reads_it():
    unit = "[Container]\nImage=ghcr.io/coder/coder\nEnvironmentFile=c.env\nEnvironment=CODER_A=a\n"
    operator = settings(("c.container", unit), ("c.env", "CODER_A=b # no\n"))
    assert list(told(operator)) == ["A=b", "A=a"]


def test_the_end_of_a_value_with_blanks_is_not_taken_for_a_name():
    """systemd ends a value at a blank: what follows may be the rest of a secret."""
    unit = "[Service]\nExecStart=/usr/bin/coder server\nEnvironment="
    values = ("CODER_SCIM_AUTH_HEADER=Bearer hunter2 x/hunter2==", '"CODER_A=x hunter2==')
    for value in values:
        found = settings(unit + value)
        assert not any("hunter2" in one.name for one in found.given)
        assert any(one.state is GivenState.MALFORMED for one in found.given)
