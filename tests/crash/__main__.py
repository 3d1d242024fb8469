"""See the package."""

import sys
from collections.abc import Sequence

from tests.crash.scene import scene

EVERYTHING = ("self", "group", "5", "28")


def main(arguments: Sequence[str]) -> int:
    every = int(arguments[arguments.index("--every") + 1]) if "--every" in arguments else 1
    chosen = [one for one in EVERYTHING if one in arguments] or EVERYTHING
    failures = 0
    with scene() as stage:
        steps = stage.steps()
        sys.stdout.write(f"{len(steps)} steps\n")
        for how in chosen:
            for number in range(1, len(steps) + 1, every):
                if trouble := stage.trouble(number, how):
                    failures += 1
                    sys.stdout.write(f"{how} at {number} ({steps[number - 1]}): {trouble}\n")
            sys.stdout.write(f"{how}: done, {failures} failures so far\n")
            sys.stdout.flush()
    return min(failures, 1)


sys.exit(main(sys.argv[1:]))
