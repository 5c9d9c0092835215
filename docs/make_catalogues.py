"""Gathers every word that a reader sees into the catalogues under retention_helpers/locales.

    python docs/make_catalogues.py            writes reports.pot and merges it into each language's reports.po
    python docs/make_catalogues.py --check    says what is missing, uncertain, left over or ill-formed, and fails

The English text is the key. It is found in `say("..")`, `plural("..", "..", n)` and `marked("..")` of Python files,
notebooks and templates, and in the Markdown cells of the notebooks. New texts arrive empty, changed ones marked
"fuzzy" beside their old translation: translate them in the PO file and take the mark away.
"""

import ast
import io
import json
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
LOCALES = Path("retention_helpers/locales")
TEMPLATE = LOCALES / "reports.pot"
KEYWORDS = {"say": None, "plural": (1, 2), "marked": None}
FORMS = ("", "title", "of")  # what `Words.say` makes of a value
# Headers that tell when and with what a file was made would differ on every machine.
_KEPT = ('"MIME-Version', '"Content-Type', '"Content-Transfer-Encoding', '"Language:', '"Plural-Forms')


def gathered(root: Path = ROOT) -> Catalog:
    """The catalogue of all English texts, each with the files it stands in."""
    catalog = Catalog(domain="reports")
    for path in sorted((root / "retention_helpers").rglob("*.py")):
        _add(catalog, root, path, extract(from_python, io.BytesIO(path.read_bytes()), KEYWORDS))
    for path in sorted((root / "retention_helpers").rglob("*.j2")):
        _add(catalog, root, path, extract(babel_extract, io.BytesIO(path.read_bytes()), KEYWORDS))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        _add(catalog, root, path, from_notebook(path))
    return catalog


def _add(catalog: Catalog, root: Path, path: Path, found: Iterator[tuple]) -> None:
    place = path.relative_to(root).as_posix()
    for _, message, *_ in found:
        catalog.add(message, locations=[(place, 0)])


def from_python(file: io.BytesIO, keywords: Collection[str], *_: object, **__: object) -> Iterator[tuple]:
    """Calls with literal texts, those inside f-strings too, in the form that Babel's `extract` expects.

    >>> list(from_python(io.BytesIO(b'f"{words.say(1)} {words.say(\\\\'Tables\\\\')}"'), KEYWORDS))
    [(1, 'say', ('Tables',), [])]
    """
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call):
            continue
        # Methods of `Words`, and the one function: a `say` that stands alone prints a line for whoever started a run.
        is_method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if is_method else getattr(node.func, "id", "")
        if is_method == (name == "marked"):
            continue
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        texts = [text for text in texts if isinstance(text, str)]
        if name in keywords and texts:
            yield node.lineno, name, tuple(texts), []


def from_notebook(path: Path) -> Iterator[tuple]:
    """The Markdown cells whole, and the texts of the code cells; of the template for new notebooks the code alone."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            yield from extract(from_python, io.BytesIO(source.encode()), KEYWORDS)
        elif source.strip() and not path.name.startswith("_"):
            yield 0, source.strip(), [], None


def as_text(catalog: Catalog) -> str:
    """A catalogue as a PO file that is the same on every machine."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    head, _, rest = out.getvalue().decode().partition("\n\n")
    kept = [line for line in head.split("\n") if line in ('msgid ""', 'msgstr ""') or line.startswith(_KEPT)]
    return "\n".join(kept) + "\n\n" + rest.strip() + "\n"


def catalogues(root: Path = ROOT) -> dict[str, Path]:
    """The PO file of every language that is translated to."""
    return {path.parts[-3]: path for path in sorted((root / LOCALES).glob("*/LC_MESSAGES/reports.po"))}


def read(path: Path, locale: str | None = None) -> Catalog:
    return read_po(io.BytesIO(path.read_bytes()), locale)


def write(root: Path = ROOT) -> None:
    """Write the template, and merge it into every language."""
    english = gathered(root)
    (root / TEMPLATE).write_text(as_text(english), encoding="utf-8")
    for locale, path in catalogues(root).items():
        catalog = read(path, locale)
        catalog.update(english)
        path.write_text(as_text(catalog), encoding="utf-8")


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the catalogues; nothing when every text is said in every language."""
    english = gathered(root)
    known = read(root / TEMPLATE) if (root / TEMPLATE).exists() else Catalog()
    problems = []
    if {message.id for message in known} != {message.id for message in english}:
        problems.append(f"{TEMPLATE} is stale. Run: make words")
    for locale, path in catalogues(root).items():
        catalog = read(path, locale)
        problems += [
            f"{locale}: {fault}: {_short(message)}"
            for message in english
            if message.id and (fault := fault_of(message, catalog.get(message.id), catalog.num_plurals))
        ]
        left = [message for message in catalog if message.id and message.id not in english]
        problems += [f"{locale}: said nowhere any more: {_short(message)}" for message in left]
    return problems


def fault_of(english: Message, message: Message | None, plurals: int) -> str:
    """What is wrong with one translation; empty when nothing is."""
    said = message.string if message is not None else ""
    forms = said if isinstance(said, tuple | list) else (said,)
    if message is None or not all(forms):
        return "not translated"
    if message.fuzzy:
        return "fuzzy"
    if english.pluralizable and len(forms) != plurals:
        return f"{len(forms)} plural forms instead of {plurals}"
    wanted = placeholders(english.id[-1] if english.pluralizable else english.id)
    for form in forms:
        try:
            found, shapes = placeholders(form), {shape for *_, shape, _ in fields(form)}
        except ValueError as error:
            return f"ill-formed ({error})"
        if found != wanted:
            return f"placeholders differ ({', '.join(sorted(found ^ wanted))})"
        if shapes - set(FORMS):
            return f"unknown form ({', '.join(sorted(shapes - set(FORMS)))})"
    return ""


def fields(text: str) -> list[tuple]:
    return [field for field in Formatter().parse(text) if field[1] is not None]


def placeholders(text: str) -> set[str]:
    """The names in braces of a text.

    >>> sorted(placeholders("{n:title} of {all}, 5% {n}"))
    ['all', 'n']
    """
    return {name for _, name, *_ in fields(text)}


def _short(message: Message) -> str:
    text = message.id[0] if message.pluralizable else message.id
    return repr(text if len(text) <= 90 else f"{text[:87]}...")


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not arguments:
        write()
    problems = check()
    print("\n".join(problems) or "Every text is said in every language.", file=sys.stderr if problems else sys.stdout)
    return 1 if problems and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
