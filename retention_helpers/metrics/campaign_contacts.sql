-- One row per reason: contacts that count, or why they do not.
WITH spans AS (
    SELECT campaign_id, MAX(month) AS last_month
    FROM campaign_firsts
    GROUP BY campaign_id
),
judged AS (
    SELECT
        CASE
            WHEN services.word IS NOT NULL THEN 'service'
            WHEN contacts.customer_id IS NULL THEN 'no_customer'
            WHEN contacts.arm IS NULL THEN 'no_arm'
            WHEN spans.last_month <= $after_month THEN 'earlier'
            ELSE 'counted'
        END AS reason
    FROM contacts
    LEFT JOIN audience_words AS services ON services.kind = 'not_marketing' AND services.word = contacts.purpose
    LEFT JOIN spans ON spans.campaign_id = contacts.campaign_id
    WHERE contacts.month <= $as_of_month
)
SELECT reason, COUNT(*) AS contacts
FROM judged
GROUP BY reason
