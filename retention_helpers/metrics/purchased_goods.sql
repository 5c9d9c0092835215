-- One row per group, bucket of customers, good and channel: net spend up to as_of. Goods beyond the twenty largest are "other".
WITH booked AS (
    SELECT
        customer_id,
        amount_cents,
        COALESCE(channel, 'unassigned') AS channel,
        COALESCE(CASE WHEN $goods = 'product' THEN product_id ELSE category END, 'unassigned') AS good,
        CASE WHEN $goods = 'product' THEN product_name ELSE category END AS label
    FROM order_lines
    WHERE month <= $as_of_month
        AND reason IN ('counted', 'refund_later', 'cancelled_in_month')
),
goods AS (
    SELECT
        good,
        COALESCE(MAX(label), good) AS label,
        SUM(amount_cents) AS spend_cents
    FROM booked
    WHERE good <> 'unassigned'
    GROUP BY good
),
no_goods AS (
    SELECT DISTINCT goods.good
    FROM goods
    INNER JOIN left_out
        ON left_out.value = goods.good
        OR (left_out.is_prefix AND STARTS_WITH(goods.good, left_out.value))
),
largest AS (
    SELECT
        goods.good,
        goods.label
    FROM goods
    LEFT JOIN no_goods ON no_goods.good = goods.good
    WHERE no_goods.good IS NULL
    ORDER BY goods.spend_cents DESC, goods.good
    LIMIT 20
),
named AS (
    SELECT
        grouped.group_name,
        grouped.bucket,
        CASE WHEN booked.good = 'unassigned' THEN 'unassigned' ELSE COALESCE(largest.label, 'other') END AS good,
        booked.channel,
        booked.amount_cents
    FROM booked
    INNER JOIN grouped ON grouped.customer_id = booked.customer_id
    LEFT JOIN largest ON largest.good = booked.good
)
SELECT
    group_name,
    bucket,
    good,
    channel,
    SUM(amount_cents) AS amount
FROM named
GROUP BY group_name, bucket, good, channel
ORDER BY group_name, bucket, good, channel
