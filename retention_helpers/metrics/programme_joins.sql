-- One row per customer who joined the programme: when first, the last order up to then, the first order of all.
WITH joins AS (
    SELECT customer_id, MIN("at") AS joined_at
    FROM memberships
    WHERE event = 'join' AND "at" < $ends_at
    GROUP BY customer_id
)
SELECT
    joins.customer_id,
    joins.joined_at,
    MIN(orders.ordered_at) AS first_order_at,
    MAX(CASE WHEN orders.ordered_at <= joins.joined_at THEN orders.ordered_at END) AS index_at
FROM joins
LEFT JOIN orders ON orders.customer_id = joins.customer_id AND orders.ordered_at < $ends_at
GROUP BY joins.customer_id, joins.joined_at
