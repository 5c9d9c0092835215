-- One row per number of repeat orders and class of mean spend (1/200 of a unit of its logarithm): customers, their mean.
SELECT
    repeat_orders,
    COUNT(*) AS customers,
    SUM(repeat_spend_cents) AS repeat_spend_cents
FROM customer_histories
WHERE repeat_orders > 0
    AND repeat_spend_cents > 0
GROUP BY repeat_orders, ROUND(200 * LN(repeat_spend_cents / repeat_orders))
ORDER BY repeat_orders, MIN(repeat_spend_cents)
