-- One row per customer who had ordered before the months compared: its place, and the month of joining (-1 for never).
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY known_customers.customer_id) - 1 AS INTEGER) AS place,
    known_customers.customer_id,
    CAST(COALESCE(YEAR(programme_joins.joined_at) * 12 + MONTH(programme_joins.joined_at) - 1, -1) AS INTEGER) AS joined_month
FROM known_customers
LEFT JOIN programme_joins ON programme_joins.customer_id = known_customers.customer_id
WHERE YEAR(known_customers.first_order_at) * 12 + MONTH(known_customers.first_order_at) - 1 < $first_month
