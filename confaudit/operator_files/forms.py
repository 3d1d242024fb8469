"""The forms that operators' files have, and how each is recognised and read."""

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

from msgspec import Struct

from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.errors import SourceError
from confaudit.operator_files.beside import ALONE, Beside, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.strangers import refusal


class FormReader(Struct, frozen=True):
    """One form: what is to be known of it before its module, which has a `READER`, is needed."""

    name: str
    """What `--form` calls it."""
    title: str
    """What it is, to follow "is" in a sentence."""
    module: str
    embeddable: bool = True
    """Whether a text inside another file may be one."""
    rank: int = 0
    """Lower ones are read first, since they may point to files of higher ones: such a file stands
    for itself only where none does."""
    is_yaml: bool = False
    """Whether its files are maps or lists in YAML, and no other need be looked at."""
    sign: str = ""
    """What a text of this form has somewhere, as a regular expression: others need not be looked
    at, nor the module be imported."""

    def recognise(self, file: OperatorFile) -> bool:
        """Whether the file looks like this form; never raises for any content."""
        if (self.is_yaml and not file.is_structured) or not re.search(self.sign, file.text):
            return False
        return self._reader.recognise(file)

    def read(self, file: OperatorFile, beside: Beside = ALONE) -> tuple[OperatorSettings, ...]:
        """What a file sets, one for each server; none when it has to do with something else.

        What has no form is of no server, and its notes say of what.

        Raises:
            SourceError: it cannot be read as this form.
        """
        if self._reader.read_layers:
            return _noted(self._reader.read_layers([file], beside), [file])
        return _noted(self._reader.read(file, beside), [file])

    def read_layers(
        self, files: Sequence[OperatorFile], beside: Beside
    ) -> tuple[OperatorSettings, ...]:
        """What files set of which a tool lays the later over the earlier.

        Raises:
            SourceError: one cannot be read as this form.
        """
        if self._reader.read_layers:
            return _noted(self._reader.read_layers(files, beside), files)
        parts = tuple(part for file in files for part in self.read(file, beside))
        return (merge(*parts),) if parts and len(files) > 1 else parts

    @property
    def is_layered(self) -> bool:
        """Whether several files are read as one, rather than one by one."""
        return self._reader.read_layers is not None

    def read_rest(self, file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
        """What a file sets that nothing points to."""
        return _noted(self._reader.read_rest(file, beside), [file])

    def silence(self, file: OperatorFile) -> SourceError:
        """Why nothing came of a file."""
        if self._reader.silence:
            return self._reader.silence(file)
        return SourceError(
            f"{file.name} is {self.title} without anything of Coder's server in it",
            "give the file that sets Coder's variables",
        )

    @property
    def _reader(self) -> Reader:
        """Imported when it is first needed: the modules of most forms never are."""
        reader: Reader = import_module(f"confaudit.operator_files.{self.module}").READER
        return reader


READERS: Final[Mapping[str, FormReader]] = {
    reader.name: reader
    for reader in (
        FormReader(
            "helm-output",
            "what Helm prints of a release",
            "helm.output",
            sign=r"\A\s*\{|(?m:^[A-Z][A-Z -]*:)",
        ),
        FormReader(
            "helmfile",
            "a helmfile",
            "helm.helmfile",
            embeddable=False,
            is_yaml=True,
            sign="releases",
        ),
        FormReader(
            "kustomization",
            "a kustomization",
            "kubernetes.kustomize",
            embeddable=False,
            rank=-1,
            is_yaml=True,
        ),
        FormReader(
            "kubernetes",
            "a Kubernetes manifest",
            "kubernetes.manifests",
            is_yaml=True,
            sign=r"apiVersion|\bop\b",
        ),
        FormReader(
            "chart",
            "a chart",
            "helm.chart_file",
            embeddable=False,
            rank=3,
            is_yaml=True,
            sign="apiVersion|dependencies",
        ),
        FormReader(
            "ansible",
            "an Ansible playbook",
            "hosts.ansible",
            is_yaml=True,
            sign=r"(?m)^-\s|\A(?:[ \t]*(?:#.*|---.*)?\n)*[ \t]*[-\[]",
        ),
        FormReader("compose", "a compose file", "containers.compose", is_yaml=True),
        FormReader(
            "containers", "a description of containers", "containers.descriptions", is_yaml=True
        ),
        FormReader("fly", "a fly.toml", "containers.fly", embeddable=False, sign=r"\[env\]"),
        FormReader(
            "pipeline",
            "a CI pipeline",
            "hosts.pipelines",
            embeddable=False,
            is_yaml=True,
            sign=r"\b(?:helm3?|docker|podman|coder)\b",
        ),
        FormReader(
            "helm-values", "a file of Helm values", "helm.values_file", rank=1, is_yaml=True
        ),
        FormReader(
            "server-yaml",
            "the server's YAML",
            "server_yaml",
            embeddable=False,
            rank=2,
            is_yaml=True,
        ),
        FormReader(
            "variables",
            "a file of variables in YAML",
            "hosts.variables",
            embeddable=False,
            rank=2,
            is_yaml=True,
            sign="CODER_",
        ),
        FormReader(
            "systemd", "a systemd unit", "hosts.systemd", sign=r"(?m)^[ \t]*\[|^[A-Z][a-z]\w*="
        ),
        FormReader(
            "cloud-init", "user data of cloud-init", "hosts.cloud_init", sign="#cloud-config"
        ),
        FormReader("dockerfile", "a Dockerfile", "containers.dockerfile", sign=r"(?i)\bfrom\b"),
        FormReader(
            "script",
            "a shell script",
            "hosts.scripts",
            sign=r"```|~~~|<<|\b(?:echo|printf|tee|docker|podman|nerdctl|helm3?)\b|\bcoder\s+[a-z]",
        ),
        FormReader("process", "the environment of a process", "hosts.process", embeddable=False),
        FormReader("env-file", "an env file", "env_file", rank=1),
        FormReader("nix", "a Nix file", "code.nix", embeddable=False, sign=r"\{|=\s*''\n|\blet\b"),
        FormReader(
            "terraform",
            "a Terraform file",
            "code.terraform",
            embeddable=False,
            sign=r"\{|\w[ \t]+=",
        ),
        FormReader("text", "a text with Coder's variables in it", "lines", embeddable=False),
    )
}
"""In the order in which they are tried: what has the most structure first."""


def recognised(file: OperatorFile, *, inside: bool = False) -> FormReader | None:
    """The reader for a file, or for a text `inside` another one."""
    readers = (one for one in READERS.values() if one.embeddable or not inside)
    return next((one for one in readers if one.recognise(file)), None)


_KINDS: Final[Mapping[str, Form]] = {
    "HelmRelease": Form.HELM_RELEASE,
    "Application": Form.ARGO_APPLICATION,
    "ApplicationSet": Form.ARGO_APPLICATION,
    "HelmChart": Form.HELM_CHART,
    "HelmChartConfig": Form.HELM_CHART,
}


_WORDS: Final[Mapping[str, Form]] = {"script": Form.SCRIPT, "pipeline": Form.PIPELINE}
"""Readers whose name is shorter than what they read is called."""


def form_word(file: OperatorFile) -> str:
    """What a file is of which no setting tells it; a resource by its kind. Empty: nobody knows."""
    reader = recognised(file)
    if reader and reader.name in _WORDS:
        return _WORDS[reader.name].value
    kinds = dict.fromkeys(one.kind for one in resources(file))
    if reader is None or reader.name != "kubernetes" or len(kinds) != 1:
        return reader.name if reader else ""
    kind = next(iter(kinds))
    return _KINDS[kind].value if kind in _KINDS else f"{reader.name} ({visible(kind)})"


def form_of(file: OperatorFile, form: str | None = None) -> FormReader:
    """The reader for a file: of the form (a name in `READERS`) that is said, else recognised.

    Raises:
        SourceError: there is no such form, or the file has none that we know.
    """
    if form is not None and form not in READERS:
        raise SourceError(f"there is no form named {visible(form)}", f"forms: {', '.join(READERS)}")
    if form is None and (stranger := refusal(file)):
        raise stranger
    reader = recognised(file) if form is None else READERS[form]
    if reader is None:
        raise SourceError(
            f"{file.name} is no file that configures Coder, as far as we can tell",
            f"say with --form which one it is: {', '.join(READERS)}",
        )
    return reader


def _noted(
    operators: Sequence[OperatorSettings], files: Sequence[OperatorFile]
) -> tuple[OperatorSettings, ...]:
    """The same with a note on each file that is no YAML until somebody renders it.

    What is of no server is kept for the notes that say so.
    """
    templates = [(_TEMPLATED.format(file.name), file) for file in files if file.templated]
    told = OperatorSettings(
        notes=tuple(note for note, file in templates if not file.has_open_lines),
        elsewhere=tuple(
            Elsewhere(f"template/{file.name}", note)
            for note, file in templates
            if file.has_open_lines
        ),
    )
    return tuple(
        merge(told, one) if one.forms else one for one in operators if one.forms or one.notes
    )


_TEMPLATED: Final = "{} is a template: no YAML until somebody renders it, read as it stands"
