-- One row per row of the source in this month: what it is booked as, or why it is left out.
WITH named AS (
    SELECT
        lines.*,
        coalesce(identities.customer_id, lines.customer_id) AS person_id,
        CAST(lines.ordered_at AS DATE) AS day,
        coalesce(lines.amount_cents < 0, false)
            OR coalesce(lines.quantity < 0, false)
            OR coalesce(starts_with(lines.order_id, rules.cancellation_prefix), false)
            OR coalesce(lines.status IN (SELECT value FROM rule_values WHERE rule = 'refund_status'), false) AS is_refund
    FROM month_lines AS lines
    CROSS JOIN rules
    LEFT JOIN identities ON identities.alias_id = lines.customer_id
),
test_people AS (
    SELECT DISTINCT ids.customer_id
    FROM (SELECT DISTINCT customer_id FROM named UNION SELECT DISTINCT person_id FROM named) AS ids
    INNER JOIN rule_values AS listed
        ON listed.rule = 'test_customer'
        AND (listed.value = ids.customer_id OR (listed.is_prefix AND starts_with(ids.customer_id, listed.value)))
),
non_products AS (
    SELECT DISTINCT ids.product_id
    FROM (SELECT DISTINCT product_id FROM named) AS ids
    INNER JOIN rule_values AS listed
        ON listed.rule = 'non_product'
        AND (listed.value = ids.product_id OR (listed.is_prefix AND starts_with(ids.product_id, listed.value)))
),
judged AS (
    SELECT
        named.*,
        CASE
            WHEN named.is_filtered THEN 'filtered'
            WHEN named.copy_number > 1 THEN 'duplicate'
            WHEN named.amount_cents IS NULL THEN 'unreadable_amount'
            WHEN upper(named.currency) <> rules.currency THEN 'other_currency'
            WHEN named.customer_id IN (SELECT customer_id FROM test_people)
                OR named.person_id IN (SELECT customer_id FROM test_people) THEN 'test_order'
            WHEN named.person_id IS NULL THEN 'no_customer'
            WHEN coalesce(named.status IN (SELECT value FROM rule_values WHERE rule = 'void_status'), false) THEN 'void_status'
            WHEN rules.non_product_lines = 'drop' AND named.product_id IN (SELECT product_id FROM non_products)
                THEN 'non_product'
        END AS left_out,
        CASE WHEN named.is_refund THEN -abs(named.amount_cents) ELSE named.amount_cents END AS booked_cents,
        CASE WHEN named.is_refund THEN -abs(named.quantity) ELSE named.quantity END AS booked_quantity,
        -- Exports that mark a refund by its number or status alone leave the amounts positive, and the margin with them.
        CASE WHEN named.is_refund AND named.amount_cents > 0 THEN -named.margin_cents ELSE named.margin_cents END AS booked_margin_cents,
        -- Where nothing names an order, each row is one; several orders of a day stay separate unless the rule merges them.
        CASE
            WHEN rules.same_day_orders = 'merge' THEN named.person_id || ' ' || CAST(named.day AS VARCHAR)
            WHEN named.order_id IS NOT NULL THEN named.order_id
            ELSE named.customer_id || ' ' || CAST(named.ordered_at AS VARCHAR) || ' ' || CAST(named.line_number AS VARCHAR)
        END AS order_key
    FROM named
    CROSS JOIN rules
),
sales AS (
    SELECT person_id, order_key, order_id, product_id, ordered_at FROM judged WHERE left_out IS NULL AND NOT is_refund
),
refunds AS (
    SELECT DISTINCT person_id, order_id, refund_of, product_id, ordered_at, names_earlier_order
    FROM judged
    WHERE left_out IS NULL AND is_refund
),
-- A refund belongs to the order it names; where it names none (of this month or an earlier one), to the latest earlier
-- order of the same customer with the same product.
named_orders AS (
    SELECT
        refunds.person_id, refunds.order_id, refunds.refund_of, refunds.product_id, refunds.ordered_at,
        min(sales.order_key) AS order_key
    FROM refunds
    INNER JOIN sales
        ON sales.person_id = refunds.person_id AND sales.order_id = coalesce(refunds.refund_of, refunds.order_id)
    GROUP BY refunds.person_id, refunds.order_id, refunds.refund_of, refunds.product_id, refunds.ordered_at
),
earlier_orders AS (
    SELECT
        refunds.person_id, refunds.order_id, refunds.refund_of, refunds.product_id, refunds.ordered_at, sales.order_key,
        row_number() OVER (
            PARTITION BY refunds.person_id, refunds.order_id, refunds.product_id, refunds.ordered_at
            ORDER BY sales.ordered_at DESC, sales.order_key DESC
        ) AS nearness
    FROM refunds
    INNER JOIN sales
        ON sales.person_id = refunds.person_id
        AND sales.product_id IS NOT DISTINCT FROM refunds.product_id
        AND sales.ordered_at <= refunds.ordered_at
    LEFT JOIN sales AS own ON own.person_id = refunds.person_id AND own.order_id = refunds.order_id
    WHERE refunds.refund_of IS NULL AND own.order_id IS NULL AND NOT refunds.names_earlier_order
),
matched AS (
    SELECT person_id, order_id, refund_of, product_id, ordered_at, order_key FROM named_orders
    UNION ALL
    SELECT person_id, order_id, refund_of, product_id, ordered_at, order_key FROM earlier_orders WHERE nearness = 1
),
joined AS (
    SELECT
        judged.* EXCLUDE (order_key),
        CASE WHEN judged.is_refund THEN matched.order_key ELSE judged.order_key END AS order_key
    FROM judged
    LEFT JOIN matched
        ON judged.is_refund
        AND matched.person_id = judged.person_id
        AND matched.order_id IS NOT DISTINCT FROM judged.order_id
        AND matched.refund_of IS NOT DISTINCT FROM judged.refund_of
        AND matched.product_id IS NOT DISTINCT FROM judged.product_id
        AND matched.ordered_at = judged.ordered_at
),
order_sums AS (
    SELECT
        person_id, order_key,
        sum(booked_cents) AS net_cents,
        sum(CASE WHEN is_refund THEN 1 ELSE 0 END) AS refund_rows
    FROM joined
    WHERE left_out IS NULL AND order_key IS NOT NULL
    GROUP BY person_id, order_key
)
SELECT
    joined.month,
    joined.ordered_at,
    joined.person_id AS customer_id,
    joined.order_key AS order_id,
    joined.order_id AS source_order_id,
    joined.refund_of,
    joined.product_id,
    joined.product_name,
    joined.category,
    joined.channel,
    joined.booked_quantity AS quantity,
    CAST(coalesce(joined.booked_cents, 0) AS BIGINT) AS amount_cents,
    joined.booked_margin_cents AS margin_cents,
    joined.is_refund,
    CASE
        WHEN joined.left_out IS NOT NULL THEN joined.left_out
        WHEN joined.order_key IS NULL THEN 'refund_later'
        WHEN order_sums.net_cents > 0 THEN 'counted'
        WHEN order_sums.refund_rows > 0 THEN 'cancelled_in_month'
        WHEN rules.zero_amount_orders = 'keep' THEN 'counted'
        ELSE 'zero_amount'
    END AS reason
FROM joined
CROSS JOIN rules
LEFT JOIN order_sums ON order_sums.person_id = joined.person_id AND order_sums.order_key = joined.order_key
    AND joined.left_out IS NULL
