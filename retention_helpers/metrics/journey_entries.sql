-- One row per stage, month in which the days for the next step are over, and what followed: customers who were at the stage.
WITH helped AS (
    SELECT customer_id, "at" FROM touchpoints WHERE stage = 'support' AND month <= $as_of_month
    UNION ALL
    SELECT customer_id, "at" FROM contacts WHERE purpose = 'support' AND month <= $as_of_month
),
-- Support stands beside the way: place 0 is behind every stage, so nobody moves on to it.
events AS (
    SELECT
        customer_id, "at",
        CASE stage
            WHEN 'awareness' THEN 1 WHEN 'consideration' THEN 2 WHEN 'purchase' THEN 3 WHEN 'use' THEN 4 ELSE 5
        END AS place
    FROM touchpoints
    WHERE stage IN ('awareness', 'consideration', 'purchase', 'use', 'loyalty') AND month <= $as_of_month
    UNION ALL
    SELECT customer_id, "at", 0 AS place FROM helped
),
followed AS (
    SELECT
        customer_id,
        "at",
        place,
        MIN(CASE WHEN place = 0 THEN "at" END) OVER later AS help_at,
        MIN(CASE WHEN place > 1 THEN "at" END) OVER later AS after_1,
        MIN(CASE WHEN place > 2 THEN "at" END) OVER later AS after_2,
        MIN(CASE WHEN place > 3 THEN "at" END) OVER later AS after_3,
        MIN(CASE WHEN place > 4 THEN "at" END) OVER later AS after_4
    FROM events
    WINDOW later AS (PARTITION BY customer_id ORDER BY "at" RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
),
entered AS (
    SELECT
        customer_id,
        place,
        "at",
        CAST("at" AS DATE) + $step_days AS last_day,
        help_at,
        CASE place WHEN 1 THEN after_1 WHEN 2 THEN after_2 WHEN 3 THEN after_3 WHEN 4 THEN after_4 END AS next_at
    FROM followed
),
monthly AS (
    SELECT
        *,
        YEAR(last_day) * 12 + MONTH(last_day) - 1 AS month,
        ROW_NUMBER() OVER (
            PARTITION BY customer_id, place, YEAR(last_day) * 12 + MONTH(last_day) ORDER BY "at"
        ) AS visit
    FROM entered
),
first_visits AS (
    SELECT
        place,
        month,
        CASE WHEN next_at IS NULL THEN 0 ELSE 1 END AS has_moved,
        DATE_DIFF('day', CAST("at" AS DATE), COALESCE(CAST(next_at AS DATE), CAST($as_of AS DATE))) AS days,
        CASE
            WHEN place = 0 OR help_at > next_at THEN 0
            WHEN DATE_DIFF('day', CAST("at" AS DATE), CAST(help_at AS DATE)) <= $step_days THEN 1
            ELSE 0
        END AS was_helped
    FROM monthly
    WHERE visit = 1
)
SELECT place, month, has_moved, days, was_helped, COUNT(*) AS customers
FROM first_visits
GROUP BY place, month, has_moved, days, was_helped
