-- One row per number of silent days: customers whose last order up to as_of lies that many days before it.
WITH last_orders AS (
    SELECT
        customer_id,
        MAX(last_day) AS last_day
    FROM customer_months
    WHERE orders > 0
        AND month <= $as_of_month
    GROUP BY customer_id
)
SELECT
    DATE_DIFF('day', last_day, CAST($as_of AS DATE)) AS gap_days,
    COUNT(*) AS customers
FROM last_orders
GROUP BY DATE_DIFF('day', last_day, CAST($as_of AS DATE))
ORDER BY gap_days
