-- One row per month and reason: rows, orders, customers, amount; customers_first counts each customer once, in the first such month.
WITH reasoned AS (
    SELECT
        lines.month,
        CASE WHEN matches.is_matched = 0 THEN 'refund_unmatched' ELSE lines.reason END AS reason,
        lines.customer_id,
        coalesce(lines.order_id, lines.source_order_id) AS order_id,
        lines.amount_cents
    FROM order_lines AS lines
    LEFT JOIN refund_matches AS matches
        ON lines.reason = 'refund_later'
        AND matches.month = lines.month
        AND matches.customer_id = lines.customer_id
        AND matches.source_order_id IS NOT DISTINCT FROM lines.source_order_id
        AND matches.refund_of IS NOT DISTINCT FROM lines.refund_of
        AND matches.product_id IS NOT DISTINCT FROM lines.product_id
        AND matches.ordered_at = lines.ordered_at
),
firsts AS (
    SELECT reason, first_month AS month, count(*) AS customers_first
    FROM (
        SELECT reason, customer_id, min(month) AS first_month FROM reasoned WHERE customer_id IS NOT NULL
        GROUP BY reason, customer_id
    ) AS seen
    GROUP BY reason, first_month
),
-- An order id that two customers carry is an order of each.
by_order AS (
    SELECT month, reason, customer_id, order_id, count(*) AS rows, sum(amount_cents) AS amount_cents
    FROM reasoned
    GROUP BY month, reason, customer_id, order_id
),
sums AS (
    SELECT
        month, reason,
        CAST(sum(rows) AS BIGINT) AS rows,
        count(order_id) AS orders,
        count(DISTINCT customer_id) AS customers,
        CAST(sum(amount_cents) AS BIGINT) AS amount_cents
    FROM by_order
    GROUP BY month, reason
)
SELECT sums.*, coalesce(firsts.customers_first, 0) AS customers_first
FROM sums
LEFT JOIN firsts ON firsts.month = sums.month AND firsts.reason = sums.reason
