"""What `coder server --write-config` of a release prints, made of values."""

import json

from confaudit.core.secret import is_secret

SECRET = "planted-secret-4711"
SECOND = 10**9


def written(settings, options):
    """The text for values by option key; an option without a YAML path or a value is left out."""
    groups = {}
    for key, spec in options.items():
        if spec.yaml_path and key in settings:
            *path, leaf = spec.yaml_path.split(".")
            group = groups
            for name in path:
                group = group.setdefault(name, {})
            group[leaf] = (spec, settings[key])
    return "".join(_group(groups, ""))


def _group(groups, indent):
    for name, entry in groups.items():
        if isinstance(entry, dict):
            yield f"{indent}{name}:\n"
            yield from _group(entry, indent + "  ")
        else:
            spec, value = entry
            yield f"{indent}# About it, in words.\n"
            yield f"{indent}# (default: {spec.default or '<unset>'}, type: {spec.type})\n"
            yield f"{indent}{name}: {_text(value, spec.type)}".rstrip() + "\n"


def _text(value, option_type):
    if option_type == "duration":
        minutes, rest = divmod(value, 60 * SECOND)
        whole, part = divmod(rest, SECOND)
        return f"{minutes // 60}h{minutes % 60}m{whole}{f'.{part:09}'.rstrip('0') if part else ''}s"
    if isinstance(value, dict) and is_secret(value):  # a few releases print some in clear
        value = SECRET if value["secret_set"] else ""
    empty = value in ("", None) and option_type in ("url", "host:port")
    return "" if empty else json.dumps(value)
