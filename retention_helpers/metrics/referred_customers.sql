-- One row per month: customers whose first order fell in it, and those of them whom another customer had referred.
SELECT
    first_month AS month,
    COUNT(*) AS new_customers,
    SUM(CASE WHEN referred_by IS NOT NULL THEN 1 ELSE 0 END) AS referred
FROM customers
WHERE first_month <= $as_of_month
GROUP BY first_month
ORDER BY first_month
