-- One row per customer of these orders: the first of them, and the channel of the first of all.
SELECT tier_orders.customer_id, MIN(tier_orders.ordered_at) AS first_order_at, MAX(customers.first_channel) AS first_channel
FROM tier_orders
INNER JOIN customers ON customers.customer_id = tier_orders.customer_id
GROUP BY tier_orders.customer_id
