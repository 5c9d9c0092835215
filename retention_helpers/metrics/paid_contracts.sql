-- One row per number of months: paid members who left at the end of it, and those who have stayed so long and not longer yet.
WITH joined AS (
    SELECT
        customer_id,
        MIN(CAST("at" AS DATE)) AS joined_on
    FROM memberships
    WHERE event = 'join'
        AND paid_cents > 0
        AND CAST("at" AS DATE) <= CAST($as_of AS DATE)
    GROUP BY customer_id
),
ended AS (
    SELECT
        joined.customer_id,
        joined.joined_on,
        MIN(CAST(leaving."at" AS DATE)) AS left_on
    FROM joined
    LEFT JOIN memberships AS leaving
        ON leaving.customer_id = joined.customer_id
        AND leaving.event = 'leave'
        AND CAST(leaving."at" AS DATE) >= joined.joined_on
        AND CAST(leaving."at" AS DATE) <= CAST($as_of AS DATE)
    GROUP BY joined.customer_id, joined.joined_on
),
spans AS (
    SELECT
        joined_on,
        left_on IS NOT NULL AS has_left,
        COALESCE(left_on, CAST($as_of AS DATE)) AS until
    FROM ended
),
-- A month ends on the day of joining; days past the 28th count as the 28th, for not every month has them.
counted AS (
    SELECT
        has_left,
        (YEAR(until) - YEAR(joined_on)) * 12 + MONTH(until) - MONTH(joined_on) AS months,
        LEAST(DAY(until), 28) - LEAST(DAY(joined_on), 28) AS days
    FROM spans
),
periods AS (
    SELECT
        has_left,
        -- Whoever leaves within a month has paid all of it; who is still there has stayed for the whole months alone.
        CASE WHEN has_left THEN GREATEST(months + CASE WHEN days > 0 THEN 1 ELSE 0 END, 1)
            ELSE months - CASE WHEN days < 0 THEN 1 ELSE 0 END END AS periods
    FROM counted
)
SELECT
    periods,
    COUNT(CASE WHEN has_left THEN 1 END) AS "left",
    COUNT(CASE WHEN NOT has_left THEN 1 END) AS still
FROM periods
WHERE periods >= 1
GROUP BY periods
ORDER BY periods
