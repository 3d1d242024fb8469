"""What people may write as a text in any file of a house."""

from typing import Annotated

import msgspec

Glob = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="a glob")]
"""Over names of options, rules or deployments."""
Words = Annotated[
    str, msgspec.Meta(pattern=r"\S", max_length=2000, description="words that say something")
]
"""A sentence or a few."""
