"""Who is in which segment: how customers are scored, and the table of rules that turns scores into a segment."""

from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from retention_helpers.errors import ProfileError

from .files import read_yaml, told
from .tables import Strict

SCORES = (1, 2, 3, 4, 5)
NOBODY = "none"  # where a customer is before the first order and after the window has passed the last one


def _as_scores(value: Any) -> Any:
    """``3`` or ``"3-5"`` as the scores it stands for."""
    if isinstance(value, tuple):
        return value
    first, dash, last = str(value).replace(" ", "").partition("-")
    known = [str(score) for score in SCORES]
    if first not in known or (dash and (last not in known or last < first)):
        raise ValueError(f'"{value}" is no score; give one from 1 to 5, or a range like 3-5')
    return tuple(range(int(first), int(last or first) + 1))


def _as_name(value: str) -> str:
    if not value.isprintable() or value != value.strip() or value.casefold() == NOBODY:
        raise ValueError(f'"{value}" cannot name a segment; give printable text other than "{NOBODY}"')
    return value


def _strictly(values: tuple[float, ...], *, rising: bool) -> tuple[float, ...]:
    ordered = sorted(set(values), reverse=not rising)
    if list(values) != ordered:
        raise ValueError(f"give what earns 2, 3, 4 and 5, each {'more' if rising else 'less'} than the one before")
    return values


def _whole_cents(values: tuple[float, ...]) -> tuple[float, ...]:
    if any(round(value * 100) / 100 != value for value in values):
        raise ValueError("amounts have two decimals at most")
    return values


Scores = Annotated[tuple[int, ...], BeforeValidator(_as_scores)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Money = Annotated[float, Field(ge=-1e12, le=1e12)]
Falling = AfterValidator(lambda values: _strictly(values, rising=False))
Rising = AfterValidator(lambda values: _strictly(values, rising=True))


class Thresholds(Strict):
    """What earns a 2, a 3, a 4 and a 5: days at most, orders and money at least."""

    days_since_last_order: Annotated[tuple[Days, Days, Days, Days], Falling]
    orders: Annotated[tuple[Count, Count, Count, Count], Rising]
    spend_total: Annotated[tuple[Money, Money, Money, Money], Rising, AfterValidator(_whole_cents)]


class Segment(Strict):
    """One rule: who belongs to it, how good it is to be there, and what to do next."""

    name: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_as_name)]
    level: Annotated[int, Field(ge=1, le=99, description="who moves to a segment of a higher level has moved up")]
    r: Scores = SCORES
    f: Scores = SCORES
    m: Scores = SCORES
    orders: Literal["one", "several", "any"] = "any"
    action: Annotated[str, Field(min_length=1, max_length=200)]

    def fits(self, cell: "Cell") -> bool:
        wanted = self.orders == "any" or (self.orders == "several") == cell.is_several
        return wanted and cell.r in self.r and cell.f in self.f and cell.m in self.m


class Cell(NamedTuple):
    """Three scores, with one order or with several."""

    r: int
    f: int
    m: int
    is_several: bool

    def __str__(self) -> str:
        return f"r={self.r} f={self.f} m={self.m} {'several orders' if self.is_several else 'one order'}"


CELLS = tuple(Cell(*cell) for cell in product(SCORES, SCORES, SCORES, (False, True)))


class SegmentRules(Strict):
    """How customers are scored, and which segment each cell of scores belongs to."""

    scoring: Literal["quantile", "fixed"] = "quantile"
    window_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    thresholds: Thresholds | None = None
    segments: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _proven(self) -> Self:
        if self.scoring == "fixed" and self.thresholds is None:
            raise ValueError("scoring is fixed, so thresholds are needed")
        names = [segment.name.casefold() for segment in self.segments]
        twice = [segment.name for segment in self.segments if names.count(segment.name.casefold()) > 1]
        if twice:
            raise ValueError(f'segments: two are called "{twice[0]}"')
        first = [self._first(cell) for cell in CELLS]
        without = [str(cell) for cell, place in zip(CELLS, first, strict=True) if place is None]
        if without:
            shown = "; ".join(without[:5]) + ("; ..." if len(without) > 5 else "")
            raise ValueError(f"segments: {len(without)} of {len(CELLS)} cells have none: {shown}. Add a rule for them")
        idle = [segment.name for place, segment in enumerate(self.segments) if place not in first]
        if idle:
            raise ValueError(
                f'segments: "{idle[0]}" never wins: the rules before it take all its cells. Move it up or leave it out'
            )
        return self

    def _first(self, cell: Cell) -> int | None:
        return next((place for place, segment in enumerate(self.segments) if segment.fits(cell)), None)

    def cells(self) -> dict[Cell, str]:
        """The segment of each of the 250 cells: every one has exactly one."""
        return {cell: self.segments[place].name for cell in CELLS if (place := self._first(cell)) is not None}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(segment.name for segment in self.segments)

    @property
    def levels(self) -> dict[str, int]:
        return {segment.name: segment.level for segment in self.segments}

    @property
    def best(self) -> str:
        """The segment of the highest level; of several, the one that stands first."""
        return max(self.segments, key=lambda segment: segment.level).name

    def using(self, *, window_days: int | None = None, scoring: str = "") -> "SegmentRules":
        """The same rules with another window or way of scoring; what is not given stays. Raises `ProfileError`."""
        given = {"window_days": window_days, "scoring": scoring}
        changed = self.model_dump() | {name: value for name, value in given.items() if value}
        try:
            return SegmentRules.model_validate(changed)
        except ValidationError as error:
            raise ProfileError(told("segments", error, _known_keys)) from error


def load_segments(path: Path) -> SegmentRules:
    """Read the rules; raises `ProfileError` naming the place in the file, or the cells that no rule covers."""
    content = read_yaml(path)
    try:
        return SegmentRules.model_validate(content)
    except ValidationError as error:
        raise ProfileError(told(path, error, _known_keys)) from error


def _known_keys(place: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = {"segments": Segment, "thresholds": Thresholds}.get(str(place[0]), SegmentRules)
    return list((model if len(place) > 1 else SegmentRules).model_fields)
