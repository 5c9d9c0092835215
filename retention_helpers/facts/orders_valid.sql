-- One row per valid order: known customer, no test, not cancelled within its month; net of refunds within its month.
SELECT
    month,
    customer_id,
    order_id,
    min(CASE WHEN NOT is_refund THEN ordered_at END) AS ordered_at,
    CAST(sum(amount_cents) AS BIGINT) AS amount_cents,
    CAST(sum(margin_cents) AS BIGINT) AS margin_cents,
    sum(quantity) AS quantity,
    CAST(sum(CASE WHEN is_refund THEN 0 ELSE 1 END) AS INTEGER) AS lines,
    coalesce(min(CASE WHEN NOT is_refund THEN channel END), 'unassigned') AS channel,
    -- The category of the dearest line; the later name wins a tie, so that the answer is always the same.
    coalesce(substr(max(CASE WHEN NOT is_refund AND category IS NOT NULL
        THEN lpad(CAST(amount_cents AS VARCHAR), 18, '0') || category END), 19), 'unassigned') AS category
FROM order_lines
WHERE reason = 'counted'
GROUP BY month, customer_id, order_id
