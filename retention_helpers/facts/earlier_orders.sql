-- One row per month and order id that a refund of that month carries although the order was placed in an earlier month.
WITH refunds AS (
    SELECT DISTINCT lines.month, lines.order_id
    FROM staged_orders AS lines
    CROSS JOIN rules
    WHERE lines.month IS NOT NULL
        AND NOT coalesce(starts_with(lines.order_id, rules.cancellation_prefix), false)
        AND (
            lines.amount_cents < 0
            OR lines.quantity < 0
            OR lines.status IN (SELECT value FROM rule_values WHERE rule = 'refund_status')
        )
)
SELECT DISTINCT refunds.month, refunds.order_id
FROM refunds
INNER JOIN staged_orders AS sales
    ON sales.order_id = refunds.order_id
    AND sales.month < refunds.month
WHERE sales.amount_cents >= 0 AND coalesce(sales.quantity, 0) >= 0
