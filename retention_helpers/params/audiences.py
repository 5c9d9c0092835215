"""Lists of customers to act on: who is on them, when and how they are contacted, who is held out, how files look."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError, model_validator

from retention_helpers.errors import ProfileError, did_you_mean

from .files import PARAMS, merged, read_yaml, told
from .tables import Code, Strict

# What a file may hold of a customer, in the words of this house; a destination has its own.
ADDRESSES = ("email", "phone", "email_hash")
FIELDS = (
    "customer_id", *ADDRESSES, "campaign_id", "segment", "purpose", "channel", "step", "step_name", "arm",
    "favourite_category", "favourite_channel", "next_product_id", "next_product_name",
)  # fmt: skip
# Without these nobody could tell later whom a campaign reached and whom it did not.
NEEDED = ("customer_id", "campaign_id", "step", "arm")
ADDRESS_OF = {"email": ("email", "email_hash"), "sms": ("phone",), "push": ()}

_CAMPAIGN = re.compile(r"(.+)-\d{4}-\d{2}", re.DOTALL)
_FORMULA = re.compile(r"^[=+\-@\t\r\n']")

LifeStage = Literal["potential", "new", "repeat", "loyal", "advocate", "at_risk", "lapsed", "returned"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Days = Annotated[int, Field(ge=0, le=3650)]


def _one_line(value: str) -> str:
    if not value.isprintable() or value != value.strip() or _FORMULA.match(value):
        raise ValueError(f"{value!r} cannot head a column; give printable text that no spreadsheet takes for a formula")
    return value


def _no_twice(values: Sequence[Any]) -> Sequence[Any]:
    twice = [value for value, times in Counter(values).items() if times > 1]
    if twice:
        raise ValueError(f'"{twice[0]}" stands there twice')
    return values


Header = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_one_line)]


class Step(Strict):
    """One message of a chain, and how many days it comes after the one before."""

    name: Name
    days_after: Days = 0


class AudienceList(Strict):
    """One list: the customers of some segments or stages, and the campaign that it is for."""

    rfm_segment: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_no_twice)] | None = None
    life_stage: Annotated[tuple[LifeStage, ...], Field(min_length=1), AfterValidator(_no_twice)] | None = None
    purpose: Purpose
    channel: Literal["email", "sms", "push"] = "email"
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=12)]
    holdout_share: float = Field(0.1, ge=0, le=0.9)
    min_days_since_contact: Days = 14
    window_days: Annotated[int, Field(ge=1, le=365)] | None = None
    destination: str = "plain"

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.rfm_segment is None) == (self.life_stage is None):
            raise ValueError("give exactly one of: rfm_segment, life_stage")
        return self

    @property
    def label(self) -> str:
        """By which label its customers are chosen."""
        return "rfm_segment" if self.rfm_segment is not None else "life_stage"

    @property
    def values(self) -> tuple[str, ...]:
        return self.rfm_segment or self.life_stage or ()

    @property
    def chain_days(self) -> int:
        """How many days after the first step the last one is due."""
        return sum(step.days_after for step in self.steps[1:])


class Destination(Strict):
    """The file's columns in order, our field to their column."""

    columns: dict[str, Header]
    needs_address: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for field in self.columns:
            if field not in FIELDS:
                raise ValueError(f'"{field}" is not a field of a list.{did_you_mean(field, FIELDS)}')
        missing = [field for field in NEEDED if field not in self.columns]
        if missing:
            raise ValueError(f"no column for {', '.join(missing)}: without it nothing can be measured later")
        _no_twice([header.casefold() for header in self.columns.values()])
        return self


class NextProductRules(Strict):
    """How the product that a customer may want next is found, and how far the search goes."""

    products: int = Field(1000, ge=2, le=5000)
    min_customers: int = Field(30, ge=2)
    basket: int = Field(30, ge=1, le=100)
    partners: int = Field(20, ge=1, le=100)
    customers: int = Field(200_000, ge=1000)
    months_back: int = Field(3, ge=1, le=12)


