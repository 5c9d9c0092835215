"""loyalty_impact on simulated shops: what it says where the programme truly raises orders, and where nobody joined.

The cells run in this process, one after the other, as a kernel would run them.
"""

from pathlib import Path

import nbformat
import pytest

from retention_helpers.params.files import NOTEBOOKS
from tests.company import company
from tests.worlds.world import Simulated, World, simulate

pytestmark = pytest.mark.slow


def said(shop: Simulated, folder: Path, monkeypatch: pytest.MonkeyPatch, *, members: bool = True) -> dict:
    """What the notebook records of a shop."""
    orders = shop.orders.assign(amount=shop.orders["amount_cents"] / 100, ordered_at=shop.orders["ordered_at"])
    joins = shop.memberships if members else shop.memberships.assign(event="leave")
    texts = {
        "orders": orders[["customer_id", "order_id", "ordered_at", "amount", "channel"]].to_csv(index=False),
        "memberships": joins[["customer_id", "at", "event"]].to_csv(index=False),
    }
    company(folder, texts["orders"], others={"memberships": texts["memberships"]}, lapse_days=180, margin_share=0.4)
    shown: list[object] = []
    monkeypatch.setenv("RETENTION_CACHE", str(folder / "cache"))
    monkeypatch.setattr("retention_helpers.report.notebook.display", lambda what, **_: shown.append(what))
    values: dict[str, object] = {"__name__": "__main__"}
    for cell in nbformat.read(NOTEBOOKS / "loyalty_impact.ipynb", 4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, "loyalty_impact.ipynb", "exec"), values)
            if "parameters" in cell.metadata.get("tags", ()):
                period = str(shop.as_of.to_period("M"))
                values |= {"profile": str(folder / "company.yaml"), "period": period, "allow_incomplete": True}
    *_, record = shown
    (body,) = (part for part in record.values() if isinstance(part, dict))
    return body


def test_a_true_effect_is_claimed_and_pays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = said(simulate(World("random", effect=0.4, customers=4_000), seed=4), tmp_path, monkeypatch)
    changed, selected, pays = (finding["headline"] for finding in body["findings"])
    assert changed.startswith("Members order more than they would have without the programme: +0.")
    assert "who joins" in selected or "says nothing" in selected
    assert pays.startswith("The programme pays in the months seen")
    assert "counts as nothing" in body["findings"][2]["sentence"]  # its running cost is not in the data
    assert [action["headline"] for action in body["actions"]] == ["Invite more customers to the programme"]


def test_where_nobody_joined_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = said(simulate(World("random", customers=200), seed=1), tmp_path, monkeypatch, members=False)
    assert body["findings"][0]["headline"] == "Nothing can be said of what the programme changes"
    assert body["findings"][0]["sentence"] == "Nobody joined at a known time."
    assert body["actions"] == []
