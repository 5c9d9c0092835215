"""What is shown of campaigns: worked-out shops, hostile names, nothing at all; and the effects as a drawing."""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import (
    EffectOptions,
    Figure,
    ReadableTable,
    effect_plot,
    holdout_figures,
    holdout_findings,
)
from retention_helpers.figures import campaign_figures as figures
from retention_helpers.figures import campaign_part_figures as parts
from retention_helpers.figures.campaign_words import CLAIMED, VERDICTS, group_name, write_p
from retention_helpers.metrics.campaign_chains import campaign_chains, later_steps
from retention_helpers.metrics.campaign_checks import REASONS, balance, campaign_checks
from retention_helpers.metrics.campaign_effects import CLAIMS, campaign_effects
from retention_helpers.metrics.campaign_groups import UNNAMED, campaign_groups
from retention_helpers.metrics.campaign_money import campaign_money
from retention_helpers.metrics.campaign_units import campaign_ledger, campaign_units
from retention_helpers.metrics.cuped import cuped_effects
from retention_helpers.metrics.experiments import contact_experiments
from retention_helpers.metrics.next_holdout import next_holdout
from retention_helpers.metrics.reactions import campaign_reactions
from retention_helpers.metrics.uplift import qini, uplift_deciles
from retention_helpers.words import LOCALES, Words
from tests.figures.samples import EVIL, QUOTES, effects, finding, speak
from tests.metrics.campaign_base import AS_OF, RULES, Shop, campaign, settings, together
from tests.metrics.test_campaign_chains import chain

EN = Words("en", "EUR")
NAME = f"{EVIL} {QUOTES}".replace("\x00", "")


@dataclass(frozen=True)
class Told:
    """Every figure and table of the page, by name, and the actions."""

    shown: dict[str, Figure | ReadableTable]
    actions: list[dict]


def told(shop: Shop, words: Words = EN) -> Told:
    """As the notebook does it."""
    con: duckdb.DuckDBPyConnection = shop.base()
    units = campaign_units(con, as_of=AS_OF, months=12, settings=settings(), rules=RULES)
    known = contact_experiments(units, settings=settings())
    checked = campaign_checks(known, balance(known))
    found = campaign_effects(known, checked)
    power = next_holdout(found, effect=0.02)
    chains = campaign_chains(con, units, checked, as_of=AS_OF)
    tenths = uplift_deciles(units, pd.DataFrame(), found, settings=settings(), seed=1)
    money = campaign_money(known, found, margin_share=0.4)
    actions = holdout_findings.campaign_actions(found, money, power, words)
    everything = [
        figures.counted_table(campaign_ledger(con, as_of=AS_OF, months=12), words),
        figures.effects_figure(found, words),
        figures.effects_table(found, words),
        figures.checks_table(checked, found, words),
        parts.chains_table(chains, later_steps(chains), words),
        parts.groups_figure(campaign_groups(units, checked), words),
        parts.money_table(money, words),
        parts.reactions_table(campaign_reactions(known, found), found, words),
        parts.uplift_figure(tenths, qini(tenths, seed=1), words),
        parts.cuped_table(cuped_effects(units, checked, active_days=90), words),
        holdout_figures.actions_table(actions, power, words),
        holdout_figures.power_table(power, words),
    ]
    return Told({one.name: one for one in everything}, actions)


