-- One row per value of a trait and number of days: customers who ordered a second time after so many days, or have waited so long.
WITH waits AS (
    SELECT
        ${trait} AS value,
        CAST(first_order_at AS DATE) AS first_day,
        CASE WHEN CAST(second_order_at AS DATE) <= CAST($as_of AS DATE) THEN CAST(second_order_at AS DATE) END AS second_day
    FROM customers
    WHERE first_month BETWEEN $since_month AND $as_of_month
),
lengths AS (
    SELECT
        value,
        DATE_DIFF('day', first_day, COALESCE(second_day, CAST($as_of AS DATE))) AS days,
        CASE WHEN second_day IS NOT NULL THEN 1 ELSE 0 END AS has_ordered
    FROM waits
)
SELECT value, days, SUM(has_ordered) AS events, SUM(1 - has_ordered) AS censored
FROM lengths
GROUP BY value, days
ORDER BY value, days
