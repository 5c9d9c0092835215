-- One row per customer: scores 1 to 5 by the share of customers with a worse value and half of those with the same one.
-- From the distinct values and how many customers have each: nothing is ranked or sorted by customer.
WITH days AS (
    SELECT
        days_since_last_order,
        COUNT(*) AS customers
    FROM rfm_customers
    GROUP BY days_since_last_order
),
orders AS (
    SELECT
        orders,
        COUNT(*) AS customers
    FROM rfm_customers
    GROUP BY orders
),
spend AS (
    SELECT
        spend_cents,
        COUNT(*) AS customers
    FROM rfm_customers
    GROUP BY spend_cents
),
r AS (
    SELECT
        days_since_last_order,
        2 * SUM(customers) OVER (ORDER BY days_since_last_order DESC) - customers AS twice_below,
        2 * SUM(customers) OVER () AS twice_all
    FROM days
),
f AS (
    SELECT
        orders,
        2 * SUM(customers) OVER (ORDER BY orders) - customers AS twice_below,
        2 * SUM(customers) OVER () AS twice_all
    FROM orders
),
m AS (
    SELECT
        spend_cents,
        2 * SUM(customers) OVER (ORDER BY spend_cents) - customers AS twice_below,
        2 * SUM(customers) OVER () AS twice_all
    FROM spend
)
SELECT
    rfm_customers.customer_id,
    LEAST(5, 1 + CAST(FLOOR(5 * r.twice_below / CAST(r.twice_all AS DOUBLE)) AS INTEGER)) AS r_score,
    LEAST(5, 1 + CAST(FLOOR(5 * f.twice_below / CAST(f.twice_all AS DOUBLE)) AS INTEGER)) AS f_score,
    LEAST(5, 1 + CAST(FLOOR(5 * m.twice_below / CAST(m.twice_all AS DOUBLE)) AS INTEGER)) AS m_score,
    rfm_customers.days_since_last_order,
    rfm_customers.orders,
    rfm_customers.spend_cents,
    rfm_customers.bucket
FROM rfm_customers
INNER JOIN r ON r.days_since_last_order = rfm_customers.days_since_last_order
INNER JOIN f ON f.orders = rfm_customers.orders
INNER JOIN m ON m.spend_cents = rfm_customers.spend_cents
