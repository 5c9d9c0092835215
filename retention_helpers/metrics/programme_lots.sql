-- One row per month of age and fate of points (redeemed, expired, held): points earned first are used first. Points used that nobody had earned are "unearned".
WITH lots AS (
    SELECT
        customer_id, "at" AS earned_at, points,
        SUM(points) OVER (
            PARTITION BY customer_id ORDER BY "at", order_id, points ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS ends
    FROM memberships
    WHERE event = 'earn' AND points > 0 AND "at" < $ends_at
),
uses AS (
    SELECT
        customer_id, "at" AS used_at, event, points,
        SUM(points) OVER (
            PARTITION BY customer_id ORDER BY "at", event, points ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS ends
    FROM memberships
    WHERE event IN ('redeem', 'expire') AND points > 0 AND "at" < $ends_at
),
earned AS (
    SELECT customer_id, SUM(points) AS points FROM lots GROUP BY customer_id
),
used AS (
    SELECT
        lots.earned_at,
        uses.used_at,
        uses.event,
        LEAST(lots.ends, uses.ends) - GREATEST(lots.ends - lots.points, uses.ends - uses.points) AS points
    FROM lots
    INNER JOIN uses ON uses.customer_id = lots.customer_id
        AND uses.ends > lots.ends - lots.points AND uses.ends - uses.points < lots.ends
),
totals AS (
    SELECT customer_id, MAX(ends) AS ends FROM uses GROUP BY customer_id
),
held AS (
    SELECT lots.earned_at, LEAST(lots.points, lots.ends - COALESCE(totals.ends, 0)) AS points
    FROM lots
    LEFT JOIN totals ON totals.customer_id = lots.customer_id
    WHERE lots.ends > COALESCE(totals.ends, 0)
),
fates AS (
    SELECT
        CASE WHEN event = 'redeem' THEN 'redeemed' ELSE 'expired' END AS fate,
        GREATEST(DATE_DIFF('second', earned_at, used_at), 0) AS seconds,
        points
    FROM used
    UNION ALL
    SELECT 'held' AS fate, DATE_DIFF('second', earned_at, CAST($ends_at AS TIMESTAMP)) AS seconds, points FROM held
    UNION ALL
    SELECT 'unearned' AS fate, 0 AS seconds, totals.ends - COALESCE(earned.points, 0) AS points
    FROM totals
    LEFT JOIN earned ON earned.customer_id = totals.customer_id
    WHERE totals.ends > COALESCE(earned.points, 0)
)
SELECT CAST(FLOOR(seconds / CAST($length AS DOUBLE)) AS INTEGER) AS age_months, fate, SUM(points) AS points
FROM fates
GROUP BY age_months, fate
ORDER BY age_months, fate
