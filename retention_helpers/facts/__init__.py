"""Facts: tables of stated grain, built once from staged rows, read by every metric.

Each ``.sql`` file here is one table; its first line says what one row is. The SQL keeps to what other engines speak.
"""

from .build import Build, build_facts
from .sql import digest as sql_digest
from .store import Facts, open_facts

__all__ = ["Build", "Facts", "build_facts", "open_facts", "sql_digest"]
