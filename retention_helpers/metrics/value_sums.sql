-- One row per label and bucket of customers: customers, their net spend so far, what is expected of them.
SELECT
    labels.value,
    customer_values.bucket,
    COUNT(*) AS customers,
    SUM(customer_values.spend_cents) AS spend_cents,
    -- Decimal: then the sum has the same digits in whatever order rows come.
    CAST(SUM(CAST(customer_values.expected_spend AS DECIMAL(38, 12))) AS DOUBLE) AS expected_spend
FROM customer_values
INNER JOIN labels ON labels.customer_id = customer_values.customer_id
WHERE labels.value IS NOT NULL
GROUP BY labels.value, customer_values.bucket
ORDER BY labels.value, customer_values.bucket
