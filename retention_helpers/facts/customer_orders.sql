-- One row per customer and month with a booked row: orders, net revenue, first and last order day. Depends on that month alone.
WITH booked AS (
    SELECT
        customer_id, month,
        CAST(sum(amount_cents) AS BIGINT) AS revenue_cents,
        CAST(sum(margin_cents) AS BIGINT) AS margin_cents
    FROM order_lines
    WHERE reason IN ('counted', 'refund_later', 'cancelled_in_month')
    GROUP BY customer_id, month
),
ordered AS (
    SELECT
        customer_id, month,
        CAST(count(*) AS INTEGER) AS orders,
        CAST(min(ordered_at) AS DATE) AS first_day,
        CAST(max(ordered_at) AS DATE) AS last_day
    FROM orders_valid
    GROUP BY customer_id, month
)
SELECT
    booked.customer_id,
    booked.month,
    coalesce(ordered.orders, 0) AS orders,
    booked.revenue_cents,
    booked.margin_cents,
    ordered.first_day,
    ordered.last_day
FROM booked
LEFT JOIN ordered ON ordered.customer_id = booked.customer_id AND ordered.month = booked.month
