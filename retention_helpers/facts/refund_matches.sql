-- One row per refund booked after the month of its order, and whether any earlier order of its customer can be named for it.
WITH refunds AS (
    SELECT month, customer_id, source_order_id, refund_of, product_id, ordered_at, count(*) AS copies
    FROM order_lines
    WHERE reason = 'refund_later'
    GROUP BY month, customer_id, source_order_id, refund_of, product_id, ordered_at
),
-- Of these customers alone: all others' orders would not fit into memory.
sales AS (
    SELECT DISTINCT month, customer_id, source_order_id, product_id
    FROM order_lines
    WHERE reason IN ('counted', 'cancelled_in_month') AND NOT is_refund
)
SELECT
    refunds.month,
    refunds.customer_id,
    refunds.source_order_id,
    refunds.refund_of,
    refunds.product_id,
    refunds.ordered_at,
    max(CASE WHEN sales.customer_id IS NULL THEN 0 ELSE 1 END) AS is_matched
FROM refunds
LEFT JOIN sales
    ON sales.customer_id = refunds.customer_id
    AND sales.month < refunds.month
    AND (
        sales.source_order_id = coalesce(refunds.refund_of, refunds.source_order_id)
        OR (refunds.refund_of IS NULL AND sales.product_id IS NOT DISTINCT FROM refunds.product_id)
    )
GROUP BY refunds.month, refunds.customer_id, refunds.source_order_id, refunds.refund_of, refunds.product_id, refunds.ordered_at
