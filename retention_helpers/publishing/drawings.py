"""The drawings of an executed notebook for the front page: small, re-colouring, and light enough all together."""

import re
from collections.abc import Mapping, Sequence

import nbformat

from .notebook import MIME, code_cells
from .sanitizer import sanitize

Drawings = Mapping[str, str]
"""Figure -> its phone drawing as SVG, in the order of the notebook."""

_NARROW = re.compile(r'<svg\b(?=[^>]*\bclass="chart narrow")[^>]*>.*?</svg>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ID = re.compile(r'\bid="([^"]+)"')
# What one picture costs beside its drawing: the link around it.
_AROUND = 300


def drawings_of(node: nbformat.NotebookNode, notebook: str) -> dict[str, str]:
    """The phone drawing of every figure that has one, as its page shows it and as safe.

    Ids get the notebook's name in front: two notebooks may call a figure the same.
    """
    found = {}
    for cell in code_cells(node):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            part = data.get(MIME)
            if isinstance(part, dict) and part.get("kind") == "figure" and "text/html" in data:
                drawing = _NARROW.search(sanitize(data["text/html"]))
                if drawing:
                    found[str(part.get("name"))] = _owned(drawing[0], notebook)
    return found


def _owned(svg: str, notebook: str) -> str:
    svg = svg.replace('class="chart narrow"', 'class="chart"', 1)
    ids = sorted(_ID.findall(svg), key=len, reverse=True)
    if not ids:
        return svg
    name = re.compile(rf"(?<![\w.:-])(?:{'|'.join(map(re.escape, ids))})(?![\w.:-])")
    return _TAG.sub(lambda tag: name.sub(lambda found: f"{notebook}-{found[0]}", tag[0]), svg)


def choose(wanted: Mapping[str, Sequence[str]], drawings: Mapping[str, Drawings], room: int) -> dict[str, str]:
    """Notebook -> the figure whose drawing stands for it: the first of those wanted, if all together have ``room``.

    While they have not, the heaviest gives way to the next one of its notebook that is lighter, or to none.
    """
    left = {notebook: [name for name in names if name in drawings[notebook]] for notebook, names in wanted.items()}

    def weight(notebook: str) -> int:
        return len(drawings[notebook][left[notebook][0]].encode()) + _AROUND

    while True:
        left = {notebook: names for notebook, names in left.items() if names}
        weights = {notebook: weight(notebook) for notebook in left}
        if sum(weights.values()) <= room:
            return {notebook: names[0] for notebook, names in left.items()}
        heaviest = max(weights, key=weights.__getitem__)
        limit = weights[heaviest] - _AROUND
        left[heaviest] = [name for name in left[heaviest][1:] if len(drawings[heaviest][name].encode()) < limit]
