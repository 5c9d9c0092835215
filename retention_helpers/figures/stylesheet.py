"""The few rules that figures, cards and tables need wherever they are shown: on a page, or in JupyterLab."""

from retention_helpers.params import look

_RULES = """
.fig{margin:0;max-width:760px;color:var(--ink);font:16px/1.55 var(--font)}
.fig h3{margin:0 0 4px;font-size:21px;line-height:1.3;font-weight:600;text-wrap:balance}
.fig .lead{margin:0 0 4px}
.fig .sub{margin:0 0 12px;font-size:14px;color:var(--muted)}
.fig figcaption{margin:8px 0 0;font-size:13px;line-height:1.5;color:var(--muted)}
.chart{display:block}
.chart.narrow{display:none}
.datatable{margin:8px 0 0;font-size:14px}
.datatable summary{cursor:pointer;color:var(--accent)}
.scroll{overflow-x:auto;margin:8px 0 0}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table.data{border-collapse:collapse;font:14px/1.45 var(--font);font-variant-numeric:tabular-nums;color:var(--ink)}
table.data th,table.data td{padding:5px 14px 5px 0;text-align:right;white-space:nowrap;font-weight:400;
border-bottom:1px solid var(--grid)}
table.data th:first-child{text-align:left}
table.readable{border-collapse:collapse;width:100%;font:14px/1.45 var(--font);font-variant-numeric:tabular-nums;
color:var(--ink)}
table.readable th,table.readable td{padding:7px 14px 7px 0;border-bottom:1px solid var(--grid);vertical-align:top}
table.readable th{font-weight:600;border-bottom-color:var(--axis);vertical-align:bottom}
table.readable .gt_left{text-align:left}
table.readable .gt_right{text-align:right;white-space:nowrap}
table.readable .prose{min-width:14em}
table.readable th:last-child,table.readable td:last-child{padding-right:0}
table.data thead th{font-weight:600;border-bottom-color:var(--axis)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(168px,1fr));gap:16px;margin:0;padding:0;
list-style:none;color:var(--ink);font:14px/1.45 var(--font);font-variant-numeric:tabular-nums}
.card{background:var(--bg);border:1px solid var(--grid);border-radius:6px;padding:14px 16px}
.card h3{margin:0;min-height:2.6em;font-size:14px;line-height:1.3;font-weight:600}
.card .val{margin:2px 0;font-size:28px;line-height:1.2;font-weight:600}
.card .spark{display:block;width:100%;max-width:150px;height:auto;margin:4px 0 6px}
.card .deltas{margin:0;padding:0;list-style:none;font-size:13px}
.card .deltas li{margin:0 0 4px;padding-left:16px;text-indent:-16px;color:var(--muted)}
.card .up b,.card .up .arrow{color:var(--accent)}
.card .down b,.card .down .arrow{color:var(--warn)}
.card .arrow{display:inline-block;width:16px;text-indent:0}
.card .lab{display:block;text-indent:0}
.card .desc{margin:6px 0 0;font-size:13px;color:var(--muted)}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.foot{margin:10px 0 0;font:13px/1.5 var(--font);color:var(--muted)}
@media (max-width:640px){.chart.wide{display:none}.chart.narrow{display:block}.fig h3{font-size:19px}
.cards{grid-template-columns:1fr 1fr;gap:10px}.card{padding:12px}}
@media (max-width:340px){.cards{grid-template-columns:1fr}}
"""


def tokens() -> str:
    """The colour tokens as CSS variables: light, dark where the reader prefers it, always light on paper."""
    light = ";".join(f"--{name}:{pair[0]}" for name, pair in look().tokens.items())
    dark = ";".join(f"--{name}:{pair[1]}" for name, pair in look().tokens.items())
    return (
        f":root{{color-scheme:light dark;{light};--font:{look().font}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{light}}}}}\n"
    )


def rules() -> str:
    """How the elements of a figure, the cards and the tables look; colours only through the tokens."""
    return _RULES.strip() + "\n"


def stylesheet() -> str:
    """Tokens and rules together, ready for one ``<style>`` element."""
    return tokens() + rules()
