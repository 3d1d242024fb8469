"""Write the generated samples anew from a folder of facts about Coder.

A tool for maintainers: `CONFAUDIT_TEST_DATA=FOLDER python samples/regenerate.py`. It may know how
that folder is laid out; nothing that is installed calls it. Sentences of Coder's documentation
never pass through it: of a page it keeps the commit date and the JSON example, of a payload the
option facts.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RELEASES = ("2.33.0", "2.34.5")
PAGES = (
    "000_6c4535d16c6f02ce.txt",
    "003_173a58d657a8d210.txt",
    "002_f79d9b84e13a93cc.txt",
)


def samples(data: Path) -> dict[Path, str]:
    """Every generated sample: path below this folder → text, made from the facts in `data`."""
    made = {Path(f"prod/release-{version}.json"): release(data, version) for version in RELEASES}
    for page in PAGES:
        text = (data / "seeds" / page).read_text(encoding="utf-8")
        date, extract = docs_extract(text)
        made[Path(f"docs/{date}.txt")] = extract
    return made


def release(data: Path, version: str) -> str:
    """What a release declares and defaults to, one option per line."""
    payload = json.loads((data / f"coder/payloads/default-{version}.json").read_text("utf-8"))
    leaves, optionless = _leaves(data, version)
    config, options = payload["config"], payload["options"]
    absent = sorted({leaf for leaf in leaves.values() if not _has(config, leaf)})
    plain = {leaf: _get(config, leaf) for leaf in optionless if _has(config, leaf)}
    lines = ",\n".join(_line(_compact(option, leaves[option["flag"]])) for option in options)
    return (
        f'{{\n"release": {_line(version)},\n"leaves_without_option": {_line(plain)},\n'
        f'"omitted_when_zero": {_line(absent)},\n"options": [\n{lines}\n]\n}}\n'
    )


def docs_extract(page: str) -> tuple[str, str]:
    """Date of an API docs page, and its deployment config example under a heading of our own."""
    commit_date = re.search(r"^(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d [+-]\d\d:\d\d$", page, re.MULTILINE)
    if commit_date is None:
        raise ValueError("the page has no commit date line")
    start = re.search(r'\{\s*"config"', page)
    if start is None:
        raise ValueError("the page has no deployment config example")
    example, _ = json.JSONDecoder().raw_decode(page, start.start())
    text = json.dumps(example, indent=2)
    heading = f"Sample: the deployment config of the API docs\n{commit_date.group()}\n"
    return commit_date.group(1), f"{heading}\nGET /deployment/config\n\n200 Response\n\n{text}\n"


def _leaves(data: Path, version: str) -> tuple[dict[str, str], list[str]]:
    facts = json.loads((data / "coder/options.json").read_text("utf-8"))
    found = next(entry for entry in facts["releases"] if entry["version"] == version)
    variants = [facts["variants"][index] for index in found["options"]]
    return {spec["flag"]: spec["json_path"] for spec in variants}, found["leaves_without_option"]


def _compact(option: dict[str, Any], leaf: str) -> dict[str, Any]:
    replaced_by = [other["flag"] for other in option.get("use_instead", [])]
    named = {"use_instead": replaced_by} if replaced_by else {}
    return option | named | {"leaf": leaf}


def _has(config: Any, leaf: str) -> bool:
    return _get(config, leaf) is not _ABSENT


def _get(config: Any, leaf: str) -> Any:
    for key in leaf.split("."):
        config = config.get(key, _ABSENT) if isinstance(config, dict) else _ABSENT
    return config


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


_ABSENT = object()


if __name__ == "__main__":
    for path, text in samples(Path(os.environ["CONFAUDIT_TEST_DATA"])).items():
        (HERE / path).write_text(text, encoding="utf-8")
