-- One row per customer asked for: the category and the channel of most of their orders; the later one wins a tie, then the name.
WITH ordered AS (
    SELECT orders.customer_id, orders.category, orders.channel, orders.ordered_at
    FROM orders_valid AS orders
    INNER JOIN favourite_customers AS wanted ON wanted.customer_id = orders.customer_id
    WHERE orders.month <= $as_of_month
),
counted AS (
    SELECT customer_id, 'category' AS kind, category AS value, COUNT(*) AS orders, MAX(ordered_at) AS last_at
    FROM ordered
    WHERE category <> 'unassigned'
    GROUP BY customer_id, category
    UNION ALL
    SELECT customer_id, 'channel', channel, COUNT(*), MAX(ordered_at)
    FROM ordered
    WHERE channel <> 'unassigned'
    GROUP BY customer_id, channel
),
ranked AS (
    SELECT
        customer_id, kind, value,
        ROW_NUMBER() OVER (PARTITION BY customer_id, kind ORDER BY orders DESC, last_at DESC, value) AS place
    FROM counted
)
SELECT
    wanted.customer_id,
    MAX(CASE WHEN ranked.kind = 'category' THEN ranked.value END) AS favourite_category,
    MAX(CASE WHEN ranked.kind = 'channel' THEN ranked.value END) AS favourite_channel
FROM favourite_customers AS wanted
LEFT JOIN ranked ON ranked.customer_id = wanted.customer_id AND ranked.place = 1
GROUP BY wanted.customer_id
