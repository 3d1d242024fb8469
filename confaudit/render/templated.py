"""The room where Jinja lives: our templates, the user's in front of them, and their failures."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from typing import Any, Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from confaudit.core.text.wording import plural, visible
from confaudit.errors import TemplateError
from confaudit.present.gathered import gathered
from confaudit.present.values import KIND_SYMBOLS
from confaudit.render.limits import LETTERS, SECONDS, TooLong, limited

_HINT: Final = "see templates/README.md for the data a template receives"


def environment(folder: Path | None) -> jinja2.Environment:
    """Find the templates of reports by name, the user's first.

    Raises:
        TemplateError: the folder does not exist or replaces nothing.
    """
    if folder is not None:
        _require_replacement(folder, _ours())
    return templates_in(folder)


@lru_cache(maxsize=2)  # compiling the templates takes longer than filling them in
def templates_in(folder: Path | None) -> jinja2.Environment:
    """Find templates by name, those of a folder first, whatever it holds.

    The user's run in a sandbox: a pull request may bring them.
    """
    if folder is None:
        return _configured(jinja2.Environment, _ours())
    found = jinja2.ChoiceLoader([_Folder(folder), _ours()])
    return _configured(_Sandbox, found)


class _Sandbox(ImmutableSandboxedEnvironment):
    """For templates of users; no power, as one alone can take for ever, and no limit ends it."""

    intercepted_binops = frozenset({"**"})

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any
    ) -> Any:
        """Refuse it."""
        raise jinja2.exceptions.SecurityError(operator)


def _ours() -> jinja2.PackageLoader:
    return jinja2.PackageLoader("confaudit.templates", "")


class _Folder(jinja2.FileSystemLoader):
    """A user's folder. No link leads out of it: a page would show what it finds there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._root = folder.resolve()

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Read one template, see jinja2.

        Raises:
            TemplateError: it lies elsewhere, or cannot be read as UTF-8.
        """
        path = self._root / template
        if path.is_file() and not path.resolve().is_relative_to(self._root):
            raise TemplateError(
                f"template {visible(template)} is a link that leads out of the folder",
                "put a copy in its place",
            )
        try:
            return super().get_source(environment, template)
        except jinja2.TemplateNotFound:
            raise
        except (UnicodeDecodeError, OSError):
            raise TemplateError(
                f"template {visible(template)} cannot be read", "write it as UTF-8"
            ) from None


def _configured(kind: type[jinja2.Environment], loader: jinja2.BaseLoader) -> jinja2.Environment:
    found = kind(
        loader=loader,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html", "html.j2")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals.update(kind_symbols=KIND_SYMBOLS, plural=plural, gathered=gathered)
    return found


def _require_replacement(folder: Path, ours: jinja2.PackageLoader) -> None:
    if not folder.is_dir():
        raise TemplateError("the templates folder does not exist", "check its path")
    if not any((folder / name).is_file() for name in _replaceable(ours)):
        names = ", ".join(_replaceable(ours))
        raise TemplateError("the templates folder replaces no template", f"it may hold: {names}")


def _replaceable(ours: jinja2.PackageLoader) -> list[str]:
    names = ours.list_templates()
    return [name for name in names if name.endswith(".j2") or name.startswith("assets/")]


def fill(env: jinja2.Environment, name: str, data: Mapping[str, Any]) -> str:
    """Render one template.

    Raises:
        TemplateError: it is not valid, fails on this data, or takes too much; names the template
            and its line, never the data.
    """
    try:
        with limited() if env.sandboxed else nullcontext():
            text = _compiled(env, name).render(data)
    except TemplateError:
        raise
    except jinja2.TemplateSyntaxError as error:
        raise _failure(error.name or name, error.lineno, "is not valid Jinja") from None
    except Exception as error:
        where = _place(error)
        if where is None:
            raise
        raise _failure(*where, _REASONS.get(type(error), "cannot be filled in")) from None
    if env.sandboxed and len(text) > LETTERS:
        raise TemplateError(f"template {name} makes more than {LETTERS:,} letters", _HINT)
    return text


def _compiled(env: jinja2.Environment, name: str) -> jinja2.Template:
    try:
        return env.get_template(name)
    except (ValueError, RecursionError, SyntaxError):  # of Python, below Jinja's own parser
        raise TemplateError(f"template {name} is not valid Jinja", _HINT) from None


_REASONS: Final[Mapping[type[Exception], str]] = {
    jinja2.UndefinedError: "uses a name that is not defined",
    jinja2.TemplateNotFound: "includes a template that does not exist",
    jinja2.exceptions.SecurityError: "does what the sandbox does not let it",
    TooLong: f"takes longer than {SECONDS:g} seconds",
    MemoryError: "takes too much memory",
}


def _failure(name: str, line: int, reason: str) -> TemplateError:
    return TemplateError(f"template {name}, line {line}, {reason}", _HINT)


def _place(error: Exception) -> tuple[str, int] | None:
    """The innermost template line an exception passed through."""
    lines = [
        (Path(frame.f_code.co_filename).name, line)
        for frame, line in walk_tb(error.__traceback__)
        if frame.f_code.co_filename.endswith(".j2")
    ]
    return lines[-1] if lines else None


def asset(env: jinja2.Environment, name: str) -> str:
    """The text of a style sheet or script, the user's if there is one."""
    return _source(env, f"assets/{name}").strip()


def digest(env: jinja2.Environment) -> str:
    """What tells these templates and assets from any others."""
    names = sorted(env.list_templates(extensions=["j2", "css", "js"]))
    return hashlib.sha256("\n".join(_source(env, name) for name in names).encode()).hexdigest()


def _source(env: jinja2.Environment, name: str) -> str:
    if env.loader is None:
        raise TypeError("an environment made here has a loader")
    return env.loader.get_source(env, name)[0]


def inline(text: str) -> tuple[Markup, str]:
    r"""A style sheet or script to put into a page, and the CSP source that allows just it.

    Nothing in it can end the element around it: `<\/` reads the same in the strings of both.
    """
    text = text.replace("</", r"<\/")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"'sha256-{digest}'"  # noqa: S704 - an asset's own text, allowed by hash
