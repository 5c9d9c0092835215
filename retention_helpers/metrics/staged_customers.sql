-- One row per customer known by the end of the month: orders so far, last month with an order, stage of life.
WITH ordered AS (
    SELECT
        customer_id,
        CAST(SUM(orders) AS INTEGER) AS orders,
        MAX(month) AS last_month,
        MAX(previous_month) AS earlier_month
    FROM customer_months
    WHERE orders > 0
        AND month <= ${as_of_month}
    GROUP BY customer_id
),
known AS (
    SELECT
        customers.customer_id,
        COALESCE(ordered.orders, 0) AS orders,
        ordered.last_month,
        ordered.earlier_month,
        advocates.customer_id IS NOT NULL AS is_advocate
    FROM customers
    LEFT JOIN ordered ON ordered.customer_id = customers.customer_id
    LEFT JOIN advocates
        ON advocates.customer_id = customers.customer_id
        AND advocates.start_month <= ${as_of_month}
        AND advocates.end_month > ${as_of_month}
    WHERE customers.known_month <= ${as_of_month}
)
SELECT
    customer_id,
    ${life_stage} AS life_stage,
    orders,
    last_month
FROM known
