-- One row per customer with a valid order: net spend so far, and what is expected of the customer from now on.
WITH spent AS (
    SELECT
        customer_id,
        MIN(bucket) AS bucket,
        MIN(first_month) AS first_month,
        SUM(orders) AS orders,
        SUM(revenue_cents) AS spend_cents
    FROM customer_months
    WHERE month <= $as_of_month
    GROUP BY customer_id
)
SELECT
    expected.customer_id,
    spent.bucket,
    spent.first_month,
    CAST(spent.orders AS BIGINT) AS orders,
    expected.repeat_orders,
    CAST(spent.spend_cents AS BIGINT) AS spend_cents,
    expected.expected_orders,
    expected.expected_spend,
    expected.discounted_spend,
    expected.probability_alive
FROM expected
INNER JOIN spent ON spent.customer_id = expected.customer_id
