"""How a company's tables are read: where the files are, how their columns map to ours, which rows are kept."""

from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator


class Strict(BaseModel):
    """Settings that are checked once and never change; one that nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _as_text(value: Any) -> Any:
    """YAML reads ``1`` as a number and ``yes`` as a truth value; codes are compared as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'"{value}" is not a time zone; give one like Europe/Kyiv') from error
    return value


Code = Annotated[str, BeforeValidator(_as_text)]
Zone = Annotated[str, AfterValidator(_known_zone)]


class Mapping(Strict):
    """How one of our columns is made: from a column, a constant, or a date's parts; with recoding and units."""

    column: str | None = None
    constant: Code | None = None
    parts: list[str] | None = Field(None, min_length=1, max_length=3, description="year, month, day columns of a date")
    recode: dict[Code, Code | None] = Field(default_factory=dict)
    format: str | None = Field(None, description="strptime format of a date text")
    zone: Zone | None = Field(None, description="time zone of the source's time stamps, where it is not the business's")
    divide_by: float | None = Field(None, gt=0, description="units: 100 where the source holds cents")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.constant, self.parts)) != 1:
            raise ValueError("give exactly one of: column, constant, parts")
        return self


class Keep(Strict):
    """A stated rule for the rows that count; the others are left out as "filtered" and counted."""

    column: str
    above: float | None = None
    at_least: float | None = None
    is_in: list[Code] | None = None
    is_not_in: list[Code] | None = None
    starts_with: str | None = None
    not_starts_with: str | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = (self.above, self.at_least, self.is_in, self.is_not_in, self.starts_with, self.not_starts_with)
        if sum(rule is not None for rule in rules) != 1:
            raise ValueError("give exactly one of: above, at_least, is_in, is_not_in, starts_with, not_starts_with")
        return self


class Unpivot(Strict):
    """Columns that become rows: each row of the source gives one row per column named here."""

    columns: list[str] = Field(min_length=1)
    name: str = Field(description="the new column that holds the column's name")
    value: str = Field(description="the new column that holds its value")


class Source(Strict):
    """One table's source: files by path or glob, and how to read them."""

    source: str
    format: Literal["csv", "parquet", "excel", "duckdb"] | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=4)
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    sheet: str | None = None
    table: str | None = None
    columns: dict[str, Mapping]
    unpivot: Unpivot | None = None
    keep: list[Keep] = Field(default_factory=list)

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: {"column": item} if isinstance(item, str) else item for name, item in value.items()}