SHOPS = {
    "nothing": Shop(),
    "several": together(
        campaign("spring", contacted=(400, 60), held=(200, 15)),
        campaign("summer", contacted=(300, 20), held=(0, 0), purpose="promotion"),
        campaign("summer", contacted=(300, 30), held=(0, 0), arm="voucher", purpose="promotion"),
        chain("welcome"),
    ),
    "hostile": campaign(NAME, purpose=NAME, arm=NAME),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("shop", SHOPS)
def test_every_part_is_said_in_each_language(shop: str, locale: str) -> None:
    for name, one in told(SHOPS[shop], Words(locale, "EUR")).shown.items():
        assert one.html(), name
        assert one.headline
        assert "nan" not in f"{one.headline} {one.sentence}".lower().split()


def test_campaigns_arms_and_purposes_stay_text() -> None:
    shop = told(SHOPS["hostile"])
    for name, one in shop.shown.items():
        html = one.html()
        assert "<script" not in html, name
        assert "<img" not in html, name
    assert "&lt;script&gt;" in shop.shown["campaigns"].html()


def test_arms_are_named_where_a_campaign_has_several() -> None:
    table = told(SHOPS["several"]).shown["campaigns"].table
    assert set(table["Campaign"]) == {"spring", "summer (treatment)", "summer (voucher)", "welcome"}
    verdicts = dict(zip(table["Campaign"], table["Verdict"], strict=True))
    assert verdicts["spring"] == "raised"
    assert verdicts["summer (voucher)"] == "no claim: nobody was held out"


def test_what_to_do_is_said_for_every_purpose_with_a_hold_out() -> None:
    (action,) = told(SHOPS["several"]).actions
    assert action["headline"] == "Win back: send it again, it works"
    assert action["audience"] == ""
    assert action["customers"] == 600  # as large as the latest of its purpose; of one day the first by name
    assert told(SHOPS["nothing"]).shown["next"].headline == "Hold some customers out of the next campaign"


def advised(*shops: Shop) -> str:
    """What is to be done with the only purpose."""
    (action,) = told(together(*shops)).actions
    return str(action["headline"])


WORKS, EARLY = "Win back: send it again, it works", datetime(2026, 8, 3, 10)
UNTRIED = {
    "window open": campaign("b", at=datetime(2026, 10, 20)),
    "too few": campaign("b", contacted=(100, 9), held=(30, 0), at=datetime(2026, 9, 1)),
}


@pytest.mark.parametrize("later", UNTRIED)
def test_a_campaign_that_cannot_be_judged_does_not_take_back_what_the_last_one_proved(later: str) -> None:
    assert advised(campaign("a", at=EARLY), UNTRIED[later]) == WORKS


def test_the_latest_judged_campaign_counts_and_not_an_older_one() -> None:
    later = campaign("b", contacted=(400, 40), held=(200, 18), at=datetime(2026, 9, 1))
    assert advised(campaign("a", at=EARLY), later) == "Win back: try it once more, nothing is proven"


@pytest.mark.parametrize(
    ("first", "second", "headline"),
    [
        (20, 90, "Win back (voucher): send it again, it works"),
        (90, 30, "Win back (treatment): send it again, it works"),
        (90, 90, WORKS),
        (6, 6, "Win back: stop it, it does harm"),
        (6, 30, "Win back: try it once more, nothing is proven"),
    ],
)
def test_all_arms_of_the_campaign_are_looked_at(first: int, second: int, headline: str) -> None:
    """Of 200 held out 20 come back, of 300 in each arm so many."""
    voucher = campaign(contacted=(300, second), held=(0, 0), arm="voucher")
    assert advised(campaign(contacted=(300, first), held=(200, 20)), voucher) == headline


def costly(shop: Shop, arm: str, cents: int) -> Shop:
    return Shop([replace(c, cents=cents) if c.arm == arm else c for c in shop.contacts], shop.orders)


def test_what_brings_customers_back_for_more_than_they_bring_is_not_sent_again_as_it_is() -> None:
    """30 of 100 against 10, 20 for each: at a margin of 40 % that is 1.60 a customer contacted."""
    first = campaign(contacted=(300, 90), held=(200, 20))
    voucher = campaign(contacted=(300, 90), held=(0, 0), arm="voucher")
    loses = "make it cheaper; it brings customers back, but costs more than they bring"
    assert advised(costly(first, "treatment", 900)) == f"Win back: {loses}"
    assert advised(costly(first, "treatment", 161)) == WORKS  # a loss, but not a reliable one
    both = together(first, voucher)
    assert advised(costly(both, "voucher", 900)) == "Win back (treatment): send it again, it works"
    assert advised(costly(costly(both, "voucher", 900), "treatment", 900)) == f"Win back: {loses}"


def test_every_verdict_of_the_metric_has_its_words() -> None:
    assert set(VERDICTS) == {*CLAIMS, *REASONS, "too_few", *UNNAMED.values()}
    assert tuple(CLAIMED) == tuple(CLAIMS)
    assert group_name("purpose", "our_own", EN) == "our_own"
    assert group_name("channel", "unassigned", EN) == "unassigned"
    assert [write_p(value, EN) for value in (0.0004, 0.04, float("nan"))] == ["< 0.001", "0.040", "not tested"]


# ---- the drawing


def draw(frame: pd.DataFrame, **options: object) -> Figure:
    return effect_plot(frame, finding("effects"), speak(), options=EffectOptions(**options))  # type: ignore[arg-type]


def test_rows_keep_their_order_and_say_why_there_is_no_effect() -> None:
    figure = draw(effects())
    places = [figure.wide_svg.index(f">{label}</text>") for label in effects()["label"]]
    assert places == sorted(places)
    assert ">nobody was held out</text>" in figure.wide_svg
    table = figure.table["Effect (95% interval)"].tolist()
    assert table[0] == "+6.9\u00a0pp (+5.1\u00a0pp – +8.5\u00a0pp)"
    assert table[3] == "nobody was held out"


def test_an_effect_is_coloured_only_where_the_table_says_that_it_is_one() -> None:
    colours = {"raised": "var(--accent)", "lowered": "var(--warn)", "unclear": "var(--muted)"}
    for verdict, colour in colours.items():
        svg = draw(effects().head(1).assign(claim=verdict)).wide_svg
        assert f"fill:{colour}" in svg.replace("fill: ", "fill:")
        assert not [other for other in (set(colours.values()) - {colour, "var(--muted)"}) if other in svg]


def test_rows_beyond_the_top_are_counted_and_stay_in_the_table() -> None:
    figure = draw(effects(), top=2)
    assert "3 more are in the data table." in figure.caption
    assert len(figure.table) == 5
    assert ">TRIAL</text>" not in figure.wide_svg


def test_a_table_without_a_row_or_without_an_effect_is_drawn_too() -> None:
    assert "No data" in draw(effects().head(0)).wide_svg
    nothing = effects().assign(effect=float("nan"), why="nobody was held out")
    assert draw(nothing).wide_svg.count("nobody was held out") >= 5


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ParameterError, match="has no column claim"):
        draw(effects().drop(columns="claim"))
