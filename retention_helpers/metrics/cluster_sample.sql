-- One row per customer of the sample, the first by a digest of the id: the same customers whatever the order of the rows.
SELECT
    customer_id,
    bucket,
    rfm_segment,
    days_since_last_order,
    orders,
    spend_cents
FROM scored_now
ORDER BY MD5(customer_id), customer_id
LIMIT 20000
