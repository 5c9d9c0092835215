-- One row per measure and score that somebody has: the lowest and the highest value, and how many customers.
SELECT
    'days_since_last_order' AS measure,
    r_score AS score,
    MIN(days_since_last_order) AS value_from,
    MAX(days_since_last_order) AS value_to,
    COUNT(*) AS customers
FROM scored_now
GROUP BY r_score
UNION ALL
SELECT
    'orders' AS measure,
    f_score AS score,
    MIN(orders) AS value_from,
    MAX(orders) AS value_to,
    COUNT(*) AS customers
FROM scored_now
GROUP BY f_score
UNION ALL
SELECT
    'spend_total' AS measure,
    m_score AS score,
    MIN(spend_cents) AS value_from,
    MAX(spend_cents) AS value_to,
    COUNT(*) AS customers
FROM scored_now
GROUP BY m_score
