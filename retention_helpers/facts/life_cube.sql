-- One row per month, what customers were when it began (orders so far, months of the last two orders, advocate) and what became of it: customers to whom something happened.
WITH ordered AS (
    SELECT
        months.month,
        months.previous_month IS NOT NULL OR registered.customer_id IS NOT NULL AS was_known,
        months.orders_so_far - months.orders AS orders_before,
        months.previous_month AS last_month_before,
        months.month_before_previous AS earlier_month_before,
        months.previous_month IS NOT NULL AND spoke.customer_id IS NOT NULL AS was_advocate,
        true AS has_ordered,
        months.orders_so_far AS orders_after,
        speaks.customer_id IS NOT NULL AS is_advocate
    FROM customer_months AS months
    LEFT JOIN (SELECT customer_id FROM customers WHERE known_month < first_month) AS registered
        ON registered.customer_id = months.customer_id AND months.previous_month IS NULL
    LEFT JOIN advocates AS spoke
        ON spoke.customer_id = months.customer_id AND months.month > spoke.start_month AND months.month <= spoke.end_month
    LEFT JOIN advocates AS speaks
        ON speaks.customer_id = months.customer_id AND months.month >= speaks.start_month AND months.month < speaks.end_month
    WHERE months.orders > 0
),
-- Known without an order.
registered AS (
    SELECT
        known_month AS month, false AS was_known, 0 AS orders_before, NULL AS last_month_before,
        NULL AS earlier_month_before, false AS was_advocate, false AS has_ordered, 0 AS orders_after, false AS is_advocate
    FROM customers
    WHERE known_month IS NOT NULL AND (first_month IS NULL OR known_month < first_month)
),
turns AS (
    SELECT customer_id, start_month AS month, false AS was_advocate FROM advocates
    UNION ALL
    SELECT customer_id, end_month, true FROM advocates WHERE end_month < 99999
),
-- Became an advocate, or ceased to be one; in a month with an order that order tells it.
turned AS (
    SELECT
        turns.month, true AS was_known, months.orders_so_far AS orders_before, months.month AS last_month_before,
        months.previous_month AS earlier_month_before, turns.was_advocate, false AS has_ordered,
        months.orders_so_far AS orders_after, NOT turns.was_advocate AS is_advocate,
        row_number() OVER (PARTITION BY turns.customer_id, turns.month ORDER BY months.month DESC) AS place
    FROM turns
    INNER JOIN customer_months AS months
        ON months.customer_id = turns.customer_id AND months.orders > 0 AND months.month <= turns.month
),
happened AS (
    SELECT * FROM ordered
    UNION ALL
    SELECT * FROM registered
    UNION ALL
    SELECT
        month, was_known, orders_before, last_month_before, earlier_month_before, was_advocate, has_ordered, orders_after,
        is_advocate
    FROM turned
    WHERE place = 1 AND last_month_before < month
)
SELECT
    CAST(month AS SMALLINT) AS month,
    was_known,
    -- More than twelve orders are counted as twelve: no stage asks for more.
    CAST(least(orders_before, 12) AS INTEGER) AS orders_before,
    CAST(last_month_before AS SMALLINT) AS last_month_before,
    -- Whether a customer had returned is known by it, and is over a month later.
    CAST(CASE WHEN last_month_before = month - 1 THEN earlier_month_before END AS SMALLINT) AS earlier_month_before,
    was_advocate,
    has_ordered,
    CAST(least(orders_after, 12) AS INTEGER) AS orders_after,
    is_advocate,
    count(*) AS customers
FROM happened
GROUP BY
    month, was_known, least(orders_before, 12), last_month_before,
    CASE WHEN last_month_before = month - 1 THEN earlier_month_before END,
    was_advocate, has_ordered, least(orders_after, 12), is_advocate
