-- One row per month and reason: rows, orders, customers, amount; customers_first counts each customer once, in the first such month.
WITH refunds AS (
    SELECT
        lines.month,
        CASE WHEN matches.is_matched = 0 THEN 'refund_unmatched' ELSE lines.reason END AS reason,
        lines.customer_id,
        coalesce(lines.order_id, lines.source_order_id) AS order_id,
        count(*) AS rows,
        sum(lines.amount_cents) AS amount_cents
    FROM order_lines AS lines
    LEFT JOIN refund_matches AS matches
        ON matches.month = lines.month
        AND matches.customer_id = lines.customer_id
        AND matches.source_order_id IS NOT DISTINCT FROM lines.source_order_id
        AND matches.refund_of IS NOT DISTINCT FROM lines.refund_of
        AND matches.product_id IS NOT DISTINCT FROM lines.product_id
        AND matches.ordered_at = lines.ordered_at
    WHERE lines.reason = 'refund_later'
    GROUP BY
        lines.month, CASE WHEN matches.is_matched = 0 THEN 'refund_unmatched' ELSE lines.reason END, lines.customer_id,
        coalesce(lines.order_id, lines.source_order_id)
),
-- An order id that two customers carry is an order of each.
by_customer AS (
    SELECT month, reason, customer_id, rows, orders, amount_cents FROM row_sums
    UNION ALL
    SELECT month, reason, customer_id, sum(rows), count(order_id), sum(amount_cents) FROM refunds
    GROUP BY month, reason, customer_id
),
firsts AS (
    SELECT reason, first_month AS month, count(*) AS customers_first
    FROM (
        SELECT reason, customer_id, min(month) AS first_month FROM by_customer WHERE customer_id IS NOT NULL
        GROUP BY reason, customer_id
    ) AS seen
    GROUP BY reason, first_month
),
sums AS (
    SELECT
        month, reason,
        CAST(sum(rows) AS BIGINT) AS rows,
        CAST(sum(orders) AS BIGINT) AS orders,
        count(customer_id) AS customers,
        CAST(sum(amount_cents) AS BIGINT) AS amount_cents
    FROM by_customer
    GROUP BY month, reason
)
SELECT sums.*, coalesce(firsts.customers_first, 0) AS customers_first
FROM sums
LEFT JOIN firsts ON firsts.month = sums.month AND firsts.reason = sums.reason
