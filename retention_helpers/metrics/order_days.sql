-- One row per customer of a bucket and day with an order up to as_of: orders of that day, and their amount.
SELECT
    customer_id,
    CAST(ordered_at AS DATE) AS order_day,
    COUNT(*) AS orders,
    SUM(amount_cents) AS amount_cents
FROM orders_valid
WHERE month <= $as_of_month
    AND CAST(ordered_at AS DATE) <= CAST($as_of AS DATE)
    -- A power of two of buckets: small ones fit into memory where all customers at once would not.
    AND CAST(HASH(customer_id) & 1023 AS INTEGER) % $buckets = $bucket
GROUP BY customer_id, CAST(ordered_at AS DATE)
