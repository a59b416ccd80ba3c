"""How well verbatims are tagged by theme, with few labels and with many, beside other ways to tag them.

    python -m bench.themes [--data FOLDER] [--repeats 5] [--quick] [--results FILE]
    python -m bench.themes --show FILE...

The labelled comments are not part of the product: their folder is `--data`, or `NAWOORD_COMMENTS`, or `../shared/data`
beside the project. Each repeat tests on another fifth of a set, and draws its labels from the other four. Code frames
are in `bench/frames`; their seeds were written from the names of the categories alone. Times are processor seconds.
"""

import json
import os
import re
import time
import warnings
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean, pstdev
from typing import Any

import numpy as np

from bench.taggers import TAGGERS, Tagger, given, macro, micro
from nlp.codeframe import CodeFrame, load
from nlp.coding import Coded

HERE = Path(__file__).parent
SETS = {
    "restaurants nl": ("restaurants.nl.jsonl", "restaurants", "nl"),
    "restaurants en": ("restaurants.en.jsonl", "restaurants", "en"),
    "restaurants fr": ("restaurants.fr.jsonl", "restaurants", "fr"),
    "restaurants es": ("restaurants.es.jsonl", "restaurants", "es"),
    "railway de": ("railway.de.jsonl", "railway", "de"),
    "patients en": ("patients.en.jsonl", "patients", "en"),
}
"""File, code frame and language of each set of labelled comments."""

ALL = 0
SIZES = (50, 100, 200, 400, ALL)
NEURAL = {"bow", "ensemble"}
FIFTHS = 5

Result = dict[str, Any]


def main() -> None:
    options = _options()
    if options.show:
        print(table([json.loads(line) for path in options.show for line in path.read_text().splitlines()]))
        return
    warnings.filterwarnings("ignore", module="sklearn|spacy|thinc|torch")
    results = []
    for result in measure(options):
        print(_line(result), flush=True)
        results.append(result)
        if options.results:
            with options.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")
    print(table(results))


def _options() -> Any:
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    beside = HERE.parent.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("NAWOORD_COMMENTS", beside)))
    parser.add_argument("--repeats", type=int, default=5, help="how many fifths are tested on, 5 at most")
    parser.add_argument("--neural-repeats", type=int, default=1, help="the same for bow and ensemble, which are slow")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--taggers", nargs="+", choices=TAGGERS, default=list(TAGGERS))
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="0 stands for all labels")
    parser.add_argument("--quick", action="store_true", help="two sets, two repeats, 50 and 200 labels, no networks")
    parser.add_argument("--results", type=Path, help="a file to which each result is added as it comes")
    parser.add_argument("--show", type=Path, nargs="+", help="only print the table of such files")
    options = parser.parse_args()
    if options.quick:
        options.sets, options.repeats, options.sizes = list(SETS)[:2], 2, (50, 200)
        options.taggers = [name for name in options.taggers if name not in NEURAL]
    return options


def measure(options: Any) -> Iterator[Result]:
    """Teaches and tests every tagger, on every set, at every size, in every repeat."""
    for name in options.sets:
        frame, examples = comments(options.data, name)
        for tagger in options.taggers:
            repeats = min(options.neural_repeats if tagger in NEURAL else options.repeats, FIFTHS)
            for size in [None] if tagger == "rules" else options.sizes:
                for repeat in range(repeats):
                    taught = TAGGERS[tagger](frame, repeat)
                    yield {"set": name, "tagger": tagger, "size": size, "repeat": repeat} | _try(taught, examples, size)


def comments(folder: Path, name: str) -> tuple[CodeFrame, list[Coded]]:
    """The code frame of a set, and its comments as verbatims that were coded completely."""
    file, key, language = SETS[name]
    frame = load(HERE / "frames" / f"{key}.yaml")
    themes = {theme.key for theme in frame.themes}
    examples = []
    for number, line in enumerate((folder / file).read_text(encoding="utf-8").splitlines()):
        told = json.loads(line)
        known = {re.sub(r"[^a-z0-9]+", "_", theme.lower()).strip("_"): True for theme in told["themes"]}
        assert known.keys() <= themes, f"{file}: {known.keys() - themes} is missing in the code frame"
        examples.append(Coded(f"{name} {number}", told["text"], language, told.get("question"), known=known))
    return frame, examples


