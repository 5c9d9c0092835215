"""Calls that must be refused, before anything is begun: one table for all that is wrong with a call or a company."""

from dataclasses import dataclass, field
from typing import Any

HEADER = "customer_id,order_id,ordered_at,amount"
# Forty customers who order once a month from January to April 2024, and a last month that ends on the 9th.
LINES = [f"c{i % 40},o{i},2024-{1 + i // 40:02d}-{1 + i % 28:02d},{10 + i % 7}.50" for i in range(160)]
LINES += [f"c{i},p{i},2024-05-0{1 + i},9.00" for i in range(9)]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8
COLUMNS = {name: name for name in HEADER.split(",")}


@dataclass(frozen=True)
class Bad:
    """A call that must be refused: what is wrong with it, the exit code, and what the message must say.

    ``orders`` replaces the company's file (None: there is none), ``profile`` changes settings, ``source`` the table's.
    """

    code: int
    says: list[str]
    words: list[str] = field(default_factory=list)
    orders: str | bytes | None = "\n".join([HEADER, *LINES]) + "\n"
    profile: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    text: bytes | None = None


SECOND_CURRENCY = "\n".join(
    [f"{HEADER},currency", *(f"{line},EUR" for line in LINES[:-3]), *(f"{line},USD" for line in LINES[-3:])]
)
INJECTED = '__import__("pathlib").Path("injected").touch()'
BOMB = b"a: &a [x, x, x]\n" + b"\n".join(b"%c: &%c [*%c, *%c, *%c]" % (c, c, c - 1, c - 1, c - 1) for c in b"bcdefghij")
ONE_LIST = {"life_stage": ["new"], "purpose": "greet", "steps": [{"name": "one"}]}

