-- One row per company: the margin of what was sold in some months, and which share of it names its margin at all.
SELECT
    CASE WHEN SUM(CASE WHEN margin_cents IS NOT NULL THEN amount_cents ELSE 0 END) > 0
        THEN SUM(margin_cents) / SUM(CASE WHEN margin_cents IS NOT NULL THEN amount_cents ELSE 0 END) ELSE 0 END AS margin_share,
    CASE WHEN SUM(amount_cents) > 0
        THEN SUM(CASE WHEN margin_cents IS NOT NULL THEN amount_cents ELSE 0 END) / SUM(amount_cents) ELSE 0 END AS known_share
FROM orders_valid
WHERE month BETWEEN $from_month AND $as_of_month
