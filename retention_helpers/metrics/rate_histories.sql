-- One row per customer of a bucket: events after the first day of the first, before and within the last days up to as_of.
WITH event_days AS (
    SELECT
        customer_id,
        event_day
    FROM rate_events
    WHERE event_day <= CAST($as_of AS DATE)
        AND CAST(HASH(customer_id) & 1023 AS INTEGER) % $buckets = $bucket
    GROUP BY customer_id, event_day
),
starts AS (
    SELECT
        customer_id,
        MIN(event_day) AS first_day
    FROM event_days
    GROUP BY customer_id
)
SELECT
    event_days.customer_id,
    CAST(SUM(CASE
        WHEN event_days.event_day > starts.first_day AND event_days.event_day <= CAST($recent_from AS DATE) THEN 1 ELSE 0
    END) AS INTEGER) AS events_before,
    CAST(DATE_DIFF('day', starts.first_day, CAST($recent_from AS DATE)) AS INTEGER) AS days_before,
    CAST(SUM(CASE WHEN event_days.event_day > CAST($recent_from AS DATE) THEN 1 ELSE 0 END) AS INTEGER) AS events_recent
FROM event_days
INNER JOIN starts ON starts.customer_id = event_days.customer_id
WHERE starts.first_day <= CAST($known_from AS DATE)
GROUP BY event_days.customer_id, starts.first_day
HAVING MAX(CASE WHEN event_days.event_day <= CAST($recent_from AS DATE) THEN event_days.event_day END)
    > CAST($active_from AS DATE)
