-- One row per month of a trial: members compared, controls to draw, orders at which a customer might have joined. A member who joined more than a day after its order needs twice as many: about half will have ordered again by then.
WITH joiners AS (
    SELECT month, COUNT(*) AS joiners, SUM(CASE WHEN gap > 86400 THEN 2 ELSE 1 END) * $controls AS wanted
    FROM trial_joiners
    WHERE reason = 'compared'
    GROUP BY month
),
candidates AS (
    SELECT orders.month, COUNT(*) AS candidates
    FROM orders
    INNER JOIN known_customers ON known_customers.customer_id = orders.customer_id
    LEFT JOIN programme_joins ON programme_joins.customer_id = orders.customer_id
    WHERE orders.ordered_at < $ends_at
        AND DATE_DIFF('second', known_customers.first_order_at, orders.ordered_at) >= $known
        AND (programme_joins.joined_at IS NULL OR programme_joins.joined_at > orders.ordered_at)
    GROUP BY orders.month
)
SELECT
    CAST(joiners.month AS INTEGER) AS month,
    joiners.joiners,
    CAST(joiners.wanted AS INTEGER) AS wanted,
    COALESCE(candidates.candidates, 0) AS candidates
FROM joiners
LEFT JOIN candidates ON candidates.month = joiners.month
ORDER BY joiners.month
