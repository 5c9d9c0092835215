-- One row per company: customers with an order so far, net money so far and since a month, and what refunds leave of orders.
WITH ordered AS (
    SELECT
        COUNT(DISTINCT customer_id) AS customers,
        SUM(amount_cents) AS amount_cents
    FROM orders_valid
    WHERE month <= $as_of_month
),
by_customer AS (
    SELECT
        customer_id,
        SUM(revenue_cents) AS spent_cents,
        SUM(CASE WHEN month >= $from_month THEN revenue_cents ELSE 0 END) AS spent_before_cents
    FROM customer_months
    WHERE month <= $as_of_month
    GROUP BY customer_id
    HAVING SUM(orders) > 0
),
booked AS (
    SELECT
        SUM(spent_cents) AS spent_cents,
        SUM(spent_before_cents) AS spent_before_cents
    FROM by_customer
)
SELECT
    ordered.customers,
    COALESCE(booked.spent_cents, 0) / 100 AS spent,
    COALESCE(booked.spent_before_cents, 0) / 100 AS spent_before,
    CASE WHEN ordered.amount_cents > 0 THEN GREATEST(booked.spent_cents, 0) / ordered.amount_cents ELSE 1 END AS net_share
FROM ordered
CROSS JOIN booked
