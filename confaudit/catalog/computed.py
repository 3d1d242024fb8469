"""Defaults that are no fact of the release alone, as one server shows them."""

from collections.abc import Iterable, Mapping

from confaudit.catalog.partial import Facts
from confaudit.core.model import Json


def computed_texts(
    version: str, options: Iterable[Mapping[str, Json]]
) -> dict[str, tuple[str, str]]:
    """Texts in the defaults of one server → their placeholder, and what they come from.

    The cache folder is `coder` in the user's own (coder/coder codersdk/deployment.go).
    """
    found = {f"@v{version}": ("@{version}", "version")} if version else {}
    caches = (option.get("default") for option in options if option.get("flag") == "cache-dir")
    cache = next(caches, "")
    if isinstance(cache, str) and cache.endswith("/coder"):
        found[cache] = ("{user_cache_dir}/coder", "host")
    return found


def computed_default(default: str, computed: Mapping[str, tuple[str, str]]) -> Facts:
    """The facts of a default that has one of the texts in it; none of another."""
    for text, (placeholder, source) in computed.items():
        if text in default:
            return {
                "default": default.replace(text, placeholder),
                "default_computed_from": source,
            }
    return {}
