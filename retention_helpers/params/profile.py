"""A profile: a company, its tables, and the rules it counts by."""

import os
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from babel.numbers import get_currency_precision, list_currencies
from pydantic import Field, StringConstraints, field_validator, model_validator

from retention_helpers.errors import ProfileError, did_you_mean
from retention_helpers.schema import CONTRACT
from retention_helpers.words import LOCALES

from . import alerts as alert_settings
from .alerts import Alerts
from .audiences import ADDRESS_OF, Audiences, house_audiences, over_house
from .files import PARAMS, cache_folder
from .questions import USUAL, Question, check_nps
from .segments import SegmentRules, load_segments
from .tables import Code, Source, Strict, Zone
from .targets import Target, checked_targets

WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~%/-]*)?$")]
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


Locale = Literal[LOCALES]  # type: ignore[valid-type]


class OrderRules(Strict):
    """Which rows make an order (METRICS: rules for every metric)."""

    zero_amount_orders: Literal["drop", "keep"] = "drop"
    same_day_orders: Literal["separate", "merge"] = "separate"
    duplicates: Literal["drop", "keep"] | None = Field(None, description="default: drop where rows have an order_id")
    cancellation_prefix: str | None = Field(None, min_length=1, description="order ids that start so are refunds")
    refund_statuses: list[Code] = Field(default_factory=list)
    void_statuses: list[Code] = Field(default_factory=list, description="orders that never became one")
    test_customers: list[str] = Field(default_factory=list, description="ids, or prefixes ending in *")
    non_products: list[str] = Field(default_factory=list, description="product ids, or prefixes ending in *")
    non_product_lines: Literal["keep", "drop"] = "keep"


