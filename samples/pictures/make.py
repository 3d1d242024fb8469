"""Take the README's pictures anew from the current code: a real browser, real reports.

    python samples/pictures/make.py

Needs playwright and Debian's chromium. With CONFAUDIT_TEST_DATA the upgrade is that of the
production payload, else that of the demo's first state.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import sync_playwright

from confaudit.cli.main import run
from confaudit.demo.story import states

HERE = Path(__file__).resolve().parent
LOOKS = (("light", 1280, 900), ("dark", 1280, 900), ("phone", 390, 844), ("phone-dark", 390, 844))


def reports(folder: Path) -> Iterator[tuple[str, Path]]:
    """The reports to show, by the first part of the picture's name."""
    run(["demo", "--output", str(folder / "demo")])
    yield "diff", folder / "demo/report.html"
    pages = ["2026-01-05.txt", "2026-01-19.txt"]
    for name in pages:  # reports show the names of their inputs: short ones read best
        Path(name).write_text((files("confaudit.samples") / "docs" / name).read_text())
    page = folder / "docs.html"
    run(["diff", *pages, "-o", str(page)])
    yield "docs", page
    page = folder / "upgrade.html"
    run(["upgrade", *_deployment(), "--to", "2.34.5", "--exit-zero", "-o", str(page)])
    yield "upgrade", page


def _deployment() -> list[str]:
    data = os.environ.get("CONFAUDIT_TEST_DATA")
    source = Path(data, "coder/payloads/production-2.29.5.json") if data else None
    payload = Path("production.json")
    payload.write_text(source.read_text() if source else json.dumps(states()[0].payload))
    return [payload.name, "--from", "2.29.5" if source else "2.33.0"]


def main() -> None:
    """Write one picture per report and look."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        os.chdir(folder)
        for name, file in reports(Path(folder)):
            for look, width, height in LOOKS:
                page = browser.new_page(
                    color_scheme="dark" if look.endswith("dark") else "light",
                    viewport={"width": width, "height": height},
                )
                page.goto(file.as_uri())
                page.screenshot(path=str(HERE / f"{name}-{look}.png"))
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
