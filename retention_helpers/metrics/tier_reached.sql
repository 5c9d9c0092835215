-- One row per member and tier reached after joining: when first, and the points earned in the 365 days up to then. A tier that comes with joining is reached by nobody.
WITH reached AS (
    SELECT customer_id, tier, MIN("at") AS reached_at
    FROM memberships
    WHERE event = 'tier' AND tier IS NOT NULL AND "at" < $ends_at
        AND tier NOT IN (SELECT tier FROM memberships WHERE event = 'join' AND tier IS NOT NULL)
    GROUP BY customer_id, tier
)
SELECT
    reached.customer_id,
    reached.tier,
    reached.reached_at,
    CAST(COALESCE(SUM(CASE WHEN earned.event = 'earn' THEN earned.points ELSE 0 END), 0) AS DOUBLE) AS points
FROM reached
LEFT JOIN memberships AS earned
    ON earned.customer_id = reached.customer_id AND earned."at" <= reached.reached_at
        AND DATE_DIFF('day', earned."at", reached.reached_at) <= 365
GROUP BY reached.customer_id, reached.tier, reached.reached_at
