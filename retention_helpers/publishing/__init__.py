"""The publishing wing: runs notebooks, turns them into pages, and swaps a month in whole.

To change what a run refuses, look in `parameters`; how a notebook is run and judged, `execution`; what its outputs say,
`notebook`; what HTML may pass, `sanitizer`; how a page looks, `page`, `style` and templates/; what a finished page must
keep to, `inspection`; the index pages, `index`; the files for machines, `manifest`; folders and the swap, `versions`.
`month` joins them. The tests of a module bear its name.
"""
