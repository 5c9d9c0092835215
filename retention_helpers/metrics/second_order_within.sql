-- One row per value of a trait: customers watched for so many days after their first order, and those who ordered again within them.
SELECT
    ${trait} AS value,
    COUNT(*) AS customers,
    SUM(CASE
        WHEN DATE_DIFF('day', CAST(first_order_at AS DATE), CAST(second_order_at AS DATE)) <= $within_days THEN 1 ELSE 0
    END) AS ordered_again
FROM customers
WHERE first_month BETWEEN $since_month AND $as_of_month
    AND DATE_DIFF('day', CAST(first_order_at AS DATE), CAST($as_of AS DATE)) >= $within_days
GROUP BY value
ORDER BY value
