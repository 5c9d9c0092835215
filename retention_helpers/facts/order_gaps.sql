-- One row per month of the closing order, first gap or later one, and length in days: how often an order followed so soon.
WITH within AS (
    SELECT
        orders.month, months.first_month,
        date_diff(
            'day',
            CAST(lag(orders.ordered_at) OVER (
                PARTITION BY orders.customer_id, orders.month ORDER BY orders.ordered_at, orders.order_id
            ) AS DATE),
            CAST(orders.ordered_at AS DATE)
        ) AS gap_days,
        row_number() OVER (
            PARTITION BY orders.customer_id, orders.month ORDER BY orders.ordered_at, orders.order_id
        ) AS order_number
    FROM customer_months AS months
    INNER JOIN orders_valid AS orders ON orders.customer_id = months.customer_id AND orders.month = months.month
    WHERE months.orders > 1
),
gaps AS (
    SELECT month, gap_days, first_month = month AND order_number = 2 AS is_first_gap
    FROM within
    WHERE order_number > 1
    UNION ALL
    SELECT month, date_diff('day', previous_last_day, first_day), previous_month = first_month AND previous_orders = 1
    FROM customer_months
    WHERE previous_month IS NOT NULL
)
SELECT month, is_first_gap, CAST(gap_days AS INTEGER) AS gap_days, count(*) AS gaps
FROM gaps
GROUP BY month, is_first_gap, gap_days
