"""Writes docs/codebook.md: what every metric means and what every fact table holds, out of their own sources.

    python docs/make_codebook.py            writes it
    python docs/make_codebook.py --check    says what is missing or stale, and fails

The sources are read, not imported, so a package that is half written or not installed still has a codebook.
"""

import ast
import inspect
import re
import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

ROOT = Path(__file__).resolve().parent.parent
CODEBOOK = Path("docs/codebook.md")
METRICS = Path("retention_helpers/metrics")
FACTS = Path("retention_helpers/facts")

HEAD = """\
# Codebook

What every number means and what every table holds. `make codebook` makes it from the docstrings of
`retention_helpers/metrics` and the SQL of `retention_helpers/facts`: edit those. `make check` fails when it is stale.
"""


@dataclass(frozen=True)
class Metric:
    """A public function of a metrics module, as its source says it."""

    module: str
    name: str
    signature: str
    text: str

    @property
    def question(self) -> str:
        return first_sentence(self.text)


@dataclass(frozen=True)
class Fact:
    """A fact table: its grain from the first line of its SQL, its columns from the last SELECT."""

    name: str
    grain: str
    columns: list[str]


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line.

    >>> first_sentence("How many customers\\nleft? Those of 2.5 months.")
    'How many customers left?'
    """
    paragraph = " ".join(text.split("\n\n", maxsplit=1)[0].split())
    found = re.match(r".+?[.?!](?=\s|$)", paragraph)
    return found[0] if found else paragraph


def read_metrics(root: Path) -> tuple[list[Metric], list[str]]:
    """Every public function of the public metrics modules in source order, and what is wrong with them."""
    metrics, problems = [], []
    for path in sorted((root / METRICS).glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            text = inspect.cleandoc(ast.get_docstring(node) or "")
            if not text:
                problems.append(
                    f"{METRICS / path.name}, line {node.lineno}: {node.name} has no docstring. "
                    "Say its question, its rule, its edge, and the columns it returns."
                )
            metrics.append(Metric(path.stem, node.name, signature(node), text))
    return metrics, problems


def signature(node: ast.FunctionDef) -> str:
    """The function's head with an argument a line, once it is too long for one."""
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    whole = f"{node.name}({ast.unparse(node.args)}){result}"
    if len(whole) <= 100:
        return whole
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    bare = len(positional) - len(arguments.defaults)
    lines = [one_argument(a, arguments.defaults[i - bare] if i >= bare else None) for i, a in enumerate(positional)]
    if arguments.vararg:
        lines.append("*" + one_argument(arguments.vararg, None))
    elif arguments.kwonlyargs:
        lines.append("*")
    lines += [one_argument(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg:
        lines.append("**" + one_argument(arguments.kwarg, None))
    return f"{node.name}(\n" + "".join(f"    {line},\n" for line in lines) + f"){result}"


def one_argument(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + (f" = {ast.unparse(default)}" if default else "")


def read_facts(root: Path) -> tuple[list[Fact], list[str]]:
    """Every fact table by name, and what is wrong with its SQL."""
    facts, problems = [], []
    for path in sorted((root / FACTS).glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        grain = sql.split("\n", 1)[0].removeprefix("--").strip()
        if not sql.startswith("-- One row per "):
            problems.append(f'{FACTS / path.name}: the first line is not its grain. Begin with "-- One row per ...".')
        try:
            facts.append(Fact(path.stem, grain, columns(sql)))
        except SqlglotError as error:
            problems.append(f"{FACTS / path.name}: cannot be read as one SELECT: {str(error).splitlines()[0]}")
    return facts, problems


def columns(sql: str) -> list[str]:
    """The columns of a query in order; a star is put into words.

    >>> columns("WITH a AS (SELECT 1 AS x) SELECT a.*, 2 AS y, b.z FROM a CROSS JOIN b")
    ['x', 'y', 'z']
    >>> columns("SELECT e.* EXCLUDE (n), 1 AS month FROM staged_costs AS e")
    ['every column of staged_costs but n', 'month']
    """
    query = parse_one(sql, read="duckdb")
    while isinstance(query, exp.SetOperation):
        query = query.left
    named: list[str] = []
    for part in query.selects:
        star = part.find(exp.Star) if part.is_star else None
        named += stars(query, part, star) if star else [part.alias_or_name]
    return named


def stars(query: exp.Expression, part: exp.Expression, star: exp.Star) -> list[str]:
    """What ``table.*`` stands for: the columns of a WITH query by name, a table's in words."""
    tables = {table.alias_or_name: table.name for table in query.find_all(exp.Table) if table.parent_select is query}
    named = tables.get(part.table if isinstance(part, exp.Column) else "", next(iter(tables.values())))
    left_out = [column.name for column in star.args.get("except_") or star.args.get("except") or []]
    inner = {cte.alias: cte.this for cte in query.find_all(exp.CTE)}
    if named in inner:
        whole = query.copy()
        source = inner[named].copy()
        if whole.args.get("with_") and not source.args.get("with_"):
            source.set("with_", whole.args["with_"])
        return [column for column in columns(source.sql("duckdb")) if column not in left_out]
    return [f"every column of {named}" + (f" but {', '.join(left_out)}" if left_out else "")]


def as_markdown(text: str) -> str:
    """A docstring as Markdown: prose as paragraphs, indented lists as they stand, examples as code."""
    return "\n\n".join(block_as_markdown(block) for block in re.split(r"\n\s*\n", text))


def block_as_markdown(block: str) -> str:
    lines = block.split("\n")
    if lines[0].lstrip().startswith(">>>"):
        return "\n".join(["```python", *lines, "```"])
    parts = []
    for is_indented, run in groupby(lines, key=lambda line: line.startswith(" ")):
        together = list(run)
        parts.append(fenced(together) if is_indented else "\n".join(prose(line) for line in together))
    return "\n\n".join(parts)


def fenced(lines: list[str]) -> str:
    return "\n".join(["```text", *inspect.cleandoc("\n".join(["", *lines])).split("\n"), "```"])


def prose(line: str) -> str:
    """A line of a docstring outside code, so that no sign of it is taken for Markdown.

    >>> prose("``a_*`` is *_low, a < b")
    '`a_*` is \\\\*_low, a \\\\< b'
    """
    pieces = re.split(r"(`[^`]+`)", line.replace("``", "`"))
    return "".join(p if p.startswith("`") else re.sub(r"([*<|])", r"\\\1", p) for p in pieces)


def codebook(root: Path = ROOT) -> tuple[str, list[str]]:
    """The text that docs/codebook.md should have, and the problems found in its sources."""
    metrics, metric_problems = read_metrics(root)
    facts, fact_problems = read_facts(root)
    parts = [HEAD, "## Metrics\n", "| function | question |\n|---|---|"]
    parts += [f"| [`{m.module}.{m.name}`](#{m.name}) | {prose(m.question)} |" for m in metrics]
    parts += ["\n## Fact tables\n", "| table | grain |\n|---|---|"]
    parts += [f"| [`{fact.name}`](#{fact.name}) | {prose(fact.grain)} |" for fact in facts]
    for module, functions in groupby(metrics, key=lambda metric: metric.module):
        parts.append(f"\n## metrics/{module}.py")
        for m in functions:
            parts.append(f"\n### {m.name}\n\n```python\n{m.signature}\n```\n\n{as_markdown(m.text)}")
    parts.append("\n## facts/*.sql")
    for fact in facts:
        listed = ", ".join(c if " " in c else f"`{c}`" for c in fact.columns)
        parts.append(f"\n### {fact.name}\n\n{prose(fact.grain)}\n\nColumns: {listed}")
    return "\n".join(parts) + "\n", metric_problems + fact_problems


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the codebook or its sources; nothing when all is well."""
    wanted, problems = codebook(root)
    path = root / CODEBOOK
    if not path.exists():
        return [*problems, f"{CODEBOOK} is missing. Run: make codebook"]
    found = path.read_text(encoding="utf-8")
    if found != wanted:
        pairs = zip(found.split("\n"), wanted.split("\n"), strict=False)
        shorter = min(found.count("\n"), wanted.count("\n")) + 1
        line = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), shorter)
        problems.append(f"{CODEBOOK} is stale from line {line} on. Run: make codebook")
    return problems


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not arguments:
        text, problems = codebook()
        (ROOT / CODEBOOK).write_text(text, encoding="utf-8")
    else:
        problems = check()
    print("\n".join(problems) or f"{CODEBOOK} is current.", file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
