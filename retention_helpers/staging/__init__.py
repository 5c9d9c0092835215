"""Staging: a company's files in, the input contract's tables out. Renames, casts, units; nothing else."""

from .problems import order_problems, table_problems
from .sources import source_files
from .tables import Staged, stage

__all__ = ["Staged", "order_problems", "source_files", "stage", "table_problems"]
