-- One row per duration and state: customers by days from first order to lapse (lapsed) or to as_of (not lapsed).
WITH spans AS (
    SELECT
        customer_id,
        DATE_DIFF('day', MIN(first_day), CAST($as_of AS DATE)) AS known_days,
        DATE_DIFF('day', MAX(last_day), CAST($as_of AS DATE)) AS silent_days
    FROM customer_months
    WHERE orders > 0
        AND month <= $as_of_month
    GROUP BY customer_id
),
durations AS (
    SELECT
        silent_days >= $lapse_days AS is_lapsed,
        CASE WHEN silent_days >= $lapse_days THEN known_days - silent_days + $lapse_days ELSE known_days END AS duration_days
    FROM spans
)
SELECT
    duration_days,
    is_lapsed,
    COUNT(*) AS customers
FROM durations
GROUP BY duration_days, is_lapsed
ORDER BY duration_days, is_lapsed
