"""Entry point of `confaudit` and `python -m confaudit`."""

import gc
import os
import sys
from typing import Final

_SIGNALLED: Final = 128
_UNCOLLECTED: Final = 100_000
"""New objects before Python looks for cycles. At its own 700 it walks all that a command reads over
and over, a tenth of the time, and finds nothing."""


def main() -> int:
    """Run the command line; `--version` is answered before anything heavy is imported."""
    from confaudit.cli import streams

    streams.settle()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from confaudit import __version__

        return streams.say(f"confaudit {__version__}\n")
    gc.set_threshold(_UNCOLLECTED)
    from confaudit.cli.main import run

    code = run()
    gc.freeze()  # else Python, to end, looks for cycles in all that was read: a quarter of an audit
    if code >= _SIGNALLED:
        streams.say("")
        os._exit(code)  # a request still under way in a thread is not waited for
    return code


if __name__ == "__main__":
    sys.exit(main())
