-- One row per month, first month, previous month with orders, several orders then, several orders now: customers with orders.
SELECT
    month,
    first_month,
    previous_month,
    coalesce(previous_orders > 1, false) AS several_before,
    orders > 1 AS several_now,
    count(*) AS customers,
    CAST(sum(orders) AS BIGINT) AS orders,
    CAST(sum(revenue_cents) AS BIGINT) AS revenue_cents
FROM customer_months
WHERE orders > 0
GROUP BY month, first_month, previous_month, coalesce(previous_orders > 1, false), orders > 1
