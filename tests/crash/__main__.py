"""See the package."""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from itertools import count

from tests.crash import full
from tests.crash.scene import Scene, scene

HOW = ("self", "group", "5", "28")
FULL = "full"


def steps(stage: Scene, how: str, asked: Namespace) -> Iterator[str]:
    """What went wrong at each step."""
    chosen = range(asked.first, len(stage.steps) + 1, asked.every)
    for number in chosen:
        if trouble := stage.trouble(number, how):
            yield f"{how} at {number} ({stage.steps[number - 1]}): {trouble}"
    sys.stdout.write(f"{how}: {len(chosen)} of {len(stage.steps)} steps\n")


def sizes(stage: Scene, place: str, asked: Namespace) -> Iterator[str]:
    """What went wrong with each number of free pages, up to the first that is enough."""
    said: Counter[str] = Counter()
    for pages in count(0, asked.every):
        run, trouble = full.trouble(stage, place, pages)
        if trouble:
            yield f"{place} with {pages} pages: {trouble}"
        if not (run.code or run.err):
            break
        said[f"{run.code} {run.err}".splitlines()[0]] += 1
    sys.stdout.write(f"{place} full: {said.total()} sizes\n")
    sys.stdout.writelines(f"  {number} times: {line}\n" for line, number in said.most_common())


def main() -> int:
    parser = ArgumentParser("python -m tests.crash")
    parser.add_argument("how", nargs="*", choices=[*HOW, FULL, []])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args()
    failures = 0
    with scene() as stage:
        chosen = asked.how or [*HOW, FULL]
        found = [steps(stage, how, asked) for how in HOW if how in chosen]
        if FULL in chosen and full.can_mount(stage.folder):
            found += [sizes(stage, place, asked) for place in full.PLACES]
        elif FULL in chosen:
            sys.stdout.write("NOT PROVED on a full disk: nobody may mount a tmpfs here\n")
        for trouble in (one for each in found for one in each):
            failures += 1
            sys.stdout.write(f"{trouble}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{failures} failures\n")
    return min(failures, 1)


sys.exit(main())
