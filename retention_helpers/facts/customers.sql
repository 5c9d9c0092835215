-- One row per known customer, with or without orders: since when, first order and what it was, totals to date, attributes.
WITH ranked AS (
    SELECT
        customer_id, ordered_at, channel, category, month,
        row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id) AS order_number
    FROM orders_valid
),
bought AS (
    SELECT
        customer_id,
        min(ordered_at) AS first_order_at,
        max(CASE WHEN order_number = 2 THEN ordered_at END) AS second_order_at,
        max(ordered_at) AS last_order_at,
        min(month) AS first_month,
        max(CASE WHEN order_number = 1 THEN channel END) AS first_channel,
        max(CASE WHEN order_number = 1 THEN category END) AS first_category,
        count(*) AS orders
    FROM ranked
    GROUP BY customer_id
),
spent AS (
    SELECT customer_id, CAST(sum(revenue_cents) AS BIGINT) AS revenue_cents FROM customer_months GROUP BY customer_id
),
distinct_people AS (
    SELECT DISTINCT
        customer_id, registered_at, gender, birth_year, city, country, source, referred_by, consent_email, consent_sms,
        consent_push, manager,
        -- Whether there is an address, never which.
        email IS NOT NULL AS has_email,
        phone IS NOT NULL AS has_phone
    FROM people
),
-- Who is described in several ways has the description that was registered first; the rest makes the choice always the same.
described AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY customer_id
            ORDER BY registered_at, source, city, country, manager, gender, birth_year, referred_by, consent_email,
                consent_sms, consent_push, has_email, has_phone
        ) AS copy_number
    FROM distinct_people
),
everyone AS (
    SELECT customer_id FROM spent
    UNION
    SELECT customer_id FROM described
)
SELECT
    everyone.customer_id,
    bought.first_order_at,
    bought.second_order_at,
    bought.last_order_at,
    -- From the registration or the first order, whichever came first; missing where neither has a date.
    CAST(least(
        bought.first_month, year(described.registered_at) * 12 + month(described.registered_at) - 1
    ) AS SMALLINT) AS known_month,
    bought.first_month,
    bought.first_channel,
    bought.first_category,
    coalesce(bought.orders, 0) AS orders,
    coalesce(spent.revenue_cents, 0) AS revenue_cents,
    described.registered_at,
    described.gender,
    described.birth_year,
    described.city,
    described.country,
    described.source,
    described.referred_by,
    described.consent_email,
    described.consent_sms,
    described.consent_push,
    coalesce(described.has_email, false) AS has_email,
    coalesce(described.has_phone, false) AS has_phone,
    described.manager
FROM everyone
LEFT JOIN bought ON bought.customer_id = everyone.customer_id
LEFT JOIN spent ON spent.customer_id = everyone.customer_id
LEFT JOIN described ON described.customer_id = everyone.customer_id AND described.copy_number = 1
