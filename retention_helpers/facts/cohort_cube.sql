-- One row per dimension, value, first month, month and previous month with orders: active customers, orders, net revenue.
WITH traits AS (
    SELECT customer_id, 'all' AS dimension, 'all' AS value FROM customers
    UNION ALL
    SELECT customer_id, 'channel', coalesce(first_channel, 'unassigned') FROM customers
    UNION ALL
    SELECT customer_id, 'category', coalesce(first_category, 'unassigned') FROM customers
    UNION ALL
    SELECT customer_id, 'source', coalesce(source, 'unassigned') FROM customers
    UNION ALL
    SELECT customer_id, 'country', coalesce(country, 'unassigned') FROM customers
    UNION ALL
    SELECT customer_id, 'city', coalesce(city, 'unassigned') FROM customers
    UNION ALL
    SELECT customer_id, 'gender', coalesce(gender, 'unassigned') FROM customers
)
SELECT
    traits.dimension,
    -- What a first order was is not known in months before it, or they would change once it is placed.
    CASE WHEN months.first_month IS NULL AND traits.dimension IN ('channel', 'category') THEN 'unassigned' ELSE traits.value END AS value,
    months.first_month,
    months.month,
    months.previous_month,
    CAST(sum(CASE WHEN months.orders > 0 THEN 1 ELSE 0 END) AS BIGINT) AS active_customers,
    CAST(sum(months.orders) AS BIGINT) AS orders,
    CAST(sum(months.revenue_cents) AS BIGINT) AS revenue_cents
FROM customer_months AS months
INNER JOIN traits ON traits.customer_id = months.customer_id
GROUP BY
    traits.dimension,
    CASE WHEN months.first_month IS NULL AND traits.dimension IN ('channel', 'category') THEN 'unassigned' ELSE traits.value END,
    months.first_month, months.month, months.previous_month
