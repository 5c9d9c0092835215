-- One row per customer who can be reached: e-mail, phone, hash of the e-mail. Audiences read it and nothing else does.
WITH cleaned AS (
    SELECT
        people.customer_id,
        CASE
            -- One plain address; one that begins as a spreadsheet's formula does is rather not used.
            WHEN regexp_matches(
                lower(people.email), '^[a-z0-9_][a-z0-9.!#$%&*+/=?^_{|}~-]*@[a-z0-9-]+(\.[a-z0-9-]+)*$'
            ) THEN lower(people.email)
        END AS email,
        regexp_replace(people.phone, '[ ()./-]', '', 'g') AS phone,
        people.email_hash
    FROM people
    -- The description that counts for the customer is the one whose consents count.
    INNER JOIN customers
        ON customers.customer_id = people.customer_id
        AND customers.registered_at IS NOT DISTINCT FROM people.registered_at
        AND customers.consent_email IS NOT DISTINCT FROM people.consent_email
        AND customers.consent_sms IS NOT DISTINCT FROM people.consent_sms
        AND customers.consent_push IS NOT DISTINCT FROM people.consent_push
),
usable AS (
    SELECT
        customer_id,
        email,
        CASE
            WHEN regexp_matches(phone, '^00[0-9]{7,15}$') THEN '+' || substr(phone, 3)
            WHEN regexp_matches(phone, '^[+]?[0-9]{7,15}$') THEN phone
        END AS phone,
        coalesce(email_hash, sha256(email)) AS email_hash
    FROM cleaned
),
ranked AS (
    SELECT
        customer_id, email, phone, email_hash,
        row_number() OVER (
            PARTITION BY customer_id
            ORDER BY
                CASE WHEN email IS NULL THEN 1 ELSE 0 END, CASE WHEN phone IS NULL THEN 1 ELSE 0 END, email, phone, email_hash
        ) AS copy_number
    FROM usable
    WHERE email IS NOT NULL OR phone IS NOT NULL OR email_hash IS NOT NULL
)
SELECT customer_id, email, phone, email_hash
FROM ranked
WHERE copy_number = 1