class Profile(Strict):
    """Everything the product knows about one company."""

    name: str
    title: str
    currency: str
    timezone: Zone
    data_through: date | None = None
    history_starts: date | None = Field(None, description="from when a first order in the data is the first in life")
    lapse_days: int = Field(180, ge=1, le=3650)
    active_months: int | None = Field(None, ge=1, le=60)
    existing_base_rule: Literal["non_first_order", "before_month"] = "non_first_order"
    margin_share: float | None = Field(None, gt=0, le=1)
    reward_cost_share: float | None = Field(None, gt=0, le=1, description="cost of a reward, part of its value")
    orders: OrderRules = OrderRules()
    questions: dict[str, Question] = Field(default_factory=dict, description="scales of what customers are asked")
    fatal: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict, description="check -> share of rows above which the build is refused"
    )
    tables: dict[str, Annotated[tuple[Source, ...], Field(min_length=1)]]
    # Left out of the dump: facts do not depend on what is aimed at, nor on where and in which language it is read.
    locale: Locale = Field("en", exclude=True, description="language of the reports")
    locales: list[Locale] = Field(default_factory=list, exclude=True, description="further languages of the reports")
    targets: dict[str, Target] = Field(default_factory=dict, exclude=True, description="key figure -> what it is to be")
    reports_url: WebAddress | None = Field(None, exclude=True, description="where the reports folder is served")
    topics: str | None = Field(None, exclude=True, description="a file of its own like params/topics.yaml")
    recipients: str | None = Field(None, exclude=True, description="a file of its own like params/recipients.yaml")
    segments: str | None = Field(None, exclude=True, description="a file of its own like params/segments.yaml")
    audiences: Audiences = Field(
        default_factory=dict, validate_default=True, exclude=True, description="changes to params/audiences.yaml"
    )
    alerts: Alerts = Field(
        default_factory=dict, validate_default=True, exclude=True, description="changes to params/alerts.yaml"
    )
    folder: Path = Field(exclude=True)

    @property
    def alert_lists(self) -> dict[str, str]:
        """Key figure -> the file of audiences/ to act on when it gets worse; "" where the company has no such list."""
        lists = self.audiences.lists
        return {kpi: f"{name}.csv" if name in lists else "" for kpi, name in self.alerts.watched.items()}

    @property
    def lapse_months(self) -> int:
        """The frozen ``lapse_days`` in whole months, rounded up (a month is 365.25 / 12 days)."""
        return -int(-self.lapse_days // (365.25 / 12))

    @property
    def months_active(self) -> int:
        """For how many calendar months an order keeps its customer active."""
        return self.active_months or self.lapse_months

    @property
    def scales(self) -> dict[str, tuple[int, int]]:
        """Each question's lowest and highest answer: the usual ones, and those that the profile gives."""
        return USUAL | {name: question.scale for name, question in self.questions.items()}

    @property
    def recipients_path(self) -> Path:
        """The file of who gets mail: the company's own, or the house's."""
        return self.folder / self.recipients if self.recipients else PARAMS / "recipients.yaml"

    @property
    def topics_path(self) -> Path:
        """The file of what customers write about: the company's own, or the house's."""
        return self.folder / self.topics if self.topics else PARAMS / "topics.yaml"

    @property
    def segment_rules(self) -> SegmentRules:
        """Who is in which segment: by the company's own rules, or the house's. Raises `ProfileError`."""
        return load_segments(self.folder / self.segments if self.segments else PARAMS / "segments.yaml")

    @property
    def channels_with_addresses(self) -> frozenset[str]:
        """Channels (email, sms) whose addresses the company gives: there, who has none cannot be reached."""
        given = {column for source in self.tables.get("customers", ()) for column in source.columns}
        return frozenset(channel for channel, kinds in ADDRESS_OF.items() if any(kind in given for kind in kinds))

    @field_validator("audiences", mode="before")
    @classmethod
    def _over_house(cls, value: object) -> object:
        return over_house(value)

    @field_validator("alerts", mode="before")
    @classmethod
    def _alerts_over_house(cls, value: object) -> object:
        return alert_settings.over_house(value)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value not in list_currencies():
            raise ValueError(f'"{value}" is not a currency; give its three letters, like EUR')
        if get_currency_precision(value) > 2:
            raise ValueError(f"{value} has {get_currency_precision(value)} decimals; amounts are kept in hundredths")
        return value

    @field_validator("questions")
    @classmethod
    def _known_scales(cls, questions: dict[str, Question]) -> dict[str, Question]:
        check_nps(questions)
        return questions

    @field_validator("tables", mode="before")
    @classmethod
    def _one_or_several(cls, tables: Any) -> Any:
        if not isinstance(tables, dict):
            return tables
        return {name: item if isinstance(item, list) else [item] for name, item in tables.items()}

    @field_validator("tables")
    @classmethod
    def _in_contract(cls, tables: dict[str, tuple[Source, ...]]) -> dict[str, tuple[Source, ...]]:
        for name, sources in tables.items():
            if name not in CONTRACT:
                raise ValueError(f'"{name}" is not a table of the input contract.{did_you_mean(name, CONTRACT)}')
            for source in sources:
                _check_columns(name, source)
        if "orders" not in tables and "outcomes" not in tables and "feedback" not in tables:
            raise ValueError("at least one of the tables orders, outcomes, feedback is needed")
        return tables

    @field_validator("targets")
    @classmethod
    def _in_reach(cls, targets: dict[str, float]) -> dict[str, float]:
        return dict(checked_targets(targets))

    @model_validator(mode="after")
    def _alerts_name_lists(self) -> Self:
        known = {**house_audiences()["lists"], **self.audiences.lists}
        for kpi, name in self.alerts.watched.items():
            if name and name not in known:
                raise ValueError(f'alerts.watched.{kpi}: there is no list "{name}".{did_you_mean(name, known)}')
        return self

    def path_of(self, source: Source) -> str:
        """The source's path or glob: ``${VARIABLES}`` are the environment's, a relative path starts at the profile."""
        text = _VARIABLE.sub(self._variable, source.source)
        return text if Path(text).is_absolute() else str(self.folder / text)

    def _variable(self, found: re.Match[str]) -> str:
        value = str(cache_folder()) if found[1] == "RETENTION_CACHE" else os.environ.get(found[1])
        if not value:
            raise ProfileError(
                f"profile {self.name}: the environment variable {found[1]} is not set. "
                "Set it to the folder of the data."
            )
        return str(Path(value).absolute())


def _check_columns(name: str, source: Source) -> None:
    table = CONTRACT[name]
    free = name == "outcomes"  # an experiment may carry any measures
    for column in source.columns:
        if not free and column not in table.names:
            raise ValueError(f'{name}: "{column}" is not a column of ours.{did_you_mean(column, table.names)}')
    missing = [column for column in table.required if column not in source.columns]
    if name == "orders" and "amount" in missing and {"quantity", "unit_price"} <= set(source.columns):
        missing.remove("amount")
    if name == "feedback" and source.unpivot is not None:
        missing = [column for column in missing if column not in (source.unpivot.name, source.unpivot.value)]
    if missing:
        raise ValueError(f"{name}: no mapping for {', '.join(missing)}")
