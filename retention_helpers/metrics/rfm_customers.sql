-- One row per customer with an order in the window up to as_of: days since the last one, orders, net spend.
WITH cut_orders AS (
    -- Where the window begins inside a month, an order of that month stands on its day, its refunds of the month with it.
    SELECT
        customer_id,
        CASE WHEN MIN(reason) = 'counted' THEN 1 ELSE 0 END AS orders,
        SUM(amount_cents) AS spend_cents,
        MIN(CASE WHEN NOT is_refund THEN CAST(ordered_at AS DATE) END) AS day
    FROM order_lines
    WHERE month = $cut_month
        AND reason IN ('counted', 'cancelled_in_month')
    GROUP BY customer_id, order_id
),
cut_parts AS (
    SELECT
        customer_id,
        orders,
        spend_cents,
        day,
        CASE WHEN orders > 0 THEN day END AS order_day
    FROM cut_orders
    UNION ALL
    SELECT
        customer_id,
        0 AS orders,
        amount_cents AS spend_cents,
        CAST(ordered_at AS DATE) AS day,
        CAST(NULL AS DATE) AS order_day
    FROM order_lines
    WHERE month = $cut_month
        AND reason = 'refund_later'
),
cut_customers AS (
    SELECT
        customer_id,
        SUM(orders) AS orders,
        SUM(spend_cents) AS spend_cents,
        MAX(order_day) AS last_day
    FROM cut_parts
    WHERE day >= CAST($first_day AS DATE)
    GROUP BY customer_id
),
months AS (
    SELECT
        whole.customer_id,
        whole.bucket,
        CASE WHEN whole.month = $cut_month THEN COALESCE(cut.orders, 0) ELSE whole.orders END AS orders,
        CASE WHEN whole.month = $cut_month THEN COALESCE(cut.spend_cents, 0) ELSE whole.revenue_cents END AS spend_cents,
        CASE WHEN whole.month = $cut_month THEN cut.last_day ELSE whole.last_day END AS last_day
    FROM customer_months AS whole
    LEFT JOIN cut_customers AS cut
        ON cut.customer_id = whole.customer_id
        AND whole.month = $cut_month
    WHERE whole.month >= $first_month
        AND whole.month <= $as_of_month
)
SELECT
    customer_id,
    MIN(bucket) AS bucket,
    CAST(DATE_DIFF('day', MAX(last_day), CAST($as_of AS DATE)) AS INTEGER) AS days_since_last_order,
    CAST(SUM(orders) AS BIGINT) AS orders,
    CAST(SUM(spend_cents) AS BIGINT) AS spend_cents
FROM months
GROUP BY customer_id
HAVING SUM(orders) > 0
