"""The tagger at work in this process, made when something is first read and again when another model is put to work."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from nlp.theme import CodeFrame

if TYPE_CHECKING:
    from nlp.models import Models
    from nlp.tagger import Tagger


class Taggers:
    """Gives the tagger. What it is made of is read and imported no sooner, for it takes seconds and memory.

    folder: of the trained models; read_frame: reads the code frame; may raise DefinitionError.
    """

    def __init__(self, folder: Path, read_frame: Callable[[], CodeFrame]) -> None:
        self._folder = folder
        self._read_frame = read_frame
        self._lock = Lock()
        self._made: tuple[int | None, Tagger] | None = None

    @cached_property
    def frame(self) -> CodeFrame:
        """The code frame. Raises DefinitionError."""
        return self._read_frame()

    @property
    def models(self) -> "Models":
        """The folder of trained models."""
        from nlp.models import Models

        return Models(self._folder)

    def tagger(self) -> "Tagger":
        """The model at work, or the rules alone where there is none that can be used."""
        from nlp.tagger import Tagger

        mark = self.models.mark()
        with self._lock:
            if self._made is None or self._made[0] != mark:
                self._made = mark, Tagger.load(self.models, self.frame)
            return self._made[1]
