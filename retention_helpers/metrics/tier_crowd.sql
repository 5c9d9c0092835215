-- One row per class of how near members were to a tier: in each month in which one who had not reached it earned points, those of twelve months as part of what it takes.
WITH earned AS (
    SELECT
        memberships.customer_id,
        YEAR(memberships."at") * 12 + MONTH(memberships."at") - 1 AS month,
        SUM(memberships.points) AS points
    FROM memberships
    WHERE memberships.event = 'earn' AND memberships."at" < $ends_at
    GROUP BY memberships.customer_id, YEAR(memberships."at") * 12 + MONTH(memberships."at") - 1
),
held AS (
    SELECT
        customer_id,
        month,
        SUM(points) OVER (PARTITION BY customer_id ORDER BY month RANGE BETWEEN 11 PRECEDING AND CURRENT ROW) AS points
    FROM earned
),
outside AS (
    SELECT
        CAST(FLOOR(held.points * $classes / $points_from) AS INTEGER) AS class,
        YEAR(reached.reached_at) * 12 + MONTH(reached.reached_at) - 1 - held.month AS months_left
    FROM held
    LEFT JOIN tier_reached AS reached ON reached.customer_id = held.customer_id AND reached.tier = $tier
    WHERE held.customer_id NOT IN (SELECT customer_id FROM tier_aside)
        AND (reached.reached_at IS NULL OR YEAR(reached.reached_at) * 12 + MONTH(reached.reached_at) - 1 >= held.month)
)
SELECT
    class,
    COUNT(*) AS members,
    SUM(CASE WHEN months_left <= 1 THEN 1 ELSE 0 END) AS reached
FROM outside
WHERE class >= $lowest AND class < $highest
GROUP BY class
ORDER BY class
