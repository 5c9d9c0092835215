-- One row per start of a trial: of a member at joining, or of a control at the same distance from an order of its own in the same month.
WITH joiners AS (
    SELECT
        month, customer_id, joined_at, index_at, first_order_at, gap,
        ROW_NUMBER() OVER (PARTITION BY month ORDER BY MD5($salt || customer_id), customer_id) - 1 AS place
    FROM trial_joiners
    WHERE reason = 'compared'
),
followed AS (
    SELECT
        month, customer_id, order_id, ordered_at,
        LEAD(ordered_at) OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id) AS next_at
    FROM orders
    WHERE ordered_at < $ends_at
),
drawn AS (
    SELECT
        orders.month, orders.customer_id, programme_joins.joined_at, orders.ordered_at AS index_at, orders.next_at,
        known_customers.first_order_at,
        MD5($salt || orders.customer_id || ' ' || orders.order_id) AS digest
    FROM followed AS orders
    INNER JOIN known_customers ON known_customers.customer_id = orders.customer_id
    INNER JOIN trial_bounds ON trial_bounds.month = orders.month
    LEFT JOIN programme_joins ON programme_joins.customer_id = orders.customer_id
    WHERE DATE_DIFF('second', known_customers.first_order_at, orders.ordered_at) >= $known
        AND (programme_joins.joined_at IS NULL OR programme_joins.joined_at > orders.ordered_at)
        AND SUBSTR(MD5($salt || orders.customer_id || ' ' || orders.order_id), 1, 8) < trial_bounds.bound
),
numbered AS (
    SELECT drawn.*, ROW_NUMBER() OVER (PARTITION BY month ORDER BY digest, customer_id, index_at) - 1 AS place
    FROM drawn
),
-- A control starts as long after its order as the member it was drawn for. Most who ordered again by then go here already, to be read no further; those with two orders in one moment go when months are counted.
controls AS (
    SELECT
        numbered.month, numbered.customer_id, numbered.joined_at, numbered.index_at, numbered.first_order_at,
        joiners.gap, numbered.digest
    FROM numbered
    INNER JOIN trial_bounds ON trial_bounds.month = numbered.month
    INNER JOIN joiners ON joiners.month = numbered.month AND joiners.place = numbered.place % trial_bounds.joiners
    WHERE (numbered.joined_at IS NULL OR DATE_DIFF('second', numbered.index_at, numbered.joined_at) > joiners.gap)
        AND (
            numbered.next_at IS NULL
            OR DATE_DIFF('second', numbered.index_at, numbered.next_at) = 0
            OR DATE_DIFF('second', numbered.index_at, numbered.next_at) > joiners.gap
        )
),
both_sides AS (
    SELECT month, customer_id, 1 AS is_joiner, joined_at, index_at, first_order_at, gap, '' AS digest FROM joiners
    UNION ALL
    SELECT month, customer_id, 0 AS is_joiner, joined_at, index_at, first_order_at, gap, digest FROM controls
)
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY month, is_joiner, digest, customer_id, index_at) - 1 AS INTEGER) AS trial,
    both_sides.*
FROM both_sides
