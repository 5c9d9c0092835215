-- One row per customer of a bucket who ordered up to as_of: what their orders so far say of them, and nothing that came later.
WITH spans AS (
    SELECT
        customer_id,
        CAST(SUM(orders) AS INTEGER) AS orders,
        CAST(COUNT(*) - 1 AS INTEGER) AS repeat_orders,
        MIN(order_day) AS first_day,
        MAX(order_day) AS last_day,
        CAST(SUM(CASE WHEN order_day > CAST($recent_from AS DATE) THEN 1 ELSE 0 END) AS INTEGER) AS orders_recent,
        CAST(SUM(CASE
            WHEN order_day > CAST($before_from AS DATE) AND order_day <= CAST($recent_from AS DATE) THEN 1 ELSE 0
        END) AS INTEGER) AS orders_before,
        CAST(SUM(amount_cents) AS BIGINT) AS spend_cents,
        CAST(SUM(amount_cents) - ARG_MIN(amount_cents, order_day) AS BIGINT) AS repeat_spend_cents
    FROM order_days
    GROUP BY customer_id
)
SELECT
    customer_id,
    orders,
    repeat_orders,
    CAST(DATE_DIFF('day', first_day, last_day) AS INTEGER) AS days_first_to_last_order,
    CAST(DATE_DIFF('day', first_day, CAST($as_of AS DATE)) AS INTEGER) AS days_observed,
    CAST(DATE_DIFF('day', last_day, CAST($as_of AS DATE)) AS INTEGER) AS days_since_last_order,
    orders_recent,
    orders_before,
    spend_cents,
    repeat_spend_cents
FROM spans
