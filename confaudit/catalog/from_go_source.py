"""Learn a release from the source that declares its options: codersdk/deployment.go.

It tells every option with all its facts, hidden ones too, and the experiments. What it takes from
other files it does not tell: such a field is left out, as any that is written in a way that is not
known here.

Read are the options that `DeploymentValues.Options` lists, those it names beforehand, the groups,
and the structs of the config tree. So it is in every release since 2.0; the library of options was
clibase until 2.10, and is serpent since.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from confaudit.catalog.go_source.config_tree import ConfigTree
from confaudit.catalog.go_source.syntax import (
    GoFault,
    arguments,
    assigned,
    check,
    elements,
    functions,
    is_composite,
    name,
    parse,
    part,
    parts,
    statements,
    structs,
    written,
)
from confaudit.catalog.go_source.values import Scope, UnresolvedError, address, as_texts
from confaudit.catalog.partial import Facts, Kind, Partial
from confaudit.core.coder.facts import NOTHING_KNOWN, Experiments
from confaudit.patterns import regex

if TYPE_CHECKING:
    from tree_sitter import Node

HINT: Final = "give codersdk/deployment.go as it is in the source of the release"

_OPTIONS: Final = "DeploymentValues.Options"
_DECLARES_OPTIONS: Final = regex(r"^func \(\w+ \*?DeploymentValues\) Options\(\)", re.MULTILINE)

_TYPES: Final = {
    "Bool": "bool",
    "Duration": "duration",
    "HostPort": "host:port",
    "Int64": "int",
    "Regexp": "regexp",
    "String": "string",
    "StringArray": "string-array",
    "URL": "url",
    "YAMLConfigPath": "yaml-config-path",
}
"""Type in the library of options → as servers call it."""

_COMPUTED: Final = {
    "DefaultCacheDir": ('"coder"', "{user_cache_dir}/coder", "host"),
    "DefaultDocsURL": (
        '"https://coder.com/docs/@"',
        "https://coder.com/docs/@{version}",
        "version",
    ),
}
"""Function that makes a default → what must stand in it, the default, and what it comes from."""

_FOLLOWS_HTTPS: Final = regex(r'strconv\.FormatBool\(\w+\.AccessURL\.Scheme=="https"\)')
_NO_LIST: Final = "does not list the options of a server in a way that is known"
_DEEPEST_GROUP: Final = 20
_Fields: TypeAlias = Mapping[str, "Node"]
"""Field of a Go struct → what it is set to."""

_LOCAL_TYPE: Final = regex(r"(?<![\w.])([A-Z]\w*)(?![\w.])")


def recognise(text: str) -> bool:
    """Whether a text declares the options of a server."""
    return _DECLARES_OPTIONS.search(text) is not None


def read(text: str) -> Partial:
    """Learn from the source.

    Raises:
        ValueError: It cannot be read; the message is the rest of a sentence that names the file.
    """
    return _Source(parse(text)).partial()


class _Source:
    """The declarations of the file, and of the function that lists the options."""

    def __init__(self, file: "Node") -> None:
        self._functions = functions(file)
        if _OPTIONS not in self._functions:
            raise GoFault(_NO_LIST)
        check(self._functions[_OPTIONS])
        self._body = statements(self._functions[_OPTIONS])
        self._assigned = [one for stated in (*parts(file), *self._body) for one in assigned(stated)]
        self._named = {one.name: one.value for one in self._assigned}
        self._scope = Scope(self._named)
        self._tree = ConfigTree(structs(file), "DeploymentValues")
        self._is_whole = not file.has_error and all(map(_is_read, self._body))

    def partial(self) -> Partial:
        options = [self._option(one) for one in self._listed()]
        return Partial(
            Kind.SOURCE,
            options=tuple(facts for facts in options if _is_identified(facts)),
            leaves=self._tree.leaves(),
            experiments=self.experiments(),
            is_complete=self._is_whole and all(map(_is_identified, options)),
        )

    def _listed(self) -> Iterator["Node"]:
        """The options in their order."""
        returned = [one for stated in self._body[-1:] for one in _returned(stated)]
        found = self._scope.follow(returned[0]) if len(returned) == 1 else None
        if found is None or not is_composite(found) or not elements(found):
            raise GoFault(_NO_LIST)
        return (value for _, value in elements(found))

    def _option(self, listed: "Node") -> Facts:
        """What is told of one option; what cannot be told is left out."""
        declared = self._fields(listed)
        found: dict[str, Any] = {}
        for fact, read in _FACTS.items():
            with suppress(UnresolvedError):
                found[fact] = read(self, declared)
        return found

    def _fields(self, option: "Node") -> _Fields:
        """The fields of an option or group, or of the one that a name stands for."""
        found = self._scope.follow(option)
        fields = elements(found) if is_composite(found) else []
        return dict(fields) if all(key.isidentifier() for key, _ in fields) else {}

    def text(self, declared: _Fields, field: str) -> str:
        """A text; empty where the field is left out."""
        return self._scope.text(declared[field]) if field in declared else ""

    def hidden(self, declared: _Fields) -> bool:
        """Whether the option is hidden, which may be an expression."""
        worth = self._scope.value(declared["Hidden"]) if "Hidden" in declared else False
        if not isinstance(worth, bool):
            raise UnresolvedError
        return worth

    def group(self, declared: _Fields) -> str:
        """The names of the groups."""
        return " / ".join(self.text(group, "Name") for group in self._groups(declared))

    def yaml_path(self, declared: _Fields) -> str:
        """The whole path; a group that has no key of its own leaves an empty one."""
        key = self.text(declared, "YAML")
        if not key:
            return ""
        return ".".join((*(self.text(group, "YAML") for group in self._groups(declared)), key))

    def _groups(self, declared: _Fields) -> Sequence[_Fields]:
        """The groups an option is in, the outermost first."""
        found: list[_Fields] = []
        field = "Group"
        while field in declared and name(declared[field]) != "nil":
            declared, field = self._fields(declared[field]), "Parent"
            found.insert(0, declared)
            if "Name" not in declared or len(found) > _DEEPEST_GROUP:
                raise UnresolvedError
        return found

    def json_path(self, declared: _Fields) -> str:
        """The leaf that holds the value."""
        return self._leaf(declared["Value"])[0] if "Value" in declared else ""

    def type(self, declared: _Fields) -> str:
        """The type, as servers call it."""
        value = declared.get("Value")
        if value is None:
            raise UnresolvedError
        wrapper, given = _last(part(value, "function")), arguments(value)
        if not given:
            return _type(self._leaf(value)[1])
        if wrapper == "Validate":  # checks, and changes nothing
            return self.type({"Value": given[0]})
        if wrapper == "EnumOf":
            return f"enum[{'|'.join(self._choices(given[1:]))}]"
        return _type(wrapper.removesuffix("Of"))

    def _leaf(self, value: "Node") -> tuple[str, str]:
        """Path and type of what an address leads to, in however many wrappers."""
        while given := arguments(value):
            value = given[0]
        return self._tree.leaf(name(address(value)).split(".")[1:])

    def _choices(self, listed: Sequence["Node"]) -> list[str]:
        """Written one by one, or all in one list."""
        worth = [self._scope.value(argument) for argument in listed]
        return as_texts(worth[0] if len(worth) == 1 and isinstance(worth[0], list) else worth)

    def default(self, declared: _Fields) -> str | None:
        """The default; a placeholder where it is computed."""
        return self._default(declared)[0]

    def default_computed_from(self, declared: _Fields) -> str:
        """What a default is computed from that is no fact of the release."""
        return self._default(declared)[1]

    def _default(self, declared: _Fields) -> tuple[str | None, str]:
        if "DefaultFn" in declared:
            if _FOLLOWS_HTTPS.fullmatch(_only_returned(declared["DefaultFn"])):
                return "{access_url_is_https}", "access-url"
            raise UnresolvedError
        if "Default" not in declared:
            return None, ""
        computed = _last(part(declared["Default"], "function"))
        if computed in _COMPUTED:
            said, placeholder, source = _COMPUTED[computed]
            if said in written(self._functions.get(computed)):
                return placeholder, source
        return self.text(declared, "Default") or None, ""

    def secret(self, declared: _Fields) -> bool:
        """Whether the option is marked as a secret."""
        return any(key == "secret" for key, _ in self._marks(declared))

    def annotations(self, declared: _Fields) -> tuple[tuple[str, str], ...]:
        """The other marks."""
        return tuple(sorted(mark for mark in self._marks(declared) if mark[0] != "secret"))

    def _marks(self, declared: _Fields) -> Iterator[tuple[str, str]]:
        """`Annotations{}.Mark(key, value).Mark(key, value)`."""
        marked = declared.get("Annotations")
        while marked and _last(function := part(marked, "function")) == "Mark":
            match arguments(marked):
                case (key, value):
                    yield self._scope.text(key), self._scope.text(value)
                case _:
                    raise UnresolvedError
            marked = part(function, "operand") if function else None
        if marked and (not is_composite(marked) or elements(marked)):
            raise UnresolvedError

    def use_instead(self, declared: _Fields) -> tuple[str, ...]:
        """The flags of the options to use instead."""
        listed = declared.get("UseInstead")
        if listed is None or name(listed) == "nil":
            return ()
        if not is_composite(listed):
            raise UnresolvedError
        return tuple(self.text(self._fields(value), "Flag") for _, value in elements(listed))

    def experiments(self) -> Experiments:
        """The experiments that are known, and those that are safe.

        All that are declared are known where no list says so (before 2.17); the list of the safe
        ones was called one of all until then.
        """
        declared = [one for one in self._assigned if one.type == "Experiment"]
        safe = self._named.get("ExperimentsSafe", self._named.get("ExperimentsAll"))
        if not declared or safe is None:
            return NOTHING_KNOWN
        known = self._named.get("ExperimentsKnown")
        try:
            known_names = (
                self._scope.texts(known)
                if known
                else [self._scope.text(one.value) for one in declared]
            )
            safe_names = self._scope.texts(safe)
        except UnresolvedError:
            return NOTHING_KNOWN
        return Experiments(
            frozenset(known_names + safe_names), frozenset(safe_names), is_complete=True
        )


def _is_read(statement: "Node") -> bool:
    """Whether nothing else can follow from a statement than what was read."""
    return statement.type == "return_statement" or any(assigned(statement))


def _returned(statement: "Node") -> list["Node"]:
    """What a statement gives back."""
    returned = statement.type == "return_statement"
    return [value for listed in parts(statement) for value in parts(listed)] if returned else []


def _only_returned(function: "Node") -> str:
    """What a function gives back that does nothing else; empty of any other."""
    done = statements(function)
    returned = _returned(done[0]) if len(done) == 1 else []
    return written(returned[0]) if len(returned) == 1 else ""


def _is_identified(facts: Facts) -> bool:
    """Whether it is certain which option it is."""
    return "flag" in facts and any(facts.get(name) for name in ("flag", "env", "yaml_path", "name"))


def _last(function: "Node | None") -> str:
    """The name of a function, or of a method, without what leads to it."""
    if function is None:
        return ""
    return written(part(function, "field")) or name(function)


def _type(go_type: str) -> str:
    """The type as servers call it: `serpent.Bool`, or `serpent.Struct[[]LinkConfig]`."""
    outer, _, inner = go_type.partition("[")
    name = outer.rpartition(".")[2]
    if name == "Struct" and inner:
        return "struct[" + _LOCAL_TYPE.sub(r"codersdk.\1", inner)
    if name not in _TYPES:
        raise UnresolvedError
    return _TYPES[name]


_FACTS: Final[Mapping[str, Callable[[_Source, _Fields], Any]]] = {
    "name": lambda source, declared: source.text(declared, "Name"),
    "flag": lambda source, declared: source.text(declared, "Flag"),
    "flag_shorthand": lambda source, declared: source.text(declared, "FlagShorthand"),
    "env": lambda source, declared: source.text(declared, "Env"),
    "yaml_path": _Source.yaml_path,
    "json_path": _Source.json_path,
    "type": _Source.type,
    "default": _Source.default,
    "default_computed_from": _Source.default_computed_from,
    "hidden": _Source.hidden,
    "secret": _Source.secret,
    "use_instead": _Source.use_instead,
    "group": _Source.group,
    "annotations": _Source.annotations,
}
"""Field of `OptionSpec` → how it is read."""
