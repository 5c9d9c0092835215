"""How a KPI stands against its target, in the words of its card: three full sentences, chosen by the interval."""

from retention_helpers.words import Words, marked

# For a floor and for a ceiling: which sentence, whether that is better (up), worse (down) or open (flat), and on which
# side of the target the whole interval lies.
_SENTENCES = {
    ("at_least", "reached"): (marked("Target reached: at least {target}"), "up", "▲"),
    ("at_least", "missed"): (marked("Target missed: at least {target}"), "down", "▼"),
    ("at_least", "open"): (marked("Too early to say, target: at least {target}"), "flat", "≈"),
    ("at_most", "reached"): (marked("Target reached: at most {target}"), "up", "▼"),
    ("at_most", "missed"): (marked("Target missed: at most {target}"), "down", "▲"),
    ("at_most", "open"): (marked("Too early to say, target: at most {target}"), "flat", "≈"),
}
_SIDES = {
    "▲": marked("above the target"),
    "▼": marked("below the target"),
    "≈": marked("the interval does not decide"),
}


def against_target(side: str, verdict: str, target: str, words: Words) -> tuple[str, str, str, str]:
    """Kind, arrow, sentence, and the word for those who see neither colour nor arrow.

    ``side`` and ``verdict`` are those of `metrics.kpi_targets`, ``target`` is written out.

    >>> against_target("at_most", "reached", "11.0%", Words("en"))
    ('up', '▼', 'Target reached: at most 11.0%', 'below the target')
    """
    sentence, kind, arrow = _SENTENCES[side, verdict]
    return kind, arrow, words.say(sentence, target=target), words.say(_SIDES[arrow])
