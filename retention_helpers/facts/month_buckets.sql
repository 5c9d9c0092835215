-- One row per month, bucket of customers and kind of buyer (new, returning, none: refunds alone): sums for intervals by resampling buckets.
SELECT
    month,
    bucket,
    CASE WHEN orders = 0 THEN 'none' WHEN first_month = month THEN 'new' ELSE 'returning' END AS buyer,
    CAST(sum(CASE WHEN orders > 0 THEN 1 ELSE 0 END) AS BIGINT) AS customers,
    CAST(sum(orders) AS BIGINT) AS orders,
    CAST(sum(revenue_cents) AS BIGINT) AS revenue_cents,
    CAST(sum(CASE WHEN orders > 0 THEN greatest(revenue_cents, 0) ELSE 0 END) AS BIGINT) AS revenue_floor_cents,
    CAST(sum(CASE WHEN previous_month = month - 1 THEN greatest(revenue_cents, 0) ELSE 0 END) AS BIGINT) AS retained_floor_cents,
    CAST(sum(CASE WHEN previous_month = month - 1
        THEN least(greatest(revenue_cents, 0), greatest(previous_revenue_cents, 0)) ELSE 0 END) AS BIGINT) AS kept_cents
FROM customer_months
GROUP BY month, bucket, CASE WHEN orders = 0 THEN 'none' WHEN first_month = month THEN 'new' ELSE 'returning' END
