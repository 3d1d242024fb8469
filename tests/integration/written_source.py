"""The source of a release that declares given options, in the form of codersdk/deployment.go."""

import json

TYPES = {
    "bool": "serpent.Bool",
    "duration": "serpent.Duration",
    "host:port": "serpent.HostPort",
    "int": "serpent.Int64",
    "regexp": "serpent.Regexp",
    "string": "serpent.String",
    "string-array": "serpent.StringArray",
    "url": "serpent.URL",
    "yaml-config-path": "serpent.YAMLConfigPath",
}
COMPUTED = {"host": "DefaultCacheDir()", "version": "DefaultDocsURL()", "access-url": ""}
HTTPS = 'func() string { return strconv.FormatBool(c.AccessURL.Scheme == "https") }'
FUNCTIONS = """\
func DefaultCacheDir() string { return filepath.Join(userCache(), "coder") }
func DefaultDocsURL() string { return "https://coder.com/docs/@" + buildVersion() }
"""
"""Where a default is computed."""


def source(options):
    """A text that declares these options, and nothing else."""
    tree = {}
    for spec in options.values():
        *path, leaf = (spec.json_path or f"config.{spec.key}").split(".")
        below = tree
        for name in path:
            below = below.setdefault(name, {})
        below[leaf] = _go_type(spec.type)
    groups = {_group(spec): None for spec in options.values() if spec.group}
    lines = [
        "package codersdk",
        *_structs(tree, "DeploymentValues"),
        "func (c *DeploymentValues) Options() serpent.OptionSet {",
        *(_group_line(number, *group) for number, group in enumerate(groups)),
        "\topts := serpent.OptionSet{",
        *(_option(spec, list(groups)) for spec in options.values()),
        "\t}",
        "\treturn opts",
        "}",
    ]
    return "\n".join(lines) + "\n" + FUNCTIONS


def _go_type(name):
    if name.startswith("enum["):
        return "string"
    if name.startswith("struct["):
        return f"serpent.Struct[{name[7:-1].replace('codersdk.', '')}]"
    return TYPES[name]


def _field(name):
    return "F" + name.replace("-", "_")


def _structs(tree, name):
    yield f"type {name} struct {{"
    for key, below in tree.items():
        kind = f"{name}{_field(key)}" if isinstance(below, dict) else below
        yield f'\t{_field(key)} {kind} `json:"{key},omitempty"`'
    yield "}"
    for key, below in tree.items():
        if isinstance(below, dict):
            yield from _structs(below, f"{name}{_field(key)}")


def _group(spec):
    """The names of the groups, and the key of the YAML that all of them make."""
    return spec.group, spec.yaml_path.rpartition(".")[0]


def _group_line(number, names, path):
    """The groups in each other, written at once; an option without YAML needs no keys."""
    named = names.split(" / ")
    keys = path.split(".") if path else [""] * len(named)
    text = "nil"
    for name, key in zip(named, keys, strict=True):
        yaml = f", YAML: {json.dumps(key)}" if key else ""
        text = f"&serpent.Group{{Name: {json.dumps(name)}{yaml}, Parent: {text}}}"
    return f"\tgroup{number} := {text.removeprefix('&')}"


def _option(spec, groups):
    path = (spec.json_path or f"config.{spec.key}").split(".")
    value = f"&c.{'.'.join(map(_field, path))}"
    if spec.type.startswith("enum["):
        choices = ", ".join(json.dumps(one) for one in spec.type[5:-1].split("|"))
        value = f"serpent.EnumOf({value}, {choices})"
    instead = ", ".join(f"{{Flag: {json.dumps(flag)}}}" for flag in spec.use_instead)
    marks = [*spec.annotations, *([("secret", "true")] * spec.secret)]
    marked = "".join(f".Mark({json.dumps(key)}, {json.dumps(worth)})" for key, worth in marks)
    fields = {
        "Name": json.dumps(spec.name),
        "Flag": spec.flag and json.dumps(spec.flag),
        "FlagShorthand": spec.flag_shorthand and json.dumps(spec.flag_shorthand),
        "Env": spec.env and json.dumps(spec.env),
        "YAML": spec.yaml_path and json.dumps(spec.yaml_path.rpartition(".")[2]),
        "Group": spec.group and f"&group{groups.index(_group(spec))}",
        "Value": value,
        "Default": COMPUTED.get(
            spec.default_computed_from, spec.default and json.dumps(spec.default)
        ),
        "DefaultFn": spec.default_computed_from == "access-url" and HTTPS,
        "Hidden": spec.hidden and "true",
        "UseInstead": instead and f"serpent.OptionSet{{{instead}}}",
        "Annotations": marked and f"serpent.Annotations{{}}{marked}",
    }
    inside = ", ".join(f"{name}: {text}" for name, text in fields.items() if text)
    return f"\t\t{{{inside}}},"
