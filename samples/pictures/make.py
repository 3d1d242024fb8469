"""Take the README's pictures anew from the current code: a real browser, the demo's report.

    python samples/pictures/make.py

Needs playwright and Debian's chromium.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from confaudit.workflows.demo import tell

HERE = Path(__file__).parent
SHOTS = (("light", 1280, 860), ("dark", 1280, 860))


def main() -> None:
    """Write one picture per theme."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = tell(Path(folder, "demo"), lambda state, outcome: None).page
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme, width, height in SHOTS:
            page = browser.new_page(
                color_scheme=scheme, viewport={"width": width, "height": height}
            )
            page.goto(page_file.as_uri())
            page.screenshot(path=str(HERE / f"diff-{scheme}.png"))
        browser.close()


if __name__ == "__main__":
    main()
