-- One row per customer who joined: the trial it is in, and why it is compared or left out.
SELECT
    customer_id,
    joined_at,
    index_at,
    first_order_at,
    CAST(YEAR(index_at) * 12 + MONTH(index_at) - 1 AS INTEGER) AS month,
    DATE_DIFF('second', index_at, joined_at) AS gap,
    CASE
        WHEN first_order_at IS NULL THEN 'no_order'
        WHEN index_at IS NULL OR DATE_DIFF('second', index_at, joined_at) > $recent THEN 'no_recent_order'
        WHEN DATE_DIFF('second', first_order_at, joined_at) < $known THEN 'too_new'
        ELSE 'compared'
    END AS reason
FROM programme_joins