BAD = {
    "a period that is no month": Bad(2, ['"2024-4" is not a period', "YYYY-MM"], ["--period", "2024-4"]),
    "a period with code in it": Bad(2, ["is not a period"], ["--period", f"2024-04; {INJECTED}"]),
    "a period before the data": Bad(
        2, ["2023-12 has no data", "from 2024-01 to 2024-05", "Choose"], ["--period", "2023-12"]
    ),
    "a period after the data": Bad(2, ["2024-06 has no data", "from 2024-01 to 2024-05"], ["--period", "2024-06"]),
    "a month that is not over": Bad(
        2, ["2024-05 is not complete", "2024-05-09", "Report 2024-04", "--allow-incomplete"], ["--period", "2024-05"]
    ),
    "an unknown notebook": Bad(
        2, ['no notebook "sumary"', 'Did you mean "summary"?', "cohorts"], ["--notebooks", "sumary"]
    ),
    "a notebook by its path": Bad(2, ['no notebook "../summary"'], ["--notebooks", "../summary"]),
    "an unknown parameter": Bad(
        2, ['no notebook takes a parameter "cohorts_show"', 'Did you mean "cohorts_shown"?'], ["-p", "cohorts_show=6"]
    ),
    "a parameter of another notebook": Bad(
        2, ['no notebook takes a parameter "cohorts_shown"'], ["--notebooks", "summary", "-p", "cohorts_shown=6"]
    ),
    "a parameter of the wrong type": Bad(2, ["cohorts_shown", "valid integer", "'many'"], ["-p", "cohorts_shown=many"]),
    "a parameter out of range": Bad(
        2, ["cohorts_shown", "less than or equal to 36", "500"], ["-p", "cohorts_shown=500"]
    ),
    "a parameter with code as its value": Bad(
        2, ["cohorts_shown", "valid integer"], ["-p", f"cohorts_shown={INJECTED}"]
    ),
    "a parameter with code as its name": Bad(2, ["no notebook takes a parameter"], ["-p", f"{INJECTED}#=1"]),
    "a parameter without a value": Bad(2, ['"cohorts_shown" is no parameter', "NAME=VALUE"], ["-p", "cohorts_shown"]),
    "a list as a parameter": Bad(2, ["cohorts_shown", "not list"], ["-p", "cohorts_shown=[6]"]),
    "an option given as a parameter": Bad(2, ["use --period"], ["-p", "period=2024-04"]),
    "an unknown option": Bad(2, ["unrecognized arguments: --perod"], ["--perod", "2024-04"]),
    "an unknown language": Bad(2, ['"fr" is not a language', "en, ru, uk"], ["--locale", "fr"]),
    "an unknown language in the profile": Bad(2, ["shop.yaml: locale", "'en', 'ru' or 'uk'"], profile={"locale": "fr"}),
    "an unknown profile": Bad(
        2, ['no profile "onlineretail"', 'Did you mean "online_retail"?'], ["--profile", "onlineretail"]
    ),
    "a profile that is not there": Bad(2, ["nowhere.yaml", "no such file"], ["--profile", "nowhere.yaml"]),
    "a profile that is no YAML": Bad(2, ["shop.yaml", "is no YAML", "line 2"], text=b"title: [a\ncurrency: {EUR"),
    "a profile that is a picture": Bad(2, ["shop.yaml", "not text in UTF-8"], text=PNG),
    "a profile that is one sentence": Bad(2, ["shop.yaml", "must be a mapping"], text=b"our shop"),
    "a misspelt setting": Bad(2, ["currancy", 'Did you mean "currency"?'], profile={"currancy": "EUR"}),
    "a column that is none of ours": Bad(
        2,
        ['"custmer_id" is not a column of ours', 'Did you mean "customer_id"?'],
        source={"columns": COLUMNS | {"custmer_id": "x"}},
    ),
    "an environment variable that is not set": Bad(
        2, ["NOT_SET_ANYWHERE is not set", "Set it"], source={"source": "${NOT_SET_ANYWHERE}/orders.csv"}
    ),
    "a thirteenth month": Bad(2, ['"2026-13" is not a period'], ["--period", "2026-13"]),
    "a month nought": Bad(2, ['"2024-00" is not a period'], ["--period", "2024-00"]),
    "a period that is a path": Bad(2, ['"../x" is not a period'], ["--period", "../x"]),
    "a period with a line end": Bad(2, ["is not a period"], ["--period", "2024-\n04"]),
    "a period in wide digits": Bad(2, ["is not a period"], ["--period", "\uff12\uff10\uff12\uff14-04"]),
    "a period of a far year": Bad(2, ["is not a period"], ["--period", "99999-01"]),
    "the year nought": Bad(2, ["0000-01 has no data"], ["--period", "0000-01"]),
    "an empty period": Bad(2, ["--period", "it is empty"], ["--period", ""]),
    "a month after which a comma stands": Bad(2, ['"" is not a period', "YYYY-MM"], ["--period", "2024-04,"]),
    "months that are none": Bad(2, ['"" is not a period'], ["--period", ","]),
    "an empty month between two": Bad(2, ['"" is not a period'], ["--period", "2024-03,,2024-04"]),
    "a row of months from nowhere": Bad(2, ["--from", "it is empty"], ["--from", ""]),
    "a row of months to nowhere": Bad(2, ["--to", "it is empty"], ["--from", "2024-03", "--to", ""]),
    "a last month alone": Bad(2, ["give its first with --from"], ["--to", "2024-04"]),
    "notebooks that are none": Bad(2, ['"," names nothing'], ["--notebooks", ","]),
    "a notebook twice": Bad(2, ['"summary"', "twice"], ["--notebooks", "summary,summary"]),
    "the template as a notebook": Bad(2, ['no notebook "_template"'], ["--notebooks", "_template"]),
    "a shell's command as a notebook": Bad(2, ["there is no notebook"], ["--notebooks", "summary; touch injected"]),
    "a number that is none": Bad(2, ["discount_rate", "finite number"], ["-p", "discount_rate=NaN"]),
    "a number without end": Bad(2, ["discount_rate", "finite number"], ["-p", "discount_rate=1e999"]),
    "a number below its range": Bad(2, ["discount_rate", "greater than 0"], ["-p", "discount_rate=-0.5"]),
    "a huge number": Bad(2, ["horizon_days", "less than or equal to 730"], ["-p", f"horizon_days={10**30}"]),
    "a number of ten thousand digits": Bad(
        2, ["horizon_days", "valid integer"], ["-p", "horizon_days=" + "9" * 10_000]
    ),
    "a number with a fraction": Bad(2, ["cohorts_shown", "valid integer"], ["-p", "cohorts_shown=6.0"]),
    "true for a number": Bad(2, ["cohorts_shown", "valid integer"], ["-p", "cohorts_shown=true"]),
    "nothing for a number": Bad(2, ["cohorts_shown", "valid integer"], ["-p", "cohorts_shown=null"]),
    "a number for yes or no": Bad(2, ["quote_comments", "valid boolean"], ["-p", "quote_comments=1"]),
    "a choice that there is not": Bad(2, ["group_by", "'source'"], ["-p", "group_by=customer_id"]),
    "an SQL as a choice": Bad(2, ["group_by", "'source'"], ["-p", "group_by=source; DROP TABLE customers"]),
    "a mapping as a parameter": Bad(2, ["cohorts_shown", "not dict"], ["-p", 'cohorts_shown={"a": 6}']),
    "lists without end": Bad(2, ["cohorts_shown", "valid integer"], ["-p", "cohorts_shown=" + "[" * 50_000]),
    "a parameter without a name": Bad(2, ['no notebook takes a parameter ""'], ["-p", "=6"]),
    "a name with a line end": Bad(2, ["no notebook takes a parameter"], ["-p", "cohorts_shown\n=6"]),
    "a name with a letter that only looks right": Bad(
        2, ["no notebook takes a parameter"], ["-p", "\u0441ohorts_shown=6"]
    ),
    "a name of Python's own": Bad(2, ['no notebook takes a parameter "__class__"'], ["-p", "__class__=6"]),
    "a word of Python as a name": Bad(2, ['no notebook takes a parameter "import"'], ["-p", "import=6"]),
    "a language in capitals": Bad(2, ['"EN" is not a language'], ["--locale", "EN"]),
    "a language that is a path": Bad(2, ['"../ru" is not a language'], ["--locale", "../ru"]),
    "an empty folder of reports": Bad(2, ["--reports", "names no folder"], ["--reports", ""]),
    "a profile above": Bad(2, ["no such file"], ["--profile", "../../etc/passwd"]),
    "a profile with a nought in it": Bad(2, ["there is no profile"], ["--profile", "shop\0"]),
    "a profile whose name cannot be a folder": Bad(
        2, ["becomes a folder", "letters, digits"], ["--profile", "a shop; x.yaml"]
    ),
    "a profile of aliases upon aliases": Bad(2, ["shop.yaml", "aliases (*name) are not allowed"], text=BOMB),
    "a profile without a bottom": Bad(2, ["shop.yaml", "deeper than 12"], text=b"title: " + b"[" * 50_000),
    "a profile nested too deep": Bad(2, ["shop.yaml", "deeper than 12"], text=b"title: " + b"[" * 20 + b"]" * 20),
    "a profile larger than settings are": Bad(2, ["shop.yaml", "larger than 256,000"], text=b"# " + b"x" * 300_000),
    "a profile that calls Python": Bad(
        2, ["shop.yaml", "is no YAML"], text=b"title: !!python/object/apply:os.mkdir [injected]"
    ),
    "a time zone that is a path": Bad(
        2, ["shop.yaml: timezone", "is not a time zone"], profile={"timezone": "../../../etc/passwd"}
    ),
    "a currency that is none": Bad(2, ["shop.yaml: currency", "not a currency"], profile={"currency": "EURO"}),
    "days that are no number": Bad(2, ["shop.yaml: lapse_days", "finite number"], profile={"lapse_days": float("nan")}),
    "days below nought": Bad(2, ["shop.yaml: lapse_days", "greater than or equal to 1"], profile={"lapse_days": -1}),
    "a share above one": Bad(2, ["shop.yaml: margin_share", "less than or equal to 1"], profile={"margin_share": 40}),
    "an address that is a script": Bad(
        2, ["shop.yaml: reports_url", "match pattern"], profile={"reports_url": "javascript:alert(1)"}
    ),
    "a list whose name is a path": Bad(
        2, ["shop.yaml: audiences.lists", "match pattern"], profile={"audiences": {"lists": {"../x": ONE_LIST}}}
    ),
    "a header that is a formula": Bad(
        2,
        ["shop.yaml: audiences.destinations", "spreadsheet"],
        profile={"audiences": {"destinations": {"plain": {"columns": {"customer_id": "=1+1"}}}}},
    ),
    "an encoding that there is not": Bad(2, ['encoding "klingon"'], source={"encoding": "klingon"}),
    "a variable that is a command": Bad(
        3, ["orders", "$(touch injected)"], source={"source": "$(touch injected)/orders.csv"}
    ),
    "a misspelt column of the file": Bad(
        3,
        ["orders.csv", 'no column "custmer_id"', 'Did you mean "customer_id"?'],
        source={"columns": COLUMNS | {"customer_id": "custmer_id"}},
    ),
    "a missing file": Bad(3, ["orders.csv does not exist", "Check the path"], orders=None),
    "a pattern without a file": Bad(3, ["no file matches", "2024-*.csv"], source={"source": "2024-*.csv"}),
    "an empty file": Bad(3, ["orders.csv is empty", "Export it again"], orders=""),
    "a file of a header alone": Bad(3, ["orders.csv", "no rows"], orders=HEADER + "\n"),
    "a picture instead of a table": Bad(3, ["orders.csv", "is not in utf-8"], orders=PNG),
    "another delimiter": Bad(
        3, ["orders.csv", 'no column "customer_id"', "customer_id,order_id"], source={"delimiter": ";"}
    ),
    "another encoding": Bad(
        3, ["orders.csv", "is not in utf-8", "encoding"], orders=f"{HEADER}\nКиїв,1,2024-01-01,3.00\n".encode("cp1251")
    ),
    "a second currency": Bad(
        3,
        ["other_currency", "p6 USD", "3 of 169 rows"],
        orders=SECOND_CURRENCY,
        source={"columns": COLUMNS | {"currency": "currency"}},
    ),
    "amounts that are none": Bad(
        3, ["unreadable_amount", "169 of 169 rows"], source={"columns": COLUMNS | {"amount": "customer_id"}}
    ),
    "a file in the place of the reports folder": Bad(
        6, ["file cannot be written", "--reports"], ["--reports", "../file"]
    ),
    "a file above the reports folder": Bad(6, ["cannot be written", "--reports"], ["--reports", "../file/below"]),
}
