"""The parameters of a notebook: what it takes, and what is refused before a kernel starts.

papermill injects parameters as code, takes any type, and only warns about an unknown name: a report of the wrong month
would look right. So each notebook has a strict model here, and its `parameters` cell must say the same.
"""

import keyword
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from retention_helpers.errors import ParameterError, did_you_mean

from .parameters_cell import CellParameter, parameters_cell

_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}

PeriodLabel = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$")]
ProfileName = Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f\x7f]+$")]


class NotebookParameters(BaseModel):
    """What every notebook takes; a notebook with more has a model of its own below."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    profile: ProfileName = "sample"
    period: PeriodLabel = ""
    locale: Literal["", "en", "ru", "uk"] = ""
    allow_incomplete: bool = False


class SummaryParameters(NotebookParameters):
    """notebooks/summary.ipynb."""


class CohortsParameters(NotebookParameters):
    """notebooks/cohorts.ipynb: how large the grids are."""

    cohorts_shown: int = Field(12, ge=3, le=36)
    months_shown: int = Field(12, ge=3, le=36)


class AudiencesParameters(NotebookParameters):
    """notebooks/audiences.ipynb; what the lists are stands in params/audiences.yaml."""


class CampaignsParameters(NotebookParameters):
    """notebooks/campaigns.ipynb: how far back campaigns are shown, and which effect the next hold-out is to show."""

    months_shown: int = Field(12, ge=1, le=60)
    effect_to_show: float = Field(0.02, ge=0.001, le=0.5)


class ChurnRiskParameters(NotebookParameters):
    """notebooks/churn_risk.ipynb: how far to look, who is active (0: not lapsed), how long each manager's list is."""

    horizon_days: int = Field(90, ge=14, le=730)
    active_days: int = Field(0, ge=0, le=3650)
    customers_per_manager: int = Field(25, ge=1, le=1000)


class FeedbackParameters(NotebookParameters):
    """notebooks/feedback.ipynb: how long an answer may take, over how many months groups are compared."""

    answer_days: int = Field(14, ge=1, le=365)
    months_compared: int = Field(12, ge=1, le=120)
    quote_comments: bool = True


class JourneyParameters(NotebookParameters):
    """notebooks/journey.ipynb: within how many days a step counts, over how many months answers and waits are."""

    step_days: int = Field(30, ge=1, le=365)
    months_of_answers: int = Field(3, ge=1, le=120)
    months_of_waits: int = Field(12, ge=1, le=120)


class LifecycleParameters(NotebookParameters):
    """notebooks/lifecycle.ipynb: from how many orders on a customer is loyal."""

    loyal_orders: int = Field(4, ge=2, le=12)


class LifetimeValueParameters(NotebookParameters):
    """notebooks/lifetime_value.ipynb: how far ahead, what later money is worth, what of it is profit, told by what."""

    horizon_months: int = Field(12, ge=1, le=60)
    discount_rate: float = Field(0.10, gt=0, lt=1)
    margin_share: float = Field(0.0, ge=0, le=1)
    group_by: Literal["", "source", "channel", "category", "country", "city", "gender", "age_band", "referred"] = ""


class LoyaltyImpactParameters(NotebookParameters):
    """notebooks/loyalty_impact.ipynb: how many months after joining, what of revenue is profit, cost of a reward."""

    horizon_months: int = Field(6, ge=1, le=24)
    margin_share: float = Field(0.0, ge=0, le=1)
    reward_cost_share: float = Field(0.0, ge=0, le=1)


class RfmSegmentsParameters(NotebookParameters):
    """notebooks/rfm_segments.ipynb: other rules than params/segments.yaml says, to look how they would divide."""

    rfm_window_days: int = Field(0, ge=0, le=36_500)
    rfm_scoring: Literal["", "quantile", "fixed"] = ""


MODELS: dict[str, type[NotebookParameters]] = {
    "audiences": AudiencesParameters,
    "campaigns": CampaignsParameters,
    "churn_risk": ChurnRiskParameters,
    "cohorts": CohortsParameters,
    "feedback": FeedbackParameters,
    "journey": JourneyParameters,
    "lifecycle": LifecycleParameters,
    "lifetime_value": LifetimeValueParameters,
    "loyalty_impact": LoyaltyImpactParameters,
    "rfm_segments": RfmSegmentsParameters,
    "summary": SummaryParameters,
}


def check_parameters(notebook: Path, values: Mapping[str, object]) -> NotebookParameters:
    """The parameters of one run of ``notebook``, complete with defaults.

    Raises `ParameterError` for a name the notebook does not take, a value of another type or out of range, and for a
    notebook whose `parameters` cell says something else than its model. No kernel is started.
    """
    model = model_of(notebook)
    for name, value in values.items():
        _check_name(notebook.stem, name, model)
        if type(value) not in (str, int, float, bool, type(None)):
            raise ParameterError(
                f"{notebook.stem}: parameter {name} must be text, a number, true or false, "
                f"not {type(value).__name__} ({_short(value)})."
            )
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise ParameterError("\n".join(_told(notebook.stem, problem) for problem in error.errors())) from error


def model_of(notebook: Path) -> type[NotebookParameters]:
    """The model of a notebook: its entry in `MODELS`, else the base with what its cell adds.

    Raises `ParameterError` when the `parameters` cell and the model part.
    """
    cell = {parameter.name: parameter for parameter in parameters_cell(notebook)}
    model = MODELS.get(notebook.stem) or _derived(notebook.stem, cell)
    missing = [name for name in model.model_fields if name not in cell]
    unknown = [name for name in cell if name not in model.model_fields]
    if missing or unknown:
        lacks = f" lacks {', '.join(missing)}" if missing else ""
        adds = f" names {', '.join(unknown)}, unknown to {model.__name__}" if unknown else ""
        raise ParameterError(
            f"{notebook.name}: its parameters cell{lacks}{' and' if lacks and adds else ''}{adds}. "
            "Make the cell and retention_helpers/publishing/parameters.py say the same."
        )
    return model


def _derived(stem: str, cell: Mapping[str, CellParameter]) -> type[NotebookParameters]:
    """A model for a notebook that an analyst added: the base, and the cell's own parameters by their annotations."""
    own = {name: line for name, line in cell.items() if name not in NotebookParameters.model_fields}
    for line in own.values():
        if line.type not in _TYPES:
            raise ParameterError(
                f"{stem}: parameter {line.name} has the type {line.type}. Use one of: {', '.join(_TYPES)}."
            )
    fields = {name: (_TYPES[line.type], line.default) for name, line in own.items()}
    return create_model(f"{stem}_parameters", __base__=NotebookParameters, **fields)  # type: ignore[call-overload]


def _check_name(stem: str, name: object, model: type[NotebookParameters]) -> None:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ParameterError(f"{stem}: {_short(name)} is no name of a parameter.")
    if name not in model.model_fields:
        raise ParameterError(
            f'{stem}: there is no parameter "{name}".{did_you_mean(name, model.model_fields)} '
            f"It takes: {', '.join(model.model_fields)}."
        )


def _told(stem: str, problem: Mapping) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"{stem}: parameter {where}: {problem['msg']} (given: {_short(problem['input'])})."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
