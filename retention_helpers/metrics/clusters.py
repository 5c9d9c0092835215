"""A second view of the customers: groups that the data form by themselves, if they form any."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .frames import numbers
from .intervals import Floats, divide
from .relations import ask

COUNTS = tuple(range(2, 9))
FEWEST = 100  # customers: below it groups are anecdotes
RESAMPLES, RESAMPLED, SEEN = 20, 2_500, 2_000
STABLE, CLEAR = 0.7, 0.25
NEARLY = 0.8  # of the clearest division's silhouette

Labels = NDArray[np.int64]

_MEASURES = dict.fromkeys(("silhouette", "stability", "stability_low"), "float64")
_CHOICE = {"groups": "int64", **_MEASURES, "is_stable": "bool", "is_used": "bool"}


class Clusters(NamedTuple):
    """The divisions tried by `find_clusters`, and the group of each customer of the sample: 1 to k, or 0 for none."""

    choice: pd.DataFrame
    labels: Labels


class Division(NamedTuple):
    """The customers divided into so many groups: how clear, how stable, and who is where."""

    groups: int
    silhouette: float
    stability: float
    stability_low: float
    labels: Labels

    @property
    def is_stable(self) -> bool:
        return self.stability_low >= STABLE and self.silhouette >= CLEAR


def cluster_sample(connection: duckdb.DuckDBPyConnection, scored: str) -> pd.DataFrame:
    """Who is looked at? At most 20,000 customers, chosen by a digest of their ids: always the same ones, at any size.

    Parameters: ``scored``, a `scored_customers`. Returns one row per customer: ``customer_id``, ``bucket``,
    ``rfm_segment``, ``days_since_last_order``, ``orders``, ``spend_cents``.
    """
    return ask(connection, "cluster_sample", scored_now=scored)


def find_clusters(sample: pd.DataFrame, *, seed: int = 0) -> Clusters:
    """Do the customers fall into groups by themselves, and into how many?

    k-means on three logarithms, each scaled to the same spread: days since the last order, orders, money per order.
    For k = 2, 3, ... 8 it is asked how clear the groups are (mean silhouette, on 2,000 customers) and how stable: 20
    bootstrap resamples are divided anew, everybody is put into the nearest group, and the adjusted Rand index says how
    far that agrees. Stable: an index of at least 0.7 in nine of ten resamples, and a silhouette of at least 0.25. Once
    a stable division is followed by one that is not, finer ones are not tried; of the stable ones the finest is used
    that is nearly (to 80 %) as clear as the clearest. The usual wrong edge: k-means divides any cloud into as many
    parts as it is asked for; when none is stable there are no groups to tell of.

    Parameters: ``sample``, a `cluster_sample`; ``seed`` of k-means and resamples.

    Returns ``labels`` (0 for everybody when no division is stable; else 1 the group that spends most per customer) and
    ``choice``, one row per k that was tried (none below 100 customers):
      groups         2..8
      silhouette     -1..1, mean
      stability      -1..1, adjusted Rand index, mean over the resamples
      stability_low  -1..1, its tenth percentile
      is_stable      both conditions hold
      is_used        the division that is used

    Sources: Rousseeuw (1987); Hubert & Arabie (1985); Hennig (2007), cluster-wise assessment of cluster stability.
    """
    tried = _until_unstable(_divisions(_features(sample), seed))
    stable = [division for division in tried if division.is_stable]
    clearest = max((division.silhouette for division in stable), default=0.0)
    used = max((d.groups for d in stable if d.silhouette >= NEARLY * clearest), default=0)
    rows = [(*division[:4], division.is_stable, division.groups == used) for division in tried]
    choice = pd.DataFrame(rows, columns=list(_CHOICE)).astype(_CHOICE)
    labels = next((division.labels for division in tried if division.groups == used), None)
    if labels is None:
        return Clusters(choice, np.zeros(len(sample), dtype=np.int64))
    return Clusters(choice, _by_worth(labels, numbers(sample, "spend_cents")))


def _features(sample: pd.DataFrame) -> Floats:
    days, orders, cents = (numbers(sample, name) for name in ("days_since_last_order", "orders", "spend_cents"))
    raw = np.column_stack([np.log1p(days), np.log(orders), np.log1p(np.maximum(cents, 0) / 100 / orders)])
    spread = raw.std(axis=0) if len(raw) else np.ones(raw.shape[1])
    # A feature that is the same for all divides nobody.
    return (raw - raw.mean(axis=0, keepdims=True) if len(raw) else raw) / np.where(spread > 1e-9, spread, 1)


def _divisions(features: Floats, seed: int) -> Iterator[Division]:
    """The customers divided into two, three, ... groups."""
    from sklearn.cluster import KMeans  # here, because it takes a second to load
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    n = len(features)
    if n < FEWEST:
        return
    chance = np.random.default_rng(seed)
    resamples = [features[chance.integers(0, n, min(n, RESAMPLED))] for _ in range(RESAMPLES)]
    seen = chance.permutation(n)[:SEEN]
    most = min(len(np.unique(drawn, axis=0)) for drawn in [*resamples, features[seen]])
    for groups in (k for k in COUNTS if k < most):
        whole = KMeans(groups, n_init=3, random_state=seed).fit(features)
        anew = [KMeans(groups, n_init=2, random_state=seed).fit(drawn) for drawn in resamples]
        agreement = [adjusted_rand_score(whole.labels_, other.predict(features)) for other in anew]
        clear = silhouette_score(features[seen], whole.labels_[seen]) if len(set(whole.labels_[seen])) > 1 else -1.0
        low = np.quantile(agreement, 0.1)
        yield Division(groups, float(clear), float(np.mean(agreement)), float(low), whole.labels_)


def _until_unstable(divisions: Iterable[Division]) -> list[Division]:
    """The divisions up to the first that is not stable although the one before it is."""
    tried: list[Division] = []
    for division in divisions:
        tried.append(division)
        if len(tried) > 1 and tried[-2].is_stable and not division.is_stable:
            break
    return tried


def _by_worth(labels: Labels, cents: Floats) -> Labels:
    """Labels from 1 on, the group that spends most per customer first."""
    each = divide(np.bincount(labels, weights=cents), np.bincount(labels))
    rank = np.empty(len(each), dtype=np.int64)
    rank[np.argsort(-each, kind="stable")] = np.arange(1, len(each) + 1)
    return rank[labels]
