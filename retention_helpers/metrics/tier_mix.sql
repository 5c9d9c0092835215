-- One row per tier that members are in at the end of a month, or were at its beginning ('' for none): how many then, came, went and are. A tier lasts until the next event that gives one, or until its member leaves.
WITH cuts AS (
    SELECT 'before' AS cut, $begins_at AS until
    UNION ALL
    SELECT 'now' AS cut, $ends_at AS until
),
numbered AS (
    SELECT
        memberships.customer_id, cuts.cut, memberships.event, COALESCE(memberships.tier, '') AS tier,
        ROW_NUMBER() OVER (
            PARTITION BY memberships.customer_id, cuts.cut
            ORDER BY
                memberships."at" DESC, CASE memberships.event WHEN 'leave' THEN 0 WHEN 'tier' THEN 1 ELSE 2 END,
                memberships.tier
        ) AS place
    FROM memberships
    INNER JOIN cuts ON memberships."at" < cuts.until
    WHERE memberships.event IN ('join', 'tier', 'leave')
),
held AS (
    SELECT customer_id, cut, tier FROM numbered WHERE place = 1 AND event <> 'leave'
),
moved AS (
    SELECT earlier.tier AS tier_before, later.tier AS tier_now
    FROM (SELECT customer_id, tier FROM held WHERE cut = 'before') AS earlier
    FULL JOIN (SELECT customer_id, tier FROM held WHERE cut = 'now') AS later
        ON later.customer_id = earlier.customer_id
),
sides AS (
    SELECT
        tier_before AS tier, 1 AS before, 0 AS came,
        CASE WHEN tier_now IS DISTINCT FROM tier_before THEN 1 ELSE 0 END AS went, 0 AS now
    FROM moved
    WHERE tier_before IS NOT NULL
    UNION ALL
    SELECT
        tier_now AS tier, 0 AS before,
        CASE WHEN tier_before IS DISTINCT FROM tier_now THEN 1 ELSE 0 END AS came, 0 AS went, 1 AS now
    FROM moved
    WHERE tier_now IS NOT NULL
)
SELECT
    tier,
    CAST(SUM(before) AS BIGINT) AS before,
    CAST(SUM(came) AS BIGINT) AS came,
    CAST(SUM(went) AS BIGINT) AS went,
    CAST(SUM(now) AS BIGINT) AS now
FROM sides
GROUP BY tier
ORDER BY now DESC, tier