def _try(tagger: Tagger, examples: Sequence[Coded], size: int | None) -> Result:
    """What a tagger makes of a fifth after it was taught with so many labels of the rest; None for no labels at all."""
    order = np.random.default_rng(0).permutation(len(examples))
    tested = [examples[row] for row in order[tagger.seed :: FIFTHS]]
    rest = [examples[row] for place, row in enumerate(order) if place % FIFTHS != tagger.seed]
    draw = np.random.default_rng(100 + tagger.seed).permutation(len(rest))
    lessons = [rest[row] for row in draw[: size or len(rest)]] if size is not None else []
    began = time.process_time()
    tagger.teach(lessons)
    taught = time.process_time()
    found = tagger.tag(tested)
    truths = given(tested, tagger.themes)
    return {
        "micro": micro(found, truths),
        "macro": macro(found, truths),
        "training": taught - began,
        "speed": _speed(tagger, tested) if tagger.seed == 0 else None,
        "bytes": tagger.size() if tagger.seed == 0 else None,
        "labels": len(lessons),
    }


def _speed(tagger: Tagger, examples: Sequence[Coded]) -> float:
    """Verbatims a processor second, the best of three rounds, so that what else the machine does counts less."""
    many = [one for _ in range(3) for one in examples]
    rounds = []
    for _ in range(3):
        began = time.process_time()
        tagger.tag(many)
        rounds.append(len(many) / (time.process_time() - began))
    return max(rounds)


def _line(result: Result) -> str:
    what = f"{result['set']:15} {result['tagger']:9} {result['labels']:5} labels, fifth {result['repeat'] + 1}"
    speed = f"{result['speed']:8,.0f}/s {result['bytes'] / 1e6:6.1f} MB" if result["speed"] else ""
    found = f"micro {100 * result['micro']:5.1f}  macro {100 * result['macro']:5.1f}"
    return f"{what}  {found}  {result['training']:6.1f} s{speed}"


def table(results: Sequence[Result]) -> str:
    """The results as tables in Markdown: F1 by set and number of labels, then speed, training time and size."""
    names = [name for name in TAGGERS if any(result["tagger"] == name for result in results)]
    lines = [f"| comments | labels | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    for name in dict.fromkeys(result["set"] for result in results):
        own = [result for result in results if result["set"] == name]
        for size in (None, *SIZES):
            cells = [_cell(own, tagger, size) for tagger in names]
            labels = {
                result["labels"]: None for result in own if result["size"] == size and result["tagger"] != "rules"
            }
            if labels or size is None:
                lines.append(f"| {name} | {max(labels, default=0)} | {' | '.join(cells)} |")
    lines += ["", "| | verbatims a second | training with all labels, s | kept, MB |", "|---|---|---|---|"]
    for tagger in names:
        whole = [result for result in results if result["tagger"] == tagger and not result["size"]]
        measured = [result for result in whole if result["speed"]]
        if measured:
            speeds = sorted(result["speed"] for result in measured)
            seconds = sorted(result["training"] for result in whole)
            sizes = sorted(result["bytes"] / 1e6 for result in measured)
            lines.append(
                f"| {tagger} | {speeds[0]:,.0f}–{speeds[-1]:,.0f} | {seconds[0]:.1f}–{seconds[-1]:.1f} "
                f"| {sizes[0]:.1f}–{sizes[-1]:.1f} |"
            )
    return "\n".join(lines)


def _cell(results: Sequence[Result], tagger: str, size: int | None) -> str:
    """Micro and macro F1 in hundredths, the mean over repeats and how far micro spreads."""
    # Rules learn nothing from labels, and without labels ours are the rules.
    asked = ("rules", None) if tagger == "rules" or (tagger == "ours" and size is None) else (tagger, size)
    own = [result for result in results if (result["tagger"], result["size"]) == asked]
    if not own:
        return "–"
    micros, macros = ([100 * result[kind] for result in own] for kind in ("micro", "macro"))
    spread = f" ± {pstdev(micros):.1f}" if len(own) > 1 else ""
    return f"{mean(micros):.1f}{spread} / {mean(macros):.1f}"


if __name__ == "__main__":
    main()
