-- One row per customer of a bucket who ordered up to as_of: order days after the first, when, and what was spent on them.
WITH spans AS (
    SELECT
        customer_id,
        CAST(COUNT(*) - 1 AS INTEGER) AS repeat_orders,
        MIN(order_day) AS first_day,
        MAX(order_day) AS last_day,
        CAST(SUM(amount_cents) - ARG_MIN(amount_cents, order_day) AS BIGINT) AS repeat_spend_cents
    FROM order_days
    GROUP BY customer_id
)
SELECT
    customer_id,
    repeat_orders,
    CAST(DATE_DIFF('day', first_day, last_day) AS INTEGER) AS days_first_to_last_order,
    CAST(DATE_DIFF('day', first_day, CAST($as_of AS DATE)) AS INTEGER) AS days_observed,
    first_day,
    repeat_spend_cents
FROM spans
