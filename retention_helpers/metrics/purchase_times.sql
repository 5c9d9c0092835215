-- One row per group, bucket of customers, kind of day and part of day: orders up to as_of. 1900-01-01 was a Monday.
WITH placed AS (
    SELECT
        customer_id,
        MOD(DATE_DIFF('day', CAST('1900-01-01' AS DATE), CAST(ordered_at AS DATE)), 7) AS weekday,
        EXTRACT(HOUR FROM ordered_at) AS hour_of_day
    FROM orders_valid
    WHERE month <= $as_of_month
),
named AS (
    SELECT
        grouped.group_name,
        grouped.bucket,
        CASE WHEN placed.weekday < 5 THEN 'weekday' ELSE 'weekend' END AS day_kind,
        CASE
            WHEN placed.hour_of_day < 6 THEN 'night'
            WHEN placed.hour_of_day < 12 THEN 'morning'
            WHEN placed.hour_of_day < 18 THEN 'afternoon'
            ELSE 'evening'
        END AS day_part
    FROM placed
    INNER JOIN grouped ON grouped.customer_id = placed.customer_id
)
SELECT
    group_name,
    bucket,
    day_kind,
    day_part,
    COUNT(*) AS amount
FROM named
GROUP BY group_name, bucket, day_kind, day_part
ORDER BY group_name, bucket, day_kind, day_part
