-- One row per month, reason and customer (missing where nobody is known): rows, orders, amount; without refunds of earlier months' orders.
WITH by_order AS (
    SELECT
        month, reason, customer_id,
        coalesce(order_id, source_order_id) AS order_id,
        count(*) AS rows,
        sum(amount_cents) AS amount_cents
    FROM order_lines
    WHERE reason <> 'refund_later'
    GROUP BY month, reason, customer_id, coalesce(order_id, source_order_id)
)
SELECT
    month, reason, customer_id,
    CAST(sum(rows) AS BIGINT) AS rows,
    count(order_id) AS orders,
    CAST(sum(amount_cents) AS BIGINT) AS amount_cents
FROM by_order
GROUP BY month, reason, customer_id
