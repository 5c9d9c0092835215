-- One row per month, kind (contact, answer), and what came of it: survey contacts that were answered, answers that were asked for.
WITH events AS (
    SELECT customer_id, "at", month, 1 AS is_contact
    FROM contacts
    WHERE purpose = 'survey' AND month <= $as_of_month
    UNION ALL
    SELECT customer_id, "at", month, 0 AS is_contact
    FROM answers
    WHERE judged IN ('counted', 'earlier_answer') AND customer_id IS NOT NULL
),
-- Contacts come first among events of one moment: an answer cannot come before its question.
placed AS (
    SELECT
        *,
        MIN(CASE WHEN is_contact = 0 THEN "at" END) OVER (
            PARTITION BY customer_id ORDER BY "at", is_contact DESC ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS next_answer_at,
        MIN(CASE WHEN is_contact = 1 THEN "at" END) OVER (
            PARTITION BY customer_id ORDER BY "at", is_contact DESC ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_contact_at,
        MAX(CASE WHEN is_contact = 1 THEN "at" END) OVER (
            PARTITION BY customer_id ORDER BY "at", is_contact DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS last_contact_at
    FROM events
),
judged AS (
    SELECT
        month,
        is_contact,
        CASE WHEN is_contact = 1 AND CAST("at" AS DATE) > $last_asked THEN 1 ELSE 0 END AS is_open,
        CASE
            WHEN is_contact = 0 THEN CASE WHEN DATE_DIFF('day', last_contact_at, "at") < $answer_days THEN 1 ELSE 0 END
            WHEN next_answer_at >= next_contact_at THEN 0
            WHEN DATE_DIFF('day', "at", next_answer_at) < $answer_days THEN 1
            ELSE 0
        END AS is_matched
    FROM placed
)
SELECT month, is_contact, is_open, is_matched, COUNT(*) AS events
FROM judged
GROUP BY month, is_contact, is_open, is_matched
