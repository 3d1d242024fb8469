"""Read and parse each distinct file below a folder once: one log, one reader of objects.

python -m tests.benchmarks.reading FOLDER
"""

import json
import re
import subprocess
import sys
import threading


def main(folder: str) -> None:
    raw = ("--raw", "--no-abbrev", "--no-renames", "-z", "--format=%H")
    log = subprocess.run(["git", "log", *raw, "--", folder], capture_output=True, check=True).stdout
    found = re.findall(rb":\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) \w", log)
    ids = [one for one in dict.fromkeys(sum(found, ())) if one.strip(b"0")]
    reader = subprocess.Popen(
        ["git", "cat-file", "--batch", "--buffer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    asked, answers = reader.stdin, reader.stdout
    if asked is None or answers is None:
        raise SystemExit("no pipes")
    writer = threading.Thread(
        target=lambda: (asked.write(b"".join(one + b"\n" for one in ids)), asked.close())
    )
    writer.start()
    for _ in ids:
        size = int(answers.readline().split()[2])
        json.loads(answers.read(size + 1))
    writer.join()
    reader.wait()


if __name__ == "__main__":
    main(sys.argv[1])
