"""The look-alike that tells its whole story: each reading of its configuration gets a chapter."""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import DeploymentState, Response

TOKEN = "confaudit-demo"  # noqa: S105 - what the look-alike guards is in the samples for all
"""The same in each run, so that instructions can be written down."""

_CONFIG = "/api/v2/deployment/config"
_BUILDINFO = "/api/v2/buildinfo"
"""Whoever reads a deployment asks for its build before the configuration and after it."""


class Storyteller(LoopbackCoder):
    """Serves the first chapter, and to each further reading the one after; the last one stays.

    `watch` is told the title of each chapter that was read, and that of the one that comes next.
    """

    def __init__(
        self,
        chapters: Sequence[DeploymentState],
        port: int,
        created_at: datetime,
        watch: Callable[[str, str], None],
    ) -> None:
        """Listen at the port; 0 is any that is free.

        Raises:
            OSError: the port cannot be had.
        """
        super().__init__(chapters[0], created_at, port=port, token=TOKEN)
        self._coming = list(chapters[1:])
        self._watch = watch
        self._turn = Lock()
        self._has_config = False
        self._is_read = False

    def answer(self, path: str, token: str | None) -> Response:
        """As Coder would; a reading that begins after another gets the next chapter."""
        with self._turn:
            if path == _BUILDINFO:
                self._turn_page()
            response = super().answer(path, token)
            if path == _CONFIG:
                self._has_config = response.status == 200
            return response

    def _turn_page(self) -> None:
        """Tell whether a reading ends or begins, and go on with the story where one begins."""
        if self._is_read and self._coming:
            self.serve(self._coming.pop(0))
        self._is_read = self._has_config
        if self._has_config:
            self._watch(self.state.title, self._coming[0].title if self._coming else "the same")
        self._has_config = False
