"""Facts: tables of stated grain, built once from staged rows, read by every metric.

Each ``.sql`` file here is one table; its first line says what one row is. The SQL keeps to what other engines speak.
"""

from .build import FACTS_LINK, Build, build_facts, keep_only_current
from .forgotten import FILE as FORGOTTEN
from .forgotten import ID_COLUMNS, Forgotten, read_forgotten, write_forgotten
from .history import FILE as HISTORY
from .history import no_restatements, read_history, write_history
from .holds import hold
from .seals import Built, damaged, read_built, remove_damaged, write_built
from .sql import digest as sql_digest
from .store import Facts, open_facts, open_facts_file

__all__ = [
    "FACTS_LINK",
    "FORGOTTEN",
    "HISTORY",
    "ID_COLUMNS",
    "Build",
    "Built",
    "Facts",
    "Forgotten",
    "build_facts",
    "damaged",
    "hold",
    "keep_only_current",
    "no_restatements",
    "open_facts",
    "open_facts_file",
    "read_built",
    "read_forgotten",
    "read_history",
    "remove_damaged",
    "sql_digest",
    "write_built",
    "write_forgotten",
    "write_history",
]
