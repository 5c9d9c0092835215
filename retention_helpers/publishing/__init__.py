"""The publishing wing: runs notebooks, turns them into pages, and swaps a month in whole.

To change what a run refuses, look in `parameters`; what it leaves as it is, `plan` and `keys`; how a notebook is run
and judged, `execution`; how several run side by side, `workers`; how kernels start, `warm`; what its outputs say,
`notebook`; what HTML may pass, `sanitizer`; how a page looks, `page`, `style` and templates/; what a finished page must
keep to, `inspection`; how it is printed, `browser`; the index pages, `index`; the files for machines, `manifest`;
folders and the swap, `versions`. `month` joins them: `parts` are the files of one notebook, `month_files` those of all.
The tests of a module bear its name.
"""

import sys

# jsonschema, which nbformat needs, compiles a grammar where it finds rfc3987_syntax (JupyterLab brings it): two seconds
# at every start, for a format that no notebook's schema asks for. Not found, it is left out.
sys.modules.setdefault("rfc3987_syntax", None)
