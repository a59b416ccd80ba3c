"""Reads surveys, instruments, languages and voices from YAML files, and reports all that is wrong with them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from flows.definitions import PHRASES, build_survey
from flows.document import DefinitionError, Fault, Part, nearest, parse
from flows.survey import Survey

__all__ = ["PHRASES", "SHIPPED", "DefinitionError", "Fault", "load", "voices"]

SHIPPED = Path(__file__).parent
"""The folder of the definitions that come with the product."""


def load(survey: str | Path, *, company: str, folders: Sequence[Path] = ()) -> Survey:
    """The survey of that key, or in that file, asked in the name of `company`.

    folders: the operator's own, each with folders `surveys`, `instruments` and `languages` as far as needed; what
    stands there is taken before what is shipped, the first folder first. The company's name changes neither the
    version nor a series.
    Raises DefinitionError with every fault in every file that the survey needs, also where there is no such survey.
    """
    library = _Library((*folders, SHIPPED))
    if isinstance(survey, Path) or survey.endswith((".yaml", ".yml")):
        part = library.read(Path(survey))
    else:
        part = library.find("surveys", survey, Part(survey, "", None, library.faults))
    built = build_survey(part, library.instrument, library.language, library.stop(), company)
    if library.faults:
        raise DefinitionError(library.faults)
    return built


def voices() -> Mapping[str, frozenset[str]]:
    """The names of the carrier's voices that are known here, by locale."""
    faults: list[Fault] = []
    part = parse((SHIPPED / "voices.yaml").read_bytes(), "voices.yaml", faults)
    known = {locale: frozenset(item.text() for item in names.items()) for locale, names in part.entries().items()}
    if faults:
        raise DefinitionError(faults)
    return known


class _Library:
    """The folders in which definitions are looked up, and the faults found in them."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self.faults: list[Fault] = []

    def instrument(self, named: Part) -> Part:
        return self.find("instruments", named.name(), named)

    def language(self, named: Part) -> Part:
        return self.find("languages", named.name(), named)

    def stop(self) -> list[str]:
        """The messages for stop that every language shares."""
        part = self.read(SHIPPED / "stop.yaml")
        return [item.text() for listed in part.entries().values() for item in listed.items()]

    def find(self, kind: str, name: str, named: Part) -> Part:
        """The definition of that kind and name; `named` is where it is spoken of."""
        blank = replace(named, node=None)
        if not name:
            return blank
        there = {path.stem: path for folder in reversed(self.folders) for path in (folder / kind).glob("*.yaml")}
        if name in there:
            return self.read(there[name])
        named.fault(f"there is no {kind}/{name}.yaml", nearest(name, there))
        return blank

    def read(self, path: Path) -> Part:
        try:
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.faults.append(Fault(str(path), 0, "", f"cannot be read: {reason}", "check path and permissions"))
            return Part(str(path), "", None, self.faults)
        return parse(content, str(path), self.faults)
