"""What the sample company sells: a few hundred products of a shop for home and living."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .calendar import Floats, Ints

# name, median price in cents, cost share of the price, qualities, things
CATEGORIES = (
    (
        "Kitchen",
        1690,
        0.52,
        "Oak,Walnut,Steel,Enamel,Copper,Stoneware,Bamboo",
        "Serving Board,Saucepan,Mixing Bowl,Spice Rack,Knife Block,Colander",
    ),
    (
        "Tableware",
        1290,
        0.50,
        "Speckled,Blue Glaze,White,Rustic,Ribbed,Recycled Glass",
        "Dinner Plate,Mug,Cereal Bowl,Carafe,Tumbler Set,Cake Stand",
    ),
    (
        "Textiles",
        2490,
        0.48,
        "Linen,Cotton,Wool,Waffle,Striped,Washed",
        "Cushion Cover,Throw,Tablecloth,Tea Towel,Bed Linen Set,Apron",
    ),
    (
        "Lighting",
        3890,
        0.55,
        "Brass,Paper,Smoked Glass,Rattan,Ceramic,Matt Black",
        "Table Lamp,Pendant,Lantern,Wall Light,Fairy Lights",
    ),
    (
        "Garden",
        1990,
        0.56,
        "Terracotta,Zinc,Cedar,Galvanised,Woven,Slate",
        "Plant Pot,Watering Can,Bird Feeder,Trowel,Planter,Garden Lantern",
    ),
    (
        "Stationery",
        690,
        0.40,
        "Kraft,Clothbound,Dotted,Marbled,Recycled,Gilt Edge",
        "Notebook,Desk Planner,Card Set,Pencil Case,Letter Tray,Wrapping Paper",
    ),
    (
        "Toys",
        1490,
        0.50,
        "Wooden,Felt,Knitted,Pastel,Vintage,Rainbow",
        "Train,Building Blocks,Bear,Puzzle,Spinning Top,Doll House",
    ),
    (
        "Bath",
        1190,
        0.44,
        "Lavender,Sea Salt,Organic,Cedarwood,Oatmeal,Citrus",
        "Soap Bar,Bath Salts,Hand Cream,Towel,Bath Mat,Soap Dish",
    ),
    (
        "Storage",
        2190,
        0.53,
        "Seagrass,Canvas,Wire,Stackable,Felted,Oak Veneer",
        "Basket,Storage Box,Hook Rail,Shelf,Laundry Bin,Jar Set",
    ),
    (
        "Decor",
        1590,
        0.46,
        "Gold,Frosted,Hand-blown,Dried,Carved,Antique",
        "Vase,Candle Holder,Photo Frame,Wreath,Mirror,Ornament",
    ),
)
POPULARITY = np.array([1.3, 1.2, 1.0, 0.6, 0.9, 1.1, 0.8, 1.1, 0.7, 1.0])
# the share of each category moves with the season: garden in spring, toys and decor before Christmas
SEASONAL = {"Garden": (0.5, 0.7, 1.6, 2.2, 2.2, 1.8, 1.4, 1.2, 1.0, 0.7, 0.5, 0.4),
            "Toys": (0.7, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9, 0.8, 0.9, 1.1, 1.7, 2.0),
            "Decor": (0.7, 0.8, 0.9, 1.0, 0.9, 0.9, 0.8, 0.8, 1.0, 1.2, 1.6, 1.9)}  # fmt: skip
COMPANION_SHARE = 0.28  # of further lines in a basket are the companion of the line before
POSTAGE, GIFT_CARD = "POST", "GIFT"


@dataclass(frozen=True)
class Catalogue:
    """One entry per product, in order of category; ``codes`` and ``names`` as the shop writes them."""

    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    category: Ints
    price: Ints
    cost_share: Floats
    companion: Ints
    edges: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Catalogue":
        """Prices are log-normal within a category and end in 9; popularity falls off like 1 / rank."""
        names, category, price = [], [], []
        for number, (_, median, _, qualities, things) in enumerate(CATEGORIES):
            full = [f"{quality} {thing}" for thing in things.split(",") for quality in qualities.split(",")]
            names += full
            category += [number] * len(full)
            price += list(median * rng.lognormal(0, 0.65, len(full)))
        kind = np.array(category)
        cents = np.maximum((np.array(price) // 10).astype(np.int64) * 10 + 9, 199)
        size = len(names)
        codes = np.array([f"{CATEGORIES[c][0][:2].upper()}{1001 + i}" for i, c in enumerate(category)], dtype=object)
        companion = (np.arange(size) + rng.integers(1, size, size)) % size
        weight = 1 / (1 + rng.permutation(size) % 36) ** 0.8
        inside = weight / np.bincount(kind, weight)[kind]
        share = np.array([entry[2] for entry in CATEGORIES])[kind]
        edges = np.concatenate([[0.0], np.cumsum(inside)])
        return cls(codes, np.array(names, dtype=object), kind, cents, share, companion, edges)

    def pick(self, category: Ints, draw: Floats) -> Ints:
        """One product of each category, by popularity; ``draw`` uniform in [0, 1)."""
        # edges grow by one per category, so category + draw is a place on one common scale
        found = np.searchsorted(self.edges, category + draw, side="right") - 1
        low = np.searchsorted(self.category, category, side="left")
        high = np.searchsorted(self.category, category, side="right") - 1
        return np.clip(found, low, high)


def category_names() -> NDArray[np.object_]:
    """The names of the categories, in order."""
    return np.array([entry[0] for entry in CATEGORIES], dtype=object)


def category_shares() -> Floats:
    """Cumulated share of each category by month of the year, 12 rows."""
    weight = np.tile(POPULARITY, (12, 1))
    for name, factors in SEASONAL.items():
        weight[:, list(category_names()).index(name)] *= factors
    return np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
