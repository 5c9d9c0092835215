-- One row per customer and month with a booked row, and what came before: first month, previous months with orders, orders so far.
WITH marked AS (
    SELECT
        *,
        orders > 0 AS is_active,
        min(CASE WHEN orders > 0 THEN month END) OVER (PARTITION BY customer_id) AS earliest_month
    FROM customer_orders
),
-- Months with refunds alone are not active and must not become anybody's previous month.
followed AS (
    SELECT
        *,
        lag(month) OVER (PARTITION BY customer_id, is_active ORDER BY month) AS lag_month,
        lag(month, 2) OVER (PARTITION BY customer_id, is_active ORDER BY month) AS second_lag_month,
        sum(orders) OVER (
            PARTITION BY customer_id, is_active ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS running_orders,
        lag(orders) OVER (PARTITION BY customer_id, is_active ORDER BY month) AS lag_orders,
        lag(revenue_cents) OVER (PARTITION BY customer_id, is_active ORDER BY month) AS lag_revenue_cents,
        lag(last_day) OVER (PARTITION BY customer_id, is_active ORDER BY month) AS lag_last_day
    FROM marked
)
SELECT
    customer_id,
    month,
    orders,
    revenue_cents,
    margin_cents,
    -- A refund before the first known order knows nothing of the order that will come.
    CASE WHEN earliest_month <= month THEN earliest_month END AS first_month,
    CASE WHEN is_active THEN lag_month END AS previous_month,
    CASE WHEN is_active THEN lag_orders END AS previous_orders,
    CASE WHEN is_active THEN lag_revenue_cents END AS previous_revenue_cents,
    first_day,
    last_day,
    CASE WHEN is_active THEN lag_last_day END AS previous_last_day,
    CASE WHEN is_active THEN CAST(running_orders AS INTEGER) END AS orders_so_far,
    CASE WHEN is_active THEN second_lag_month END AS month_before_previous,
    -- A random but fixed group of customers: the first two hexadecimal digits of a digest of the id.
    CAST(
        (strpos('0123456789abcdef', substr(md5(customer_id), 1, 1)) - 1) * 16
        + strpos('0123456789abcdef', substr(md5(customer_id), 2, 1)) - 1 AS SMALLINT
    ) AS bucket
FROM followed
