"""Readers are given odd inputs for as long as one likes.

    python -m tests.fuzz [SECONDS]

asks each reader in turn, always with other inputs than before, and prints how many it read; of one
that fails it prints the smallest input that makes it. Where atheris is installed it leads, by what
of the code each input reaches, and ends at the first failure; where it is not, that is told, and
chance leads.
"""

import sys
import time
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from hypothesis import HealthCheck, given, settings

_IN_A_ROW = 200
"""Inputs for one reader before the next has its turn."""


class Counted:
    """A reader, and what came of its inputs so far."""

    def __init__(self, name: str, inputs: Any, judged: Callable[[Any], bool]) -> None:
        self.name, self.inputs, self.judged = name, inputs, judged
        self.read = self.asked = 0
        self.fault = ""

    def round(self) -> None:
        """Some more inputs, unless one failed before."""
        if not self.fault:
            try:
                self.test(_IN_A_ROW)()
            except Exception:  # whatever it is, it is what is looked for
                self.fault = traceback.format_exc()

    def test(self, most: int) -> Any:
        """A test by hypothesis of so many inputs."""

        @settings(
            max_examples=most, deadline=None, database=None, suppress_health_check=[*HealthCheck]
        )
        @given(self.inputs)
        def one(tried: object) -> None:
            self.asked += 1
            self.read += self.judged(tried)

        return one

    def __str__(self) -> str:
        return f"{self.name:32}{self.asked:9} inputs, {self.read:9} read{self.fault and ', FAILED'}"


def counted() -> list[Counted]:
    from tests.fuzz.readers import judge, readers

    def judged(reader: Any) -> Callable[[Any], bool]:
        return lambda tried: judge(reader, tried)

    return [Counted(name, one.inputs, judged(one)) for name, one in readers().items()]


def led_by_chance(seconds: float) -> bool:
    """Whether no reader failed."""
    end, all_of_them = time.monotonic() + seconds, counted()
    while time.monotonic() < end:
        for one in all_of_them:
            one.round()
    sys.stdout.writelines(f"{one}\n{one.fault}" for one in all_of_them)
    return not any(one.fault for one in all_of_them)


def led_by_coverage(seconds: float) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["confaudit"]):
        all_of_them = counted()
    tests = [one.test(1).hypothesis.fuzz_one_input for one in all_of_them]

    def try_one(data: bytes) -> None:
        if data:
            tests[data[0] % len(tests)](data[1:])

    options = [f"-max_total_time={int(seconds)}", "-max_len=2048", "-len_control=0"]
    atheris.Setup([sys.argv[0], *options], try_one)
    atheris.Fuzz()


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    if find_spec("atheris"):
        led_by_coverage(seconds)
    sys.stdout.write("atheris is not installed: chance leads, not what of the code was reached\n")
    return 0 if led_by_chance(seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
