"""The sample company: a made-up shop whose exports look real and whose true effects are known.

`write_company` writes the tables of the input contract as CSV files, and beside them, in ``truth/``, what really
happens in this company: tests read that, notebooks never do.
"""

from .company import write_company

__all__ = ["write_company"]
