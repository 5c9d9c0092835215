"""One column of the contract as an SQL expression over the company's own columns."""

from retention_helpers.engine import literal, quote
from retention_helpers.errors import SourceError, did_you_mean
from retention_helpers.params import Keep, Mapping, Profile, Source
from retention_helpers.schema import SQL_TYPES, Column

from .numerals import cents, in_units, plain_number
from .sources import Opened

_FLOATS = ("DOUBLE", "FLOAT")
_NUMERIC = (
    *_FLOATS, "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
    "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
)  # fmt: skip
_WITH_OFFSET = r"\d{2}:\d{2}.*(Z|[+-]\d{2}(:?\d{2})?)$"
_YES = "('1', '1.0', 'true', 't', 'yes', 'y', 'да', 'так')"
_NO = "('0', '0.0', 'false', 'f', 'no', 'n', 'нет', 'ні')"


class Columns:
    """Builds the expressions for one table's source; knows the profile's zone, currency, decimal mark."""

    def __init__(self, profile: Profile, table: str, source: Source, opened: Opened) -> None:
        self._profile = profile
        self._table = table
        self._source = source
        self._opened = opened

    @property
    def view(self) -> str:
        """Where the source can be read."""
        return self._opened.view

    @property
    def mapped(self) -> tuple[str, ...]:
        """Our columns that the profile maps."""
        return tuple(self._source.columns)

    def cast(self, column: Column) -> str:
        """The expression of one of our columns; a typed NULL where the profile maps nothing to it."""
        mapping = self._source.columns.get(column.name)
        if mapping is None:
            return f"CAST(NULL AS {SQL_TYPES[column.kind]})"
        return getattr(self, f"_{column.kind}")(mapping)

    def amount(self) -> str:
        """The line's amount in minor units: its own column, or quantity times unit price, exact."""
        columns = self._source.columns
        if "amount" in columns:
            return self._money(columns["amount"])
        # 19 digits or more are multiplied in 128 bits; with 18 a large order overflows.
        quantity = self._exact(columns["quantity"], "DECIMAL(19, 6)")
        price = self._exact(columns["unit_price"], "DECIMAL(19, 6)")
        return cents(f"{quantity} * {price}")

    def text_of(self, name: str) -> str:
        """What the source says in one of our columns, uncast, for showing it in an example."""
        mapping = self._source.columns.get(name)
        return "CAST(NULL AS VARCHAR)" if mapping is None else self._text(mapping)

    def has_decimals(self, name: str) -> str:
        """Whether the source says 17850.0 in one of our id columns."""
        text = self.text_of(name)
        return rf"coalesce(contains({text}, '.') AND regexp_matches({text}, '^\d+\.0+$'), false)"

    def raw_of(self, name: str) -> str:
        """One of our text columns with its blanks, for checks on how it was typed."""
        mapping = self._source.columns.get(name)
        if mapping is None or mapping.column is None:
            return "CAST(NULL AS VARCHAR)"
        return f"CAST({self._raw(mapping.column)} AS VARCHAR)"

    def code_of(self, name: str) -> str:
        """One of our number columns as the source codes it, before any code is replaced."""
        return f"NULLIF({self._code(self._source.columns[name])}, '')"

    def measure(self, name: str) -> str:
        """An experiment's free measure as a number."""
        return self._number(self._source.columns[name])

    def recoded(self) -> str:
        """Which codes of the row the profile replaced, as "column: code" texts; NULL where none."""
        cases = [
            f"CASE WHEN {self._code(mapping)} IN ({', '.join(map(literal, mapping.recode))}) "
            f"THEN {literal(name + ': ')} || {self._code(mapping)} END"
            for name, mapping in self._source.columns.items()
            if mapping.recode
        ]
        return f"NULLIF(concat_ws(', ', {', '.join(cases)}), '')" if cases else "CAST(NULL AS VARCHAR)"

    def is_kept(self) -> str:
        """Whether the row passes every stated rule of the profile."""
        return " AND ".join(f"coalesce({self._rule(rule)}, false)" for rule in self._source.keep) or "true"

    def _rule(self, keep: Keep) -> str:
        mapping = Mapping(column=keep.column)
        number = self._exact(mapping, "DECIMAL(24, 6)")
        text = self._code(mapping)
        if keep.above is not None:
            return f"{number} > {keep.above!r}"
        if keep.at_least is not None:
            return f"{number} >= {keep.at_least!r}"
        if keep.is_in is not None:
            return f"{text} IN ({', '.join(map(literal, keep.is_in))})"
        if keep.is_not_in is not None:
            return f"coalesce({text}, '') NOT IN ({', '.join(map(literal, keep.is_not_in))})"
        if keep.starts_with is not None:
            return f"starts_with({text}, {literal(keep.starts_with)})"
        return f"NOT starts_with(coalesce({text}, ''), {literal(keep.not_starts_with or '')})"

    def _raw(self, name: str) -> str:
        if name not in self._opened.types:
            # One column in all: the line was hardly split where it should be.
            delimiter = " Check the delimiter too." if len(self._opened.types) == 1 else ""
            raise SourceError(
                f'{self._table}: {self._opened.files[0]} has no column "{name}".'
                f"{did_you_mean(name, self._opened.types)} "
                f"Its columns: {', '.join(self._opened.types)}. Correct the mapping in the profile, or the export."
                f"{delimiter}"
            )
        return quote(name)

    def _type(self, mapping: Mapping) -> str:
        return self._opened.types.get(mapping.column or "", "VARCHAR")

    def _text(self, mapping: Mapping) -> str:
        if mapping.constant is not None:
            text = literal(mapping.constant)
        elif mapping.parts is not None:
            lengths = (4, 2, 2)
            parts = [
                f"lpad(CAST(TRY_CAST({self._raw(part)} AS INTEGER) AS VARCHAR), {length}, '0')"
                for part, length in zip(mapping.parts, lengths, strict=False)
            ]
            text = " || '-' || ".join([*parts, *["'01'"] * (3 - len(parts))])
        else:
            text = f"CAST({self._raw(mapping.column or '')} AS VARCHAR)"
            # What has a type of its own has no blanks around it.
            if not self._type(mapping).startswith((*_NUMERIC, "TIMESTAMP", "DATE")):
                text = f"NULLIF(trim({text}), '')"
        if mapping.recode:
            cases = " ".join(
                f"WHEN {literal(old)} THEN {'NULL' if new is None else literal(new)}"
                for old, new in mapping.recode.items()
            )
            text = f"CASE {self._code(mapping)} {cases} ELSE {text} END"
        return text

    def _code(self, mapping: Mapping) -> str:
        """The text that codes of a profile are held against: a column of floats says 11.0 where people say 11."""
        if mapping.column is None:
            return self._text(mapping.model_copy(update={"recode": {}}))
        text = f"trim(CAST({self._raw(mapping.column)} AS VARCHAR))"
        return rf"regexp_replace({text}, '\.0$', '')" if self._type(mapping).startswith(_FLOATS) else text

    def _id(self, mapping: Mapping) -> str:
        text = self._text(mapping)
        # Asked first because it is quick: hardly an id has a point.
        return rf"CASE WHEN contains({text}, '.') THEN regexp_replace({text}, '^(\d+)\.0+$', '\1') ELSE {text} END"

    def _time(self, mapping: Mapping) -> str:
        kind = self._type(mapping)
        zone = literal(self._profile.timezone)
        if kind == "TIMESTAMP WITH TIME ZONE":
            return f"timezone({zone}, {self._raw(mapping.column or '')})"
        if kind.startswith(("TIMESTAMP", "DATE")):
            return self._moved(f"CAST({self._raw(mapping.column or '')} AS TIMESTAMP)", mapping)
        text = self._text(mapping)
        if mapping.format is not None:
            read = f"try_strptime({text}, {literal(mapping.format)})"
            return f"timezone({zone}, {read})" if "%z" in mapping.format else self._moved(read, mapping)
        # A time that names its own offset is moved by that; others by the zone that the profile states.
        absolute = rf"TRY_CAST(regexp_replace({text}, '\s+([+-]\d)', '\1') AS TIMESTAMPTZ)"
        local = self._moved(f"TRY_CAST({text} AS TIMESTAMP)", mapping)
        has_offset = f"regexp_matches({text}, {literal(_WITH_OFFSET)})"
        return f"CASE WHEN {has_offset} THEN timezone({zone}, {absolute}) ELSE {local} END"

    def _moment(self, mapping: Mapping) -> str:
        """A time; a survey that knows only its year or month counts on the last day of it."""
        if mapping.format is not None or mapping.parts is not None:
            return self._time(mapping)
        code = self._text(mapping) if mapping.recode else self._code(mapping)
        day = f"TRY_CAST({code} || '-01' AS DATE)"
        return rf"""CASE
            WHEN regexp_matches({code}, '^\d{{4}}$') THEN TRY_CAST({code} || '-12-31' AS TIMESTAMP)
            WHEN regexp_matches({code}, '^\d{{4}}-\d{{2}}$') THEN CAST(last_day({day}) AS TIMESTAMP)
            ELSE {self._time(mapping)} END"""

    def _moved(self, local: str, mapping: Mapping) -> str:
        """A local time of the source's zone as business time."""
        if mapping.zone is None:
            return local
        return f"timezone({literal(self._profile.timezone)}, timezone({literal(mapping.zone)}, {local}))"

    def _month(self, mapping: Mapping) -> str:
        if self._type(mapping).startswith(("TIMESTAMP", "DATE")) or mapping.format is not None:
            day = self._time(mapping)
        else:
            text = self._text(mapping)
            day = f"TRY_CAST(CASE WHEN length({text}) = 7 THEN {text} || '-01' ELSE {text} END AS TIMESTAMP)"
        return f"CAST(year({day}) * 12 + month({day}) - 1 AS SMALLINT)"

    def _exact(self, mapping: Mapping, kind: str) -> str:
        """A number as an exact decimal: from a number column as it is, from text without blanks and thousands marks."""
        if self._type(mapping).startswith(_NUMERIC):
            number = self._text(mapping) if mapping.recode else self._raw(mapping.column or "")
        else:
            number = plain_number(self._text(mapping), self._source.decimal)
        exact = f"TRY_CAST({number} AS {kind})"
        return exact if mapping.divide_by is None else in_units(exact, mapping.divide_by)

    def _money(self, mapping: Mapping) -> str:
        return cents(self._exact(mapping, "DECIMAL(24, 6)"))

    def _number(self, mapping: Mapping) -> str:
        return f"CAST({self._exact(mapping, 'DECIMAL(24, 6)')} AS DOUBLE)"

    def _integer(self, mapping: Mapping) -> str:
        return f"TRY_CAST({self._exact(mapping, 'DECIMAL(24, 6)')} AS INTEGER)"

    def _flag(self, mapping: Mapping) -> str:
        text = f"lower({self._text(mapping)})"
        return f"CASE WHEN {text} IN {_YES} THEN true WHEN {text} IN {_NO} THEN false END"
