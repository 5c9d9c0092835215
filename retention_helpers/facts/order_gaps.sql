-- One row per month of the closing order, first gap or later one, and length in days: how often an order followed so soon.
WITH within AS (
    SELECT
        customer_id, month,
        date_diff('day', CAST(lag(ordered_at) OVER (PARTITION BY customer_id, month ORDER BY ordered_at, order_id) AS DATE),
            CAST(ordered_at AS DATE)) AS gap_days,
        row_number() OVER (PARTITION BY customer_id, month ORDER BY ordered_at, order_id) AS order_number
    FROM orders_valid
),
gaps AS (
    SELECT
        within.month, within.gap_days,
        months.first_month = within.month AND within.order_number = 2 AS is_first_gap
    FROM within
    INNER JOIN customer_months AS months ON months.customer_id = within.customer_id AND months.month = within.month
    WHERE within.order_number > 1
    UNION ALL
    SELECT
        month, date_diff('day', previous_last_day, first_day),
        previous_month = first_month AND previous_orders = 1
    FROM customer_months
    WHERE previous_month IS NOT NULL
)
SELECT month, is_first_gap, CAST(gap_days AS INTEGER) AS gap_days, count(*) AS gaps
FROM gaps
GROUP BY month, is_first_gap, gap_days
