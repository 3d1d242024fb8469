"""Files that have to do with Coder and set up no server of it: what each is, and what to give."""

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from confaudit.core.coder.programs import SERVER_NAMES
from confaudit.errors import SourceError
from confaudit.operator_files.file import OperatorFile
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Sequence, entries, get, walk


class _Stranger(Struct, frozen=True):
    what: str
    """To follow "is" in a sentence."""
    hint: str
    matches: Callable[[OperatorFile], bool]


def refusal(file: OperatorFile) -> SourceError | None:
    """Why a file is none to be read; None where it may be one."""
    if _OF_SERVER.search(file.text):
        found = next((one for one in _ANSWERS if one.matches(file)), None)
    else:
        found = next((one for one in (*_ANSWERS, *_OTHERS) if one.matches(file)), None)
    return SourceError(f"{file.name} is {found.what}", found.hint) if found else None


_OF_SERVER: Final = regex(
    rf"\b(?:{'|'.join(sorted(SERVER_NAMES))})\b|\b(?:coder|codercom)/coder\b(?!\")"
)
"""In a file with that, there is a server's configuration, whatever else is in it."""
_SETS_UP: Final = "give the files that set Coder's server up"


def _has(pattern: str) -> Callable[[OperatorFile], bool]:
    compiled = regex(pattern, re.MULTILINE)
    return lambda file: compiled.search(file.text) is not None


def _begins(pattern: str) -> Callable[[OperatorFile], bool]:
    compiled = regex(r"\s*" + pattern)
    return lambda file: compiled.match(file.text) is not None


def _roots(file: OperatorFile) -> tuple[Node, ...]:
    return file.yaml.roots if file.yaml else ()


def _is_answer(file: OperatorFile) -> bool:
    return any(
        isinstance(get(root, "options"), Sequence) and isinstance(get(root, "config"), Mapping)
        for root in _roots(file)
    )


def _is_terraform_json(root: Node) -> bool:
    resources = get(root, "resource")
    return isinstance(resources, Mapping) and all(
        "_" in key.text and isinstance(get(resources, key.text), Mapping | Sequence)
        for key, _ in entries(resources)
    )


def _is_classic(file: OperatorFile) -> bool:
    """Whether there are values of the chart that Coder 1 had."""
    return any(
        path[-1:] == ("coderd",) and isinstance(node, Mapping)
        for root in _roots(file)
        for path, node in walk(root)
    )


def _is_code_server(file: OperatorFile) -> bool:
    return any(
        get(root, "bind-addr") is not None and (get(root, "auth") or get(root, "cert")) is not None
        for root in _roots(file)
    )


_ANSWERS: Final = (
    _Stranger(
        "what `kubectl describe` prints, which leaves values out",
        "give what `kubectl get deploy coder -o yaml` prints",
        _begins(r"Name: +\S+\n(?:[A-Z][\w ]*:[^\n]*\n)*?(?:Namespace|Labels):"),
    ),
    _Stranger(
        "a list that holds no settings",
        "give what `kubectl get deploy coder -o yaml` or `docker inspect coder` prints",
        _begins(
            r"(?:NAMESPACE +)?NAME +(?:READY|STATUS|TYPE|DATA|REVISION|NAMESPACE)|CONTAINER ID "
        ),
    ),
    _Stranger(
        "a list in which no value can be told from the next",
        "give what `docker inspect coder` prints, without a format",
        _begins(r"\[[A-Za-z_]\w*="),
    ),
    _Stranger(
        "what `systemctl status` prints, which holds no settings",
        "give what `systemctl cat coder` prints",
        _begins(r"[\u25cf\u25cb\u00d7*] \S+\.service"),
    ),
    _Stranger(
        "a Bicep file, in which a name cannot be told from a text",
        "give the ARM template that `az bicep build` makes of it",
        _has(r"^[ \t]*resource[ \t]+\w+[ \t]+'[^'\n]+@\d{4}-\d\d-\d\d"),
    ),
    _Stranger(
        "a Terraform configuration in JSON, which is not read",
        "give what it sets as an env file, or the .tf files",
        lambda file: any(map(_is_terraform_json, _roots(file))),
    ),
    _Stranger(
        "a state or plan of Terraform, which is not read and holds every secret in clear",
        "give the .tf files",
        lambda file: any(get(root, "terraform_version") for root in _roots(file)),
    ),
    _Stranger(
        "a quadlet that runs a Kubernetes manifest",
        "give the manifest that its Yaml= names, and the ConfigMaps that it takes",
        _has(r"^\[Kube\][ \t]*$"),
    ),
    _Stranger(
        "an answer of Coder's API",
        "give it to `confaudit upgrade` as SNAPSHOT, or to `confaudit diff`",
        _is_answer,
    ),
)
"""What is of a server, and is not read as its configuration."""
_OTHERS: Final = (
    _Stranger(
        "the configuration of code-server, which is another program than Coder",
        _SETS_UP,
        _is_code_server,
    ),
    _Stranger(
        "a file that sets up code-server, which is another program than Coder",
        _SETS_UP,
        _has(r"(?:codercom|coder|linuxserver)/code-server\b(?!:\d+\")"),
    ),
    _Stranger(
        "for Coder 1, which had another configuration",
        "give the configuration of a Coder 2 deployment",
        lambda file: _is_classic(file) or _has(r"\bcoderenvs/")(file),
    ),
    _Stranger(
        "a template of workspaces, which does not set up the server",
        _SETS_UP,
        _has(r'^[ \t]*(?:resource|data)\s+"coder_(?:agent|app|workspace\w*|parameter|script|env)"'),
    ),
    _Stranger(
        "a development container's configuration, which does not set up the server",
        _SETS_UP,
        _has(
            r'(?:^|[{,])[ \t]*"(?:(?:remote|container)(?:User|Env)|postCreateCommand'
            r'|customizations|features)"\s*:'
        ),
    ),
)
