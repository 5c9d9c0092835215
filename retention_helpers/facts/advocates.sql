-- One row per customer and unbroken span of months in which they speak for the company: a promoter's answer within a year, or a referral.
WITH spoken AS (
    SELECT customer_id, CAST(month AS INTEGER) AS start_month, CAST(month + 12 AS INTEGER) AS end_month
    FROM feedback
    WHERE lower(question) = 'nps' AND score BETWEEN 9 AND 10 AND customer_id IS NOT NULL
    UNION ALL
    -- Who referred somebody has done so for good, from when that customer is known: the end is no month at all.
    SELECT referred_by, CAST(known_month AS INTEGER), 99999
    FROM customers
    WHERE referred_by <> customer_id AND known_month IS NOT NULL
),
followed AS (
    SELECT
        *,
        max(end_month) OVER (
            PARTITION BY customer_id ORDER BY start_month, end_month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_until
    FROM spoken
),
numbered AS (
    SELECT
        *,
        sum(CASE WHEN covered_until >= start_month THEN 0 ELSE 1 END) OVER (
            PARTITION BY customer_id ORDER BY start_month, end_month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS span_number
    FROM followed
)
SELECT
    customer_id,
    min(start_month) AS start_month,
    -- The first month in which it is over.
    max(end_month) AS end_month
FROM numbered
GROUP BY customer_id, span_number
