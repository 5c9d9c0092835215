-- One row per known customer, with or without orders: since when, first order and what it was, totals to date, attributes.
WITH early_orders AS (
    SELECT
        orders.customer_id, orders.ordered_at, orders.channel, orders.category,
        row_number() OVER (PARTITION BY orders.customer_id ORDER BY orders.ordered_at, orders.order_id
        ) AS order_number
    FROM customer_months AS months
    INNER JOIN orders_valid AS orders ON orders.customer_id = months.customer_id AND orders.month = months.month
    -- The months of the first two orders: to number all orders of everybody is another thing.
    WHERE months.orders > 0 AND months.orders_so_far - months.orders < 2
),
begun AS (
    SELECT
        customer_id,
        max(CASE WHEN order_number = 1 THEN ordered_at END) AS first_order_at,
        max(CASE WHEN order_number = 2 THEN ordered_at END) AS second_order_at,
        max(CASE WHEN order_number = 1 THEN channel END) AS first_channel,
        max(CASE WHEN order_number = 1 THEN category END) AS first_category
    FROM early_orders
    GROUP BY customer_id
),
bought AS (
    SELECT customer_id, max(ordered_at) AS last_order_at, min(month) AS first_month, count(*) AS orders
    FROM orders_valid
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
    begun.first_order_at,
    begun.second_order_at,
    bought.last_order_at,
    -- From the registration or the first order, whichever came first; missing where neither has a date.
    CAST(least(
        bought.first_month, year(described.registered_at) * 12 + month(described.registered_at) - 1
    ) AS SMALLINT) AS known_month,
    bought.first_month,
    begun.first_channel,
    begun.first_category,
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
LEFT JOIN begun ON begun.customer_id = everyone.customer_id
LEFT JOIN spent ON spent.customer_id = everyone.customer_id
LEFT JOIN described ON described.customer_id = everyone.customer_id AND described.copy_number = 1
