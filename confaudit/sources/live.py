"""`live`, `live:NAME` or a URL: the deployment itself. The workflow knows how to ask it."""

import re

from confaudit.core.model import RawDeployment
from confaudit.errors import SourceError
from confaudit.sources.input import Input, SourceContext


def recognise(given: Input) -> bool:
    """Whether the argument asks for a live deployment; decided by its text alone."""
    return bool(re.match(r"live(:|$)|https?://", given.argument))


def read(given: Input, context: SourceContext) -> RawDeployment:
    """Ask the deployment.

    Raises:
        SourceError: the argument names none.
        ApiError, ConfigError: see `sources.api.read`.
    """
    if not recognise(given):
        raise SourceError(
            "this is neither `live`, `live:NAME` nor a URL", "name a configured deployment"
        )
    return context.live(re.sub(r"^live:?", "", given.argument))
