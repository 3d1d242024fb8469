"""Which of Coder's programs a command line, a chart or an image starts."""

from confaudit.core.coder.programs import Program, not_covered, program_of
from tests.tables import every_row

COMMANDS = [
    (["server"], Program.SERVER),
    (["/opt/coder", "server", "--verbose"], Program.SERVER),
    (["/usr/bin/coder", "server"], Program.SERVER),
    (["sh", "-c", "exec coder server --http-address :80"], Program.SERVER),
    (["wsproxy", "server"], Program.WORKSPACE_PROXY),
    (["coder", "workspace-proxy", "server"], Program.WORKSPACE_PROXY),
    (["/bin/sh", "-c", "sleep 5; coder wsproxy server;"], Program.WORKSPACE_PROXY),
    (["coder", "--verbose", "wsproxy", "server"], Program.WORKSPACE_PROXY),
    (["provisionerd", "start", "--tag", "a=b"], Program.PROVISIONER),
    (["/opt/coder", "provisioner", "start"], Program.PROVISIONER),
    (["coder provisioners start --psk 'x'"], Program.PROVISIONER),
    (["ai-gateway", "start"], Program.AI_GATEWAY),
    (["/opt/coder", "agent"], Program.AGENT),
    ([], None),
    (["/entrypoint.sh"], None),
    (["caddy", "server"], None),
    (["consul", "agent", "-dev"], None),
    (["--config", "/etc/coder.yaml"], None),
]


@every_row(("words", "expected"), COMMANDS)
def test_a_command_line_tells_the_program(words, expected):
    assert program_of(words=words) is expected


ARTEFACTS = [
    ("coder-provisioner", Program.PROVISIONER),
    ("oci://ghcr.io/coder/chart/coder-provisioner", Program.PROVISIONER),
    ("ghcr.io/coder/coder-logstream-kube", Program.LOGSTREAM),
    ("ghcr.io/coder/envbox", Program.ENVBOX),
    ("ghcr.io/coder/coder", None),
    ("coder", None),
    ("", None),
]


@every_row(("artefact", "expected"), ARTEFACTS)
def test_a_chart_or_image_tells_the_program(artefact, expected):
    assert program_of(artefact=artefact) is expected


def test_the_charts_switch_for_a_workspace_proxy_decides():
    assert program_of(words=["server"], is_proxy=True) is Program.WORKSPACE_PROXY


def test_a_command_beats_the_image_around_it():
    """A provisioner may be started from any image that has the binary."""
    found = program_of(words=["coder", "server"], artefact="ghcr.io/coder/envbox")
    assert found is Program.SERVER


@every_row("program", Program)
def test_every_program_can_be_named(program):
    assert not_covered("x.yaml", program) == (
        f"x.yaml runs {program.label}: not covered, nothing of it was checked"
    )
