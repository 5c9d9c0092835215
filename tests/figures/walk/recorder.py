"""What the walk through the wordings needs: which texts a module has, which of them were said, and on which boundary.

A module of findings is walked by the file of its name in this folder. It gives

    CASES   functions of `Words` that say something: together they say every text of the module
    TRIOS   a `Trio` for each three sentences (up, down, no reliable change) that an interval chooses from
    WALKS   the modules that it walks, where it is not the one of its own name
    EARNED  what makes words of cause true in it ("a random hold-out"); nothing else lets them pass
"""

import ast
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.make_catalogues import KEYWORDS, from_python
from retention_helpers import figures
from retention_helpers.figures import Finding
from retention_helpers.words import Words

ROOM = Path(figures.__file__).parent
SIDES = ("up", "down", "flat")
NAN = float("nan")
# Interval of a change -> what must be said of it: just beside zero, on it, around it, half or wholly unknown.
BOUNDARIES = {
    (1e-9, 0.2): "up",
    (0.0, 0.2): "flat",
    (-1e-9, 0.2): "flat",
    (-0.2, 0.2): "flat",
    (0.0, 0.0): "flat",
    (-0.2, 1e-9): "flat",
    (-0.2, 0.0): "flat",
    (-0.2, -1e-9): "down",
    (NAN, NAN): "flat",
    (0.1, NAN): "flat",
    (NAN, -0.1): "flat",
}


class Recorder(Words):
    """Words that remember which texts they said."""

    def __init__(self) -> None:
        super().__init__("en", "EUR")
        self.said: set[str] = set()

    def say(self, text: str, **values: object) -> str:
        self.said.add(text)
        return super().say(text, **values)

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        self.said.add(one)
        return super().plural(one, many, count, **values)


@dataclass(frozen=True)
class Trio:
    """One finding whose headline an interval chooses: ``make(words, low, high)``, the ends of a change."""

    name: str
    make: Callable[[Words, float, float], Finding]


Sentences = tuple[str, str, str]


def modules() -> list[str]:
    """Every module of the room that holds sentences of findings: a new one cannot be left out."""
    found = [*ROOM.glob("*findings.py"), *ROOM.glob("*wordings.py"), *ROOM.glob("*changes.py"), ROOM / "kpis.py"]
    return sorted(path.stem for path in found)


def walks() -> dict[str, list]:
    """Module -> the files of this folder that walk it."""
    by_module: dict[str, list] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        walk = importlib.import_module(f"tests.figures.walk.{path.stem}")
        if hasattr(walk, "CASES"):
            for module in getattr(walk, "WALKS", (path.stem,)):
                by_module.setdefault(module, []).append(walk)
    return by_module


def texts(module: str) -> set[str]:
    """Every text of a module that can be said; of a table of wordings those with a value in them: no names."""
    with (ROOM / f"{module}.py").open("rb") as file:
        found = {message[0] for _, _, message, _ in from_python(file, KEYWORDS)}
    return {text for text in found if "{" in text} if module.endswith("wordings") else found


def trios(module: str) -> set[Sentences]:
    """Every three sentences of a module: dictionaries and objects with up, down and flat, wherever they stand."""
    return set(_in_source(module)) | set(_in_tables(vars(importlib.import_module(f"{figures.__name__}.{module}"))))


def _in_source(module: str) -> Iterator[Sentences]:
    for node in ast.walk(ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            texts = {key.value: _marked(value) for key, value in zip(node.keys, node.values, strict=True) if _text(key)}
            if all(texts.get(side) for side in SIDES):
                yield tuple(texts[side] for side in SIDES)


def _text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _marked(node: ast.AST) -> str:
    """The text of `marked("..")`, nothing of all else."""
    is_marked = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "marked" and _text(node.args[0])
    return node.args[0].value if is_marked else ""


def _in_tables(tables: Mapping[str, object]) -> Iterator[Sentences]:
    for value in tables.values():
        sentences = tuple(getattr(value, side, None) for side in SIDES)
        if all(isinstance(sentence, str) for sentence in sentences):
            yield sentences
        elif isinstance(value, Mapping):
            yield from _in_tables(value)
