"""The programs of Coder: the server, and what else its image, its charts and its variables run.

Facts of coder/coder (cli/, enterprise/cli/, helm/) and of the vendor's repositories of these names.
Only the server's options are known to the catalogue, so that nothing else can be checked.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Final

from confaudit.patterns import regex


class Program(StrEnum):
    """What runs somewhere, and so reads what is set there."""

    SERVER = "server"
    WORKSPACE_PROXY = "workspace-proxy"
    PROVISIONER = "provisioner"
    AI_GATEWAY = "ai-gateway"
    AGENT = "agent"
    CLIENT = "client"
    """The `coder` command on somebody's own machine."""
    LOGIN = "login"
    """`coder login`, when it makes the first user."""
    EXIT_NODE = "exit-node"
    TEMPLATE = "template"
    """Terraform in a provisioner, which it tells of the workspace."""
    LOGSTREAM = "logstream-kube"
    ENVBOX = "envbox"
    ENVBUILDER = "envbuilder"
    XRAY = "xray"
    OTHER = "other"
    """Commands of administrators, tools of the vendor, and the development scripts."""

    @property
    def label(self) -> str:
        """What it is, to follow "runs" or "is read by"."""
        return _LABELS[self]


_LABELS: Final[Mapping[Program, str]] = {
    Program.SERVER: "the server",
    Program.WORKSPACE_PROXY: "a workspace proxy (`coder wsproxy server`)",
    Program.PROVISIONER: "an external provisioner (`coder provisioner start`)",
    Program.AI_GATEWAY: "an AI gateway of its own (`coder ai-gateway start`)",
    Program.AGENT: "the agent of a workspace",
    Program.CLIENT: "the CLI",
    Program.LOGIN: "`coder login`",
    Program.EXIT_NODE: "an exit node (`coder exit-node server`)",
    Program.TEMPLATE: "the Terraform of a template",
    Program.LOGSTREAM: "coder-logstream-kube",
    Program.ENVBOX: "envbox",
    Program.ENVBUILDER: "envbuilder",
    Program.XRAY: "coder-xray",
    Program.OTHER: "another tool of Coder",
}

_COMMANDS: Final[Mapping[tuple[str, str], Program]] = {
    ("wsproxy", "server"): Program.WORKSPACE_PROXY,
    ("workspace-proxy", "server"): Program.WORKSPACE_PROXY,
    ("provisioner", "start"): Program.PROVISIONER,
    ("provisioners", "start"): Program.PROVISIONER,
    ("provisionerd", "start"): Program.PROVISIONER,
    ("ai-gateway", "start"): Program.AI_GATEWAY,
    ("exit-node", "server"): Program.EXIT_NODE,
    ("exitnode", "server"): Program.EXIT_NODE,
    ("coder", "agent"): Program.AGENT,
    ("coder", "server"): Program.SERVER,
    ("server", "create-admin-user"): Program.OTHER,
    ("server", "dbcrypt"): Program.OTHER,
    ("server", "postgres-builtin-serve"): Program.OTHER,
    ("server", "postgres-builtin-url"): Program.OTHER,
}
"""Two words of a command line that stand side by side in it, whatever stands around them."""

_PRODUCTS: Final[Mapping[str, Program]] = {
    "coder-provisioner": Program.PROVISIONER,
    "coder-logstream-kube": Program.LOGSTREAM,
    "coder-xray": Program.XRAY,
    "envbox": Program.ENVBOX,
    "envbuilder": Program.ENVBUILDER,
}
"""Charts and images of the vendor that hold one other program each."""

SERVER_NAMES: Final = frozenset({"CODER_ACCESS_URL", "CODER_PG_CONNECTION_URL"})
"""Who has one of these is the server: it is hardly without, and no program has one that it does not
read. Agents, templates and other products have others."""

_WORD: Final = regex(r"[^\s;&|()'\"]+")


def started_by(words: Iterable[str]) -> Program | None:
    """What a command line, or the script that it hands to a shell, starts; None: it does not tell.

    A container's words may do without the `coder` before them: the image's entry point has it, and
    with `server` after it; whoever gives another command forgets that easily.
    """
    plain = [word for text in words for word in _WORD.findall(text) if not word.startswith("-")]
    pairs = pairwise(("coder", *(word.rpartition("/")[2] for word in plain)))
    found = [_COMMANDS[pair] for pair in pairs if pair in _COMMANDS]
    return next((one for one in found if one is not Program.SERVER), next(iter(found), None))


def product(name: str) -> Program | None:
    """The program in one of the vendor's other charts or images; None for any other name.

    `name` is a chart's or an image's, with or without the registry before it.
    """
    return _PRODUCTS.get(name.rstrip("/").rpartition("/")[2])


def program_of(
    *, words: Iterable[str] = (), artefact: str = "", is_proxy: bool = False
) -> Program | None:
    """What a workload runs, by all that tells it; None where nothing does.

    `artefact` is its chart or image, `is_proxy` the chart's `coder.workspaceProxy`.
    """
    if is_proxy:
        return Program.WORKSPACE_PROXY
    return started_by(words) or product(artefact)


def not_covered(what: str, program: Program) -> str:
    """The note on something that runs another program than the server, as a whole sentence."""
    return f"{what} runs {program.label}: not covered, nothing of it was checked"


def meant_for(what: str, program: Program | None) -> str:
    """The same on settings that another program, or none of Coder's, reads: their names tell it."""
    if program is None:
        return f"{what} sets nothing that Coder's server reads: it is for another product"
    return f"{what} is for {program.label}: not covered, nothing of it was checked"
