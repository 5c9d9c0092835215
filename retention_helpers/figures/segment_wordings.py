"""Words for segments: the names and next actions of the house's rules, and what is said of their customers.

Names and actions stand in params/segments.yaml; the house's own are marked here for translation, a company's own are
shown as they are written.
"""

from collections.abc import Mapping, Sequence

from retention_helpers.params import NOBODY
from retention_helpers.words import Words, marked

SEGMENTS = (
    marked("VIP"),
    marked("Loyal"),
    marked("New"),
    marked("Promising"),
    marked("Needs attention"),
    marked("Lost loyal"),
    marked("Sleeping"),
    marked("Lost"),
)
ACTIONS = (
    marked("Thank them and give them support of their own"),
    marked("Ask them to refer a friend"),
    marked("Keep them: welcome them and lead them to a second order"),
    marked("Raise them to VIP: offer more of what they buy"),
    marked("Remind them before they fall silent"),
    marked("Win them back with a personal offer"),
    marked("Reactivate them with a reason to return"),
    marked("Spend little on them: one last offer"),
)
MEASURES = {
    "days_since_last_order": marked("Days since the last order"),
    "orders": marked("Orders"),
    "spend_total": marked("Net spend"),
}
DIRECTIONS = {
    "up": marked("Moved up"),
    "down": marked("Moved down"),
    "sideways": marked("Moved to another of the same level"),
    "stayed": marked("Stayed"),
    "entered": marked("Entered"),
    "left": marked("Left"),
}
TIMES = {
    "weekday": marked("Monday to Friday"),
    "weekend": marked("weekends"),
    "night": marked("nights"),
    "morning": marked("mornings"),
    "afternoon": marked("afternoons"),
    "evening": marked("evenings"),
}
WHEN = {
    "weekday": marked("from Monday to Friday"),
    "weekend": marked("on weekends"),
    "night": marked("at night"),
    "morning": marked("in the morning"),
    "afternoon": marked("in the afternoon"),
    "evening": marked("in the evening"),
}
WHO = {
    ("once", "recent"): marked("One order, recently"),
    ("once", "between"): marked("One order, some time ago"),
    ("once", "silent"): marked("One order, long ago"),
    ("some", "recent"): marked("A few orders, the last one recently"),
    ("some", "between"): marked("A few orders, the last one some time ago"),
    ("some", "silent"): marked("A few orders, the last one long ago"),
    ("often", "recent"): marked("Frequent buyers, active now"),
    ("often", "between"): marked("Frequent buyers, silent for some time"),
    ("often", "silent"): marked("Frequent buyers, silent for long"),
}
SIZES = {"large": marked("large orders"), "small": marked("small orders")}
TRAITS = {
    "city": marked("City"),
    "country": marked("Country"),
    "source": marked("Source"),
    "gender": marked("Gender"),
    "age": marked("Age"),
}
VALUES = {
    "unassigned": marked("unassigned"),
    "other": marked("other"),
    "small groups": marked("groups of fewer than 30 together"),
    "female": marked("women"),
    "male": marked("men"),
    **TIMES,
}


def segment_name(name: object, words: Words) -> str:
    """A segment as the reader calls it; where nobody is one yet, a word for that."""
    return words.say("Not a customer") if name == NOBODY else words.say(str(name))


def segment_names(names: Sequence[str], words: Words) -> Mapping[str, str]:
    """Every segment, and nobody's, in order: name in tables -> name for the reader."""
    return {name: segment_name(name, words) for name in (*names, NOBODY)}


def value_text(value: object, words: Words) -> str:
    """A category, channel, city, ... as the company calls it; what the house made up is said in the reader's words."""
    known = VALUES.get(str(value))
    return words.say(known) if known is not None else str(value)
