-- One row per customer asked for and product that they bought up to the month: when last, under which name.
SELECT
    lines.customer_id,
    lines.product_id,
    MAX(lines.ordered_at) AS last_at,
    MAX(lines.product_name) AS product_name
FROM order_lines AS lines
INNER JOIN next_customers AS wanted ON wanted.customer_id = lines.customer_id
WHERE lines.month <= $until_month
    AND lines.reason = 'counted'
    AND NOT lines.is_refund
    AND lines.product_id IS NOT NULL
GROUP BY lines.customer_id, lines.product_id
