"""Retention Reports: monthly customer-retention reports from parameterised notebooks.

Data flows sideways (sources -> staging -> facts -> metrics -> figures -> notebook -> page), imports go down
(see the contracts in pyproject.toml). Importing the package does nothing.
"""

__version__ = "0.1.0"
