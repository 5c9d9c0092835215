-- One row per stage of life: known customers, and those who consented to a channel and have an address there.
WITH staged AS (
    ${staged_customers}
),
-- Where the source gives no address at all, consent alone must do.
listed AS (
    SELECT
        COALESCE(MAX(CASE WHEN has_email THEN 1 ELSE 0 END), 0) AS with_email,
        COALESCE(MAX(CASE WHEN has_phone THEN 1 ELSE 0 END), 0) AS with_phone
    FROM customers
),
reached AS (
    SELECT
        staged.life_stage,
        CASE WHEN customers.consent_email THEN 1 ELSE 0 END AS consents_email,
        CASE WHEN customers.consent_sms THEN 1 ELSE 0 END AS consents_sms,
        CASE WHEN customers.consent_push THEN 1 ELSE 0 END AS consents_push,
        CASE WHEN customers.consent_email AND (customers.has_email OR listed.with_email = 0) THEN 1 ELSE 0 END AS email,
        CASE WHEN customers.consent_sms AND (customers.has_phone OR listed.with_phone = 0) THEN 1 ELSE 0 END AS sms,
        CASE WHEN customers.consent_push THEN 1 ELSE 0 END AS push,
        CASE WHEN COALESCE(customers.consent_email, customers.consent_sms, customers.consent_push) IS NOT NULL
            THEN 1 ELSE 0 END AS is_told
    FROM staged
    INNER JOIN customers ON customers.customer_id = staged.customer_id
    CROSS JOIN listed
)
SELECT
    life_stage,
    COUNT(*) AS n,
    SUM(is_told) AS told,
    SUM(consents_email) AS consents_email,
    SUM(consents_sms) AS consents_sms,
    SUM(consents_push) AS consents_push,
    SUM(CASE WHEN consents_email + consents_sms + consents_push > 0 THEN 1 ELSE 0 END) AS consents_any,
    SUM(email) AS email,
    SUM(sms) AS sms,
    SUM(push) AS push,
    SUM(CASE WHEN email + sms + push > 0 THEN 1 ELSE 0 END) AS any_channel
FROM reached
GROUP BY life_stage
