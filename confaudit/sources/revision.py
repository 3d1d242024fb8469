"""`REV[:DEPLOYMENT]`: a snapshot in the git repository. The workflow knows the repository."""

from confaudit.core.model import StoredFiles
from confaudit.sources.input import Input, SourceContext, nothing_found


def recognise(given: Input) -> bool:
    """Whether the argument can only be a revision: nothing else was found behind it."""
    return given.folder is None and given.content is None


def read(given: Input, context: SourceContext) -> StoredFiles:
    """Read the snapshot of a commit.

    Raises:
        SourceError: the repository has no such revision; as this kind is tried last, nothing else
            was found either.
        StoreError: the revision has no snapshot of that deployment.
    """
    stored = context.stored(given.argument)
    if stored is None:
        raise nothing_found(given)
    return stored
