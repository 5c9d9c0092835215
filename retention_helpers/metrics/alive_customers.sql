-- One row per company: customers, those of whom the model says whether they are still there, and how many of them are.
SELECT
    COUNT(*) AS customers,
    COUNT(CASE WHEN repeat_orders > 0 THEN 1 END) AS with_repeat,
    -- Decimal: then the sum has the same digits in whatever order rows come.
    CAST(SUM(CAST(probability_alive AS DECIMAL(38, 15))) AS DOUBLE) AS expected_alive
FROM customer_values
