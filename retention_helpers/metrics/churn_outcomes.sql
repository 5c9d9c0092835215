-- One row per customer of a bucket who ordered after as_of, up to the end of the horizon.
SELECT DISTINCT customer_id
FROM orders_valid
WHERE month >= $as_of_month
    AND month <= $until_month
    AND CAST(ordered_at AS DATE) > CAST($as_of AS DATE)
    AND CAST(ordered_at AS DATE) <= CAST($until AS DATE)
    AND CAST(HASH(customer_id) & 1023 AS INTEGER) % $buckets = $bucket
