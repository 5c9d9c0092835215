-- One row per referred or not, bucket of customers and month since the first order: who ordered in it, and net revenue.
WITH watched AS (
    SELECT
        customer_id,
        first_month,
        CASE WHEN referred_by IS NOT NULL THEN 1 ELSE 0 END AS is_referred
    FROM customers
    WHERE first_month BETWEEN $since_month AND $as_of_month - $months
)
SELECT
    watched.is_referred,
    booked.bucket,
    booked.month - watched.first_month AS months_since_first,
    SUM(CASE WHEN booked.orders > 0 THEN 1 ELSE 0 END) AS customers,
    CAST(SUM(booked.revenue_cents) AS BIGINT) AS revenue_cents
FROM customer_months AS booked
INNER JOIN watched ON watched.customer_id = booked.customer_id
WHERE booked.month BETWEEN watched.first_month AND watched.first_month + $months
GROUP BY watched.is_referred, booked.bucket, booked.month - watched.first_month
