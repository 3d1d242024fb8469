"""Which Coder an image or a chart names."""

from typing import Final

from confaudit.core.text.wording import visible
from confaudit.operator_files.templates import has_template
from confaudit.patterns import regex

_EXACT: Final = regex(r"v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+?)?(?:\+[0-9A-Za-z.-]+)?)")
_OF_RANGE: Final = regex(r"[<>=~^!|,-]*(?:v?\d[\w.*+-]*|[xX*])?,?")
"""A word of `>=2.30.0 <2.31 || 2.33.x`."""
_PLATFORM: Final = regex(r"-(amd64|arm64|armv7)$")
_IMAGE: Final = regex(r"(?:.*/)?(?:coder|codercom)/coder(?:-preview)?")

CHARTS: Final = frozenset({"coder"})

_ARCHIVE: Final = regex(r"(?P<name>coder)(?:_helm)?[-_]v?(?P<version>.+)\.tgz")


def chart_parts(chart: str) -> tuple[str, str]:
    """The name of a chart and, where it is an archive, what that says of its version.

    `coder` is the name of `coder-v2/coder`, `oci://ghcr.io/coder/chart/coder` and
    `https://example.com/coder_helm_2.0.0.tgz`.
    """
    name = chart.rstrip("/").rpartition("/")[2]
    archive = _ARCHIVE.fullmatch(name)
    return (archive["name"], archive["version"]) if archive else (name, "")


def image_parts(image: str) -> tuple[str, str]:
    """Repository and tag of an image; the tag is empty when there is none.

    What stands in braces, as a template has it, is not looked into.
    """
    image = image.strip()
    outside = _without_braces(image)
    end = (outside + "@").index("@")
    colon = outside.find(":", outside.rfind("/", 0, end) + 1, end)
    return (image[:colon], image[colon + 1 : end]) if colon >= 0 else (image[:end], "")


def _without_braces(text: str) -> str:
    """A text of the same length that has a blank for all that braces are around."""
    if "{" not in text:
        return text
    shown, depth = [], 0
    for letter in text:
        depth += letter == "{"
        shown.append(" " if depth else letter)
        depth -= letter == "}" and depth > 0
    return "".join(shown)


def is_coder_image(repository: str) -> bool:
    """Whether an image is the vendor's, from its own registry or a mirror of it."""
    return _IMAGE.fullmatch(repository.strip()) is not None


def version_of(text: str) -> tuple[str, str]:
    """The version a tag or chart version says and, where it says none, what it says instead."""
    text = text.strip()
    exact = _EXACT.fullmatch(_PLATFORM.sub("", text))
    if exact:
        return exact[1], ""
    return "", "a template" if has_template(text) else visible(_said(text))[:80]


def _said(text: str) -> str:
    """A tag or a range; of more words the first: the rest of a command may hold anything."""
    words = text.split()
    is_range = all(map(_OF_RANGE.fullmatch, words))
    return text if is_range or len(words) < 2 else f"{words[0]} \N{HORIZONTAL ELLIPSIS}"
