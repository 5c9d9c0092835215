-- One row per dimension, value, first month, month and previous month with orders: active customers, orders, net revenue.
WITH described AS (
    SELECT
        months.first_month, months.month, months.previous_month, months.orders, months.revenue_cents,
        -- What a first order was is not known in months before it, or they would change once it is placed.
        CASE WHEN months.first_month IS NULL THEN 'unassigned' ELSE coalesce(customers.first_channel, 'unassigned') END AS channel,
        CASE WHEN months.first_month IS NULL THEN 'unassigned' ELSE coalesce(customers.first_category, 'unassigned') END AS category,
        coalesce(customers.source, 'unassigned') AS source,
        coalesce(customers.country, 'unassigned') AS country,
        coalesce(customers.city, 'unassigned') AS city,
        coalesce(customers.gender, 'unassigned') AS gender
    FROM customer_months AS months
    INNER JOIN customers ON customers.customer_id = months.customer_id
),
-- In each set all dimensions but one are missing.
sums AS (
    SELECT
        channel, category, source, country, city, gender, first_month, month, previous_month,
        CAST(sum(CASE WHEN orders > 0 THEN 1 ELSE 0 END) AS BIGINT) AS active_customers,
        CAST(sum(orders) AS BIGINT) AS orders,
        CAST(sum(revenue_cents) AS BIGINT) AS revenue_cents
    FROM described
    GROUP BY GROUPING SETS (
        (first_month, month, previous_month),
        (channel, first_month, month, previous_month),
        (category, first_month, month, previous_month),
        (source, first_month, month, previous_month),
        (country, first_month, month, previous_month),
        (city, first_month, month, previous_month),
        (gender, first_month, month, previous_month)
    )
)
SELECT
    CASE
        WHEN channel IS NOT NULL THEN 'channel'
        WHEN category IS NOT NULL THEN 'category'
        WHEN source IS NOT NULL THEN 'source'
        WHEN country IS NOT NULL THEN 'country'
        WHEN city IS NOT NULL THEN 'city'
        WHEN gender IS NOT NULL THEN 'gender'
        ELSE 'all'
    END AS dimension,
    coalesce(channel, category, source, country, city, gender, 'all') AS value,
    first_month,
    month,
    previous_month,
    active_customers,
    orders,
    revenue_cents
FROM sums