class Audiences(Strict):
    """All lists of a company, and the rules that they share."""

    identifiers: Annotated[tuple[Literal[ADDRESSES], ...], AfterValidator(_no_twice)] = ()  # type: ignore[valid-type]
    consent: Literal["recorded", "assumed"] = "recorded"
    control_arms: tuple[Code, ...] = ("control",)
    not_marketing: tuple[Code, ...] = ()
    rest_days: Days = 120
    window_days: int = Field(28, ge=1, le=365)
    planned_holdouts: dict[Code, Annotated[float, Field(ge=0, lt=1)]] = Field(default_factory=dict)
    lists: dict[Name, AudienceList]
    destinations: dict[Name, Destination]
    next_product: NextProductRules = NextProductRules()

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        for name, wanted in self.lists.items():
            if wanted.destination not in self.destinations:
                hint = did_you_mean(wanted.destination, self.destinations)
                raise ValueError(f'lists.{name}.destination: there is no destination "{wanted.destination}".{hint}')
            pause = max(step.days_after for step in wanted.steps)
            if pause > self.rest_days:
                raise ValueError(f"lists.{name}: a step comes after {pause} days, but rest_days is {self.rest_days}")
            if wanted.window_days is not None and wanted.window_days <= wanted.chain_days:
                raise ValueError(
                    f"lists.{name}: its last step comes after {wanted.chain_days} days, "
                    f"but window_days is {wanted.window_days}"
                )
            theirs = self.destinations[wanted.destination]
            if theirs.needs_address and not {*ADDRESSES} & {*self.columns_of(name)}:
                usable = [field for field in ADDRESS_OF[wanted.channel] if field in theirs.columns]
                repair = f"Add {' or '.join(usable)} to identifiers, or choose" if usable else "Choose"
                raise ValueError(
                    f"lists.{name}: {wanted.destination} knows people by their address, and a list for the channel "
                    f"{wanted.channel} would hold none. {repair} another destination"
                )
        return self

    def columns_of(self, name: str) -> dict[str, str]:
        """The columns of a list's file: our field -> their column.

        An address is among them where the company allows it, and then only the one that the list's channel uses: it is
        for that channel that its customers have given their consent.
        """
        wanted = self.lists[name]
        allowed = {*self.identifiers} & {*ADDRESS_OF[wanted.channel]}
        columns = self.destinations[wanted.destination].columns
        return {field: header for field, header in columns.items() if field not in ADDRESSES or field in allowed}

    def list_of(self, campaign: str) -> str | None:
        """Which list a campaign is of: ours are called ``<list>-<YYYY-MM>``; None for any other."""
        found = _CAMPAIGN.fullmatch(campaign)
        return found[1] if found and found[1] in self.lists else None

    def window_of(self, campaign: str) -> int:
        """Within how many days after the first contact an order counts for a campaign.

        A list that does not say has as long after its last step as other campaigns have after their first.
        """
        name = self.list_of(campaign)
        if name is None:
            return self.window_days
        return self.lists[name].window_days or self.lists[name].chain_days + self.window_days

    def planned_holdout(self, campaign: str) -> float | None:
        """Which share of a campaign was to be held out; None where nobody said."""
        name = self.list_of(campaign)
        return self.planned_holdouts.get(campaign, self.lists[name].holdout_share if name else None)

    def among(self, names: Sequence[str]) -> Self:
        """The same settings; raises `ProfileError` where a list asks for a segment that is not among ``names``."""
        for name, wanted in self.lists.items():
            for segment in wanted.rfm_segment or ():
                if segment not in names:
                    raise ProfileError(
                        f'audiences: lists.{name}.rfm_segment: there is no segment "{segment}".'
                        f"{did_you_mean(segment, names)} Known: {', '.join(names)}."
                    )
        return self


@cache
def house_audiences() -> dict[str, Any]:
    """The content of params/audiences.yaml; raises `ProfileError` where it does not hold by itself."""
    path = PARAMS / "audiences.yaml"
    content = read_yaml(path)
    try:
        Audiences.model_validate(content)
    except ValidationError as error:
        raise ProfileError(told(path, error, known_keys)) from error
    return content


def over_house(own: object) -> object:
    """A profile's ``audiences`` laid over those of the house: what it names changes, null takes away."""
    return merged(house_audiences(), own) if isinstance(own, Mapping) else own


def known_keys(place: Sequence[int | str]) -> list[str]:
    """The settings that a place in the file takes."""
    kinds: dict[str, type[BaseModel]] = {"lists": AudienceList, "destinations": Destination}
    model: type[BaseModel] = Audiences
    if "steps" in place[2:]:
        model = Step
    elif place[0] == "next_product" and len(place) > 1:
        model = NextProductRules
    elif place[0] in kinds and len(place) > 2:
        model = kinds[str(place[0])]
    return list(model.model_fields)
