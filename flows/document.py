"""A YAML text as parts that know where they stand and report what is wrong with them."""

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

NAME = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_QUOTE = "write it as text: put it in quotes"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, where the machine has it
_DEEPEST = 20
_TEXT, _INTEGER = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in a definition, where, and what to do about it. line: from 1; 0 where no line can be named."""

    file: str
    line: int
    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.place + ': ' if self.place else ''}{self.problem}; {self.remedy}"


class DefinitionError(Exception):
    """Definitions that cannot be used; `faults` holds everything found wrong with them, in reading order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Part:
    """A value in a file. What it is asked for and cannot give, it notes in `faults`, and gives something empty instead.

    place: the keys that lead to it, joined by dots. A part without a node stands for what was already reported missing.
    """

    file: str
    place: str
    node: yaml.Node | None
    faults: list[Fault] = field(compare=False)

    def fault(self, problem: str, remedy: str) -> None:
        line = self.node.start_mark.line + 1 if self.node else 0
        self.faults.append(Fault(self.file, line, self.place, problem, remedy))

    def entries(self) -> dict[str, "Part"]:
        """A mapping's values by key."""
        return {str(key): value for key, value in self._keyed(tags=(_TEXT,)).items()}

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Part"]:
        """A mapping's values by key: all that are required, and of the optional ones those that are there.

        An unknown key that resembles a missing one is reported, and then read as that one.
        """
        found = self.entries()
        known = (*required, *optional)
        for key in [key for key in found if key not in known]:
            unknown = found.pop(key)
            unknown.fault(f"unknown key {key!r}", nearest(key, known))
            for meant in difflib.get_close_matches(key, known, n=1):
                found.setdefault(meant, unknown)
        for key in [key for key in required if key not in found]:
            if isinstance(self.node, yaml.MappingNode):
                self.fault(f"the key {key!r} is missing", f"add {key!r}")
            found[key] = Part(self.file, self._under(key), None, self.faults)
        return found

    def items(self, needed: bool = False, wanted: str = "a list") -> list["Part"]:
        """The items of a list, of which there is at least one where they are needed."""
        if not isinstance(self.node, yaml.SequenceNode):
            self._expect(wanted)
            return []
        if needed and not self.node.value:
            self.fault("this list is empty", "put at least one item in it")
        return [
            Part(self.file, self._under(str(number)), node, self.faults) for number, node in enumerate(self.node.value)
        ]

    def text(self, required: Collection[str] = (), optional: Collection[str] = ()) -> str:
        """Text to be said or sent, without the space around it, that holds no placeholders but these."""
        text = self._scalar(_TEXT, "text").strip()
        if self.node is None or self.node.tag != _TEXT:
            return ""
        if not text:
            self.fault("this text is empty", "write what is to be said")
        found = _PLACEHOLDER.findall(text)
        if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
            self.fault("a brace stands alone in this text", "write placeholders as {name}")
        for name in found:
            if name not in required and name not in optional:
                self.fault(f"unknown placeholder {{{name}}}", nearest(name, (*required, *optional)))
        for name in required:
            if name not in found:
                self.fault(f"the placeholder {{{name}}} is missing", "put it where its value is to be said")
        return text

    def name(self) -> str:
        """A key by which other places speak of this one; empty if it is none."""
        name = self._scalar(_TEXT, "a name")
        if self.node is not None and self.node.tag == _TEXT and not NAME.fullmatch(name):
            self.fault(f"{name!r} is not a name", "use small letters, digits and _, beginning with a letter")
            return ""
        return name

    def number(self) -> int | None:
        """A whole number."""
        value = self._scalar(_INTEGER, "a whole number")
        if self.node is None or not value:
            return None
        if not _NUMBER.fullmatch(value):
            self.fault(f"{value!r} is not a whole number", "write it with at most nine digits and nothing else")
            return None
        return int(value)

    def span(self) -> tuple[int, int] | None:
        """Whole numbers from one to another, written 3-5, or a single one."""
        value = self.node.value if isinstance(self.node, yaml.ScalarNode) else ""
        found = re.fullmatch(r"([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?", value)
        if found is None:
            self._expect("a number or two joined by a hyphen (0-6)")
            return None
        return int(found[1]), int(found[2] or found[1])

    def plain(self) -> Any:
        """Everything in this part, as text, whole numbers, lists and dictionaries, whose keys may be numbers too."""
        match self.node:
            case yaml.MappingNode():
                return {key: value.plain() for key, value in self._keyed(tags=(_TEXT, _INTEGER)).items()}
            case yaml.SequenceNode():
                return [item.plain() for item in self.items()]
            case yaml.ScalarNode(tag=tag) if tag == _INTEGER:
                return self.number() or 0
            case yaml.ScalarNode(value=value):
                return self._scalar(_TEXT, "text") or value
            case _:
                return None

    def _keyed(self, tags: Collection[str]) -> dict[str | int, "Part"]:
        """A mapping's values by key, where keys are of these kinds."""
        if not isinstance(self.node, yaml.MappingNode):
            self._expect("a mapping (key: value)")
            return {}
        found: dict[str | int, Part] = {}
        for key_node, value_node in self.node.value:
            scalar = isinstance(key_node, yaml.ScalarNode)
            key = Part(self.file, self._under(key_node.value if scalar else "?"), key_node, self.faults)
            if not scalar or key_node.tag not in tags:
                key.fault("this key is not text", _QUOTE)
                continue
            name = key.plain()
            if name in found:
                key.fault("this key stands here twice", "remove one of the two")
            else:
                found[name] = Part(self.file, key.place, value_node, self.faults)
        return found

    def _scalar(self, tag: str, wanted: str) -> str:
        if isinstance(self.node, yaml.ScalarNode) and self.node.tag == tag:
            return str(self.node.value)
        self._expect(wanted)
        return ""

    def _expect(self, wanted: str) -> None:
        """Note that something else stands here, unless nothing does because it was reported missing."""
        if self.node is None:
            return
        remedy = f"write {wanted}"
        match self.node:
            case yaml.MappingNode():
                found = "a mapping"
            case yaml.SequenceNode():
                found = "a list"
            case yaml.Node(value=value, tag=tag):
                found = repr(value) if value else "nothing"
                remedy = _QUOTE if value and tag != _TEXT and wanted in ("text", "a name") else remedy
        self.fault(f"expected {wanted}, found {found}", remedy)

    def _under(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def parse(content: bytes, file: str, faults: list[Fault]) -> Part:
    """The content of a file as one part. What makes it unreadable is noted in `faults`, and the part is blank."""
    node: yaml.Node | None = None
    try:
        text = content.decode("utf-8-sig")
        _refuse_riddles(text)
        node = yaml.compose(text, Loader=_LOADER)
        line, problem, remedy = 0, "this file is empty", "write the definition or remove the file"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem, remedy = "this file is not UTF-8", "save it in the encoding UTF-8"
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, problem, remedy = mark.line + 1 if mark else 0, f"this is not YAML: {error.problem}", "mend the YAML"
        if b"\t" in b"".join(content.split(b"\n")[line - 1 : line]):
            remedy = "indent with spaces, never with tabs"
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        line, problem, remedy = 0, f"this is not YAML: {str(error).partition(chr(10))[0]}", "mend the YAML"
    if node is None:
        faults.append(Fault(file, line, "", problem, remedy))
    return Part(file, "", node, faults)


def _refuse_riddles(text: str) -> None:
    """Raises MarkedYAMLError for what nobody writes in a definition, and what could exhaust the machine."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            problem = "it is nested too deeply" if depth > _DEEPEST else "aliases (*name) are not read here"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]


def written(value: Any) -> str:
    """Text, whole numbers, lists and dictionaries as YAML that `parse` reads, in their order, a key a line."""
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes everything out where it stands, for aliases are not read here, and lists of words one after the other."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (what it is called with)
        return True

    def one_after_the_other(self, data: list[Any]) -> yaml.Node:
        return self.represent_sequence("tag:yaml.org,2002:seq", data, not any(isinstance(item, dict) for item in data))


_Dumper.add_representer(list, _Dumper.one_after_the_other)


def nearest(word: str, known: Collection[str]) -> str:
    """The remedy for a word that is not known: the nearest one that is, or all there are."""
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known here: {', '.join(sorted(known))}" if known else "remove it: nothing of the kind is known here"
