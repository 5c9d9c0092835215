-- One row per segment and bucket of customers: customers, orders, net spend.
SELECT
    rfm_segment,
    bucket,
    COUNT(*) AS customers,
    SUM(orders) AS orders,
    SUM(spend_cents) AS spend_cents
FROM scored_now
GROUP BY rfm_segment, bucket
ORDER BY rfm_segment, bucket
