"""Snapshots lie in the work tree as they are stored, whatever a clone says of conversions.

Lines of a .gitattributes, or the configuration of a clone, would have git convert files that
confaudit writes as they are, and show them as changed for ever.
"""

from pathlib import Path
from typing import Final

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.store import folder
from confaudit.store.layout import DEPLOYMENTS

_LINE: Final = f"{DEPLOYMENTS}/** -text !eol -ident !filter !working-tree-encoding"
_LINES: Final = (
    f"# confaudit: snapshots are never converted, whatever a .gitattributes says.\n{_LINE}\n"
)


def switch_off(common_dir: Path) -> None:
    """Have this clone convert no snapshot: its own attributes go before all others.

    Raises:
        StoreError: that cannot be read or written.
    """
    file = common_dir / "info" / "attributes"
    try:
        text = file.read_text("utf-8", "surrogateescape") if file.exists() else ""
        if _LINE not in text.splitlines():
            file.parent.mkdir(exist_ok=True)
            ended = text if text.endswith("\n") or not text else f"{text}\n"
            folder.write_file(file.resolve(), f"{ended}{_LINES}".encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise StoreError(
            f"{visible(str(file))} cannot be read or written: {error.strerror}",
            "check its owner and permissions",
        ) from None
