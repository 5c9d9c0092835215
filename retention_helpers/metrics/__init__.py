"""Definitions people argue about: tables in, tables out. Every number of a report is computed in this room."""
