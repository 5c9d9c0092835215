-- One row per month, stage at the end of the month before and stage at its end: customers who were in the one and are in the other.
WITH happened AS (
    SELECT
        month,
        was_known,
        has_ordered,
        orders_before AS before_orders,
        last_month_before AS before_last_month,
        earlier_month_before AS before_earlier_month,
        was_advocate AS before_is_advocate,
        orders_after AS after_orders,
        CASE WHEN has_ordered THEN month ELSE last_month_before END AS after_last_month,
        CASE WHEN has_ordered THEN last_month_before END AS after_earlier_month,
        is_advocate AS after_is_advocate,
        customers
    FROM life_cube
    WHERE month <= ${as_of_month}
),
after_orders AS (
    SELECT
        month + 1 AS month, after_orders AS orders, after_last_month AS last_month, after_earlier_month AS earlier_month,
        after_is_advocate AS is_advocate, customers
    FROM happened
    WHERE has_ordered AND month < ${as_of_month}
    UNION ALL
    SELECT month, before_orders, before_last_month, before_earlier_month, before_is_advocate, -customers
    FROM happened
    WHERE before_last_month = month - 1
),
-- The month after an order, for those to whom nothing happened in it.
first_silent AS (
    SELECT month, orders, last_month, earlier_month, is_advocate, SUM(customers) AS customers
    FROM after_orders
    GROUP BY month, orders, last_month, earlier_month, is_advocate
),
-- Who begins and who ceases to be one to whom nothing happens; the month of the order before the last no longer matters.
changes AS (
    SELECT month + 1 AS month, orders, last_month, is_advocate, customers
    FROM first_silent
    UNION ALL
    SELECT month + 1, after_orders, after_last_month, after_is_advocate, customers
    FROM happened
    WHERE NOT has_ordered
    UNION ALL
    SELECT month, before_orders, before_last_month, before_is_advocate, -customers
    FROM happened
    WHERE was_known AND (before_last_month IS NULL OR before_last_month < month - 1)
),
net_changes AS (
    SELECT month, orders, last_month, is_advocate, SUM(customers) AS customers
    FROM changes
    GROUP BY month, orders, last_month, is_advocate
),
calendar AS (
    SELECT UNNEST(GENERATE_SERIES((SELECT MIN(month) FROM happened), ${as_of_month})) AS month
),
later_silent AS (
    SELECT calendar.month, changed.orders, changed.last_month, changed.is_advocate, SUM(changed.customers) AS customers
    FROM net_changes AS changed
    INNER JOIN calendar ON calendar.month >= changed.month
    GROUP BY calendar.month, changed.orders, changed.last_month, changed.is_advocate
),
moves AS (
    SELECT
        month, was_known,
        before_orders, before_last_month, before_earlier_month, before_is_advocate,
        after_orders, after_last_month, after_earlier_month, after_is_advocate,
        customers
    FROM happened
    UNION ALL
    SELECT
        month, true,
        orders, last_month, earlier_month, is_advocate,
        orders, last_month, NULL, is_advocate,
        customers
    FROM first_silent
    UNION ALL
    SELECT
        month, true,
        orders, last_month, NULL, is_advocate,
        orders, last_month, NULL, is_advocate,
        customers
    FROM later_silent
),
named AS (
    SELECT
        month,
        CASE WHEN was_known THEN ${life_stage_before} ELSE 'outside' END AS from_stage,
        ${life_stage_after} AS to_stage,
        customers
    FROM moves
)
SELECT month, from_stage, to_stage, CAST(SUM(customers) AS BIGINT) AS customers
FROM named
GROUP BY month, from_stage, to_stage
HAVING SUM(customers) <> 0
ORDER BY month, from_stage, to_stage
