-- One row per stage as the source names it: events, customers, and the month of the first.
SELECT
    stage,
    COUNT(*) AS events,
    COUNT(DISTINCT customer_id) AS customers,
    MIN(month) AS first_month
FROM touchpoints
WHERE month <= $as_of_month
GROUP BY stage
