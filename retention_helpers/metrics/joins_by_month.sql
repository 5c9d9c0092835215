-- One row per month: customers who joined the programme for the first time in it.
WITH joins AS (
    SELECT customer_id, MIN("at") AS joined_at FROM memberships WHERE event = 'join' AND "at" < $ends_at GROUP BY customer_id
)
SELECT CAST(YEAR(joined_at) * 12 + MONTH(joined_at) - 1 AS INTEGER) AS month, COUNT(*) AS joined
FROM joins
GROUP BY month
ORDER BY month
