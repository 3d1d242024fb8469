"""Which Coder an image or a chart names."""

import re
from typing import Final

from confaudit.core.text.wording import visible
from confaudit.operator_files.substitution import OPAQUE, TEMPLATE

_EXACT: Final = re.compile(r"v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+?)?(?:\+[0-9A-Za-z.-]+)?)")
_PLATFORM: Final = re.compile(r"-(amd64|arm64|armv7)$")
_IMAGE: Final = re.compile(r"(?:.*/)?(?:coder|codercom)/coder(?:-preview)?")

CHARTS: Final = frozenset({"coder"})


def image_parts(image: str) -> tuple[str, str]:
    """Repository and tag of an image; the tag is empty when there is none."""
    name = image.strip().partition("@")[0]
    folder, slash, last = name.rpartition("/")
    repository, _, tag = last.partition(":")
    return folder + slash + repository, tag


def is_coder_image(repository: str) -> bool:
    """Whether an image is the vendor's, from its own registry or a mirror of it."""
    return _IMAGE.fullmatch(repository.strip()) is not None


def version_of(text: str) -> tuple[str, str]:
    """The version a tag or chart version says and, where it says none, what it says instead."""
    text = text.strip()
    exact = _EXACT.fullmatch(_PLATFORM.sub("", text))
    if exact:
        return exact[1], ""
    return "", "a template" if OPAQUE in text or TEMPLATE.search(text) else visible(text)[:80]
