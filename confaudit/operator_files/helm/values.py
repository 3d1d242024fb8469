"""Where the values of a release come from: its own text, files and resources that were given."""

import base64
import binascii
from pathlib import PurePosixPath

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.operator_files import embedded
from confaudit.operator_files.beside import Beside, KeyText, Resource
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.parameters import Environment
from confaudit.operator_files.helm.reach import Reach, of_folder, of_release, of_values
from confaudit.operator_files.helm.values_file import Release, read_release
from confaudit.operator_files.helm.values_layers import Layer, Values
from confaudit.operator_files.helm.values_paths import typed
from confaudit.operator_files.kubernetes import providers
from confaudit.operator_files.lines import read_lines
from confaudit.operator_files.merge import merge
from confaudit.operator_files.templates import OPAQUE
from confaudit.yaml_nodes import Mapping, Node, Scalar, get, nodes


class Stack(Struct):
    """The values of one release, put together layer by layer, and what is missing of them."""

    file: OperatorFile
    """Where the release stands: paths in it are meant from there."""
    form: Form
    beside: Beside
    is_coder: bool = False
    """Whether the chart is known to be Coder's: else only what sets Coder up is taken for its."""
    values: Values | None = None
    chart: str = ""
    """The folder of the chart, where it lies in the repository of the release."""
    environment: Environment = field(default_factory=Environment)
    """What templates in paths, and in files that are templates, stand for."""
    elsewhere: list[Elsewhere] = field(default_factory=list)
    """The layers that were not given."""
    notes: list[str] = field(default_factory=list)
    files: list[OperatorFile] = field(default_factory=list)
    """The files of values; they are taken where something of Coder's comes of them."""
    unread: list[OperatorFile] = field(default_factory=list)
    """Texts that are no YAML."""

    def result(self, at: Node) -> Values:
        """The values, none for a release that stands `at` a place and has none here."""
        values = self.values or Values(Mapping(at.line), (self._own(Mapping(at.line)),))
        return replace(values, is_whole=not self.elsewhere)

    def read(self, release: Release) -> tuple[OperatorSettings, ...]:
        """What a release with these values comes to; of a text that is no YAML, what it shows."""
        release = replace(release, elsewhere=tuple(self.elsewhere), reach=self._reach(release))
        found = read_release(release, self.beside)
        if self.is_coder or any(one.forms for one in found):
            for file in self.files:
                self.beside.take(file)
        texts = [read_lines(one) for one in self.unread] if release.is_coder else []
        return tuple(self._told(merge(*texts, one)) if one.forms else one for one in found)

    def _told(self, operator: OperatorSettings) -> OperatorSettings:
        """With what the release itself is, and what is to be said of it."""
        forms = tuple(dict.fromkeys((self.form, *operator.forms)))
        return replace(operator, forms=forms, notes=(*operator.notes, *self.notes))

    def _reach(self, release: Release) -> Reach | None:
        """What of the values reaches Coder's chart, by the chart's name, or by its files."""
        if release.is_vendors:
            return of_release(release.what, release.version)
        found = release.folder and of_folder(release.folder, self.file, self.beside)
        if found or release.chart or not self.files:
            return found or None
        return of_values(self.files[0], self.beside)

    def add(self, layer: Layer) -> None:
        """Lay values over those that are there."""
        self.values = self.values.under(layer) if self.values else Values.of(layer)

    def add_own(self, node: Node | None, release: Resource | None = None) -> None:
        """Values that stand in the release itself, as a map or as a text."""
        if isinstance(node, Mapping) and node.pairs:
            self.add(self._put_together(node, release) if release else self._own(node))
        elif isinstance(node, Scalar) and node.text.strip():
            file = release.origin(node).file if release else self.file
            self.add_text(embedded.of_scalar(node, file), self._dialect(file))

    def _put_together(self, root: Node, release: Resource) -> Layer:
        """Values of a release that a tool may have changed."""
        written = ((get(one.node, "spec", "values"), one.file) for one in release.layers)
        parts = tuple(self._own(node, file) for node, file in written if node)
        layers = {id(one.file): one for one in parts}
        files = ((node, release.origin(node).file) for node in nodes(root) if release.origins)
        owners = {
            id(node): layers.setdefault(id(file), self._own(root, file)) for node, file in files
        }
        return replace(self._own(root), parts=parts, owners=owners)

    def add_text(self, text: OperatorFile, form: Form, *, is_secret: bool = False) -> None:
        """Values in a text of their own."""
        if text.yaml is None and is_secret:
            self.notes.append(text.remark(0, "these values are no YAML"))
        elif text.yaml is None:
            self.unread.append(text)
        for root in text.yaml.roots[:1] if text.yaml else ():
            self.add(Layer(root, text, form, is_secret))

    def add_file(self, path: Scalar) -> None:
        """Values in a file beside the release; `$NAME/` in front of it is another repository."""
        named = self.environment.fill(path.text)
        wanted = named.partition("/")[2] if named.startswith("$") else named
        found = self._in_chart(named) or self._found(wanted, is_elsewhere=wanted != named)
        if found and self._may_be(found, wanted):
            self.files.append(found)
            is_template = found.name.endswith(".gotmpl")
            text = self.environment.in_file(found) if is_template else found
            self.add_text(text, Form.HELM_VALUES)
        else:
            self.miss(f"file/{wanted}", path, visible(named))

    def add_charts_own(self) -> None:
        """The values that lie beside the files of a chart, below all others."""
        found = self._in_chart("values.yaml")
        if found and found not in self.files:
            self.files.append(found)
            self.add_text(found, Form.HELM_VALUES)

    def _in_chart(self, path: str) -> OperatorFile | None:
        """The file at a path as seen from the chart, where that lies in the same repository."""
        whole = f"{self.chart}/{path}"
        found = self.beside.find(whole, self.file) if self.chart else None
        return found if found and f"/{found.path}".endswith(f"/{whole}") else None

    def _found(self, path: str, *, is_elsewhere: bool) -> OperatorFile | None:
        """The file at a path; beside a chart of this repository only where the release stands."""
        found = self.beside.find(path, self.file)
        is_here = found is not None and self.beside.lies_beside(found, self.file)
        return found if is_here or is_elsewhere or not self.chart else None

    def _may_be(self, found: OperatorFile, wanted: str) -> bool:
        """Whether a file is in a folder of the wanted name, or in that of the release."""
        folder, path = PurePosixPath(wanted).parent.name, PurePosixPath(found.path)
        return not folder or self.beside.lies_beside(found, self.file) or path.parent.name == folder

    def miss(self, resource: str, at: Node, what: str) -> None:
        """Say that further values stand somewhere else."""
        note = self.file.remark(at.line, f"further values stand in {what}, which is not here")
        self.elsewhere.append(Elsewhere(resource, note))

    def set(self, path: str, value: Node, file: OperatorFile | None = None) -> None:
        """Set one value by its path; `file` is the text that it stands in."""
        root = Mapping(value.line)
        layer = self._own(root, file)
        self.values = (self.values or Values(root, (layer,))).with_set(path, value, layer)

    def set_text(self, path: str, text: OperatorFile) -> None:
        """Set a value that is a text of YAML or JSON by its path."""
        for root in text.yaml.roots[:1] if text.yaml else ():
            self.set(path, root, text)

    def add_resource(self, reference: Node, namespace: str, kind: str = "") -> None:
        """Values in a ConfigMap or Secret: a whole file of them, or one value for a path."""
        kind, name, key, path = (
            kind or _text(reference, "kind"),
            _text(reference, "name"),
            _text(reference, "valuesKey") or _text(reference, "key"),
            _text(reference, "targetPath"),
        )
        resource = self.beside.resource(kind, name, self.file, namespace)
        found = _held(resource, key or "values.yaml") if resource else None
        what = f"{kind or 'the resource'} {name}".strip()
        if path:
            self._set_from(path, found, reference, what)
        elif resource is None:
            self.miss(f"{kind.lower()}/{name}", reference, visible(what))
        elif found:
            text = embedded.of_scalar(found.text, found.file)
            self.add_text(text, Form.HELM_VALUES, is_secret=kind == "Secret")
        else:
            missing = f"the key {key or 'values.yaml'} of {what}"
            self.miss(f"{kind.lower()}/{name}", reference, visible(missing))

    def _set_from(self, path: str, found: KeyText | None, at: Node, what: str) -> None:
        """One value from a resource; what a Secret holds, or nobody gave, is not known."""
        is_known = found is not None and not what.startswith("Secret")
        if not is_known:
            says = f"{visible(path)} is set from {visible(what)}, which is not known here"
            self.notes.append(self.file.remark(at.line, says))
        self.set(path, typed(found.text.text if found and is_known else OPAQUE, at.line))

    def _own(self, root: Node, file: OperatorFile | None = None) -> Layer:
        file = file or self.file
        return Layer(root, file, self._dialect(file))

    def _dialect(self, file: OperatorFile) -> Form:
        return Form.TEXT if file.templated else self.form


def _text(node: Node, key: str) -> str:
    found = get(node, key)
    return found.text if isinstance(found, Scalar) else ""


def _held(resource: Resource, key: str) -> KeyText | None:
    """The text that a ConfigMap or Secret has under a key, decoded."""
    found = providers.texts(resource).get(key)
    encoded = get(resource.node, "data", key) if resource.kind == "Secret" and not found else None
    if isinstance(encoded, Scalar) and (text := _decoded(encoded)):
        return KeyText(resource.file, encoded, text, Form.HELM_VALUES)
    return found


def _decoded(encoded: Scalar) -> Scalar | None:
    """A text that is encoded, as one that stands in that one line."""
    try:
        text = base64.b64decode("".join(encoded.text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return Scalar(encoded.line, text, '"')
