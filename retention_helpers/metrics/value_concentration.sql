-- One row per share of the customers: what the best of them by expectation spent so far and are expected to spend.
WITH ranked AS (
    SELECT
        spend_cents,
        -- Decimal: then sums have the same digits in whatever order rows come.
        CAST(expected_spend AS DECIMAL(38, 12)) AS expected_spend,
        ROW_NUMBER() OVER (ORDER BY expected_spend DESC NULLS LAST, spend_cents DESC, customer_id) AS place
    FROM customer_values
),
whole AS (
    SELECT
        COUNT(*) AS customers,
        SUM(spend_cents) AS spend_cents,
        SUM(CAST(expected_spend AS DECIMAL(38, 12))) AS expected_spend
    FROM customer_values
)
SELECT
    shares.top_share,
    COUNT(*) AS customers,
    SUM(ranked.spend_cents) AS spend_cents,
    CAST(SUM(ranked.expected_spend) AS DOUBLE) AS expected_spend,
    CAST(MIN(ranked.expected_spend) AS DOUBLE) AS expected_spend_from,
    MAX(whole.spend_cents) AS all_spend_cents,
    CAST(MAX(whole.expected_spend) AS DOUBLE) AS all_expected
FROM shares
CROSS JOIN whole
INNER JOIN ranked ON ranked.place <= GREATEST(CEIL(shares.top_share * whole.customers - 0.000001), 1)
GROUP BY shares.top_share
ORDER BY shares.top_share
