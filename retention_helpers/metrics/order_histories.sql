-- One row per distinct history of order days: how many customers have it, and what they spent on repeat orders.
SELECT
    repeat_orders,
    days_first_to_last_order,
    days_observed,
    COUNT(*) AS customers,
    SUM(repeat_spend_cents) AS repeat_spend_cents
FROM customer_histories
GROUP BY repeat_orders, days_first_to_last_order, days_observed
ORDER BY days_observed, repeat_orders, days_first_to_last_order
