-- One row per customer and month with orders, from the first month compared to the last: how many, and for how much.
SELECT
    programme_customers.place,
    CAST(orders.month - $first_month AS INTEGER) AS period,
    CAST(COUNT(*) AS DOUBLE) AS orders,
    CAST(SUM(orders.amount_cents) AS DOUBLE) / 100 AS revenue,
    CAST(COALESCE(SUM(orders.margin_cents), 0) AS DOUBLE) / 100 AS margin
FROM orders
INNER JOIN programme_customers ON programme_customers.customer_id = orders.customer_id
WHERE orders.month >= $first_month AND orders.month <= $last_month
    AND programme_customers.place >= $first AND programme_customers.place < $last
GROUP BY programme_customers.place, orders.month
