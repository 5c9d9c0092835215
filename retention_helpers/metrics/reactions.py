"""Who opened, who clicked, who ordered: what those contacted did, which is no effect."""

import pandas as pd

from .experiments import Experiments
from .intervals import share, wilson

REACTIONS = {
    "campaign_id": "str", "arm": "str", "purpose": "str", "channel": "str", "begins_on": "str", "contacted": "int64",
    "contacts": "int64", "opened": "int64", "opened_share": "float64", "clicked": "int64", "clicked_share": "float64",
    "response": "float64", "response_low": "float64", "response_high": "float64",
}  # fmt: skip


def campaign_reactions(experiments: Experiments, effects: pd.DataFrame) -> pd.DataFrame:
    """Which share of those contacted opened, clicked, ordered?

    Description only: many open who would have ordered anyway, many order who never opened, and some mail programs open
    every message by themselves. The usual wrong edge: comparing those who opened with those who did not, who are other
    people.

    Parameters: ``experiments``; ``effects``, their `campaign_effects`.

    Returns one row per campaign in the contacts and arm that was contacted, whose window is over for somebody, in the
    order of ``effects``:
      campaign_id, arm, purpose, channel, begins_on  text
      contacted, contacts                            customers; messages, as a chain sends several
      opened, opened_share, clicked, clicked_share   customers; of those contacted
      response, response_low, response_high          share that ordered within the window, 95 % Wilson interval
    """
    arms = experiments.arms[~experiments.arms["is_control"]].drop(columns=["is_control", "n"])
    rows = effects[(effects["measure"] == "back") & (effects["contacted"] > 0)].merge(arms, on=["campaign_id", "arm"])
    low, high = wilson((rows["response"] * rows["contacted"]).round(), rows["contacted"])
    found = rows.assign(
        opened_share=share(rows["opened"], rows["contacted"]),
        clicked_share=share(rows["clicked"], rows["contacted"]),
        response_low=low,
        response_high=high,
    )
    return found.reindex(columns=list(REACTIONS)).astype(REACTIONS).reset_index(drop=True)
