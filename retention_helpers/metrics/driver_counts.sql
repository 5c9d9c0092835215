-- One row per group and bucket of customers: what they did in a month and the month before it, and who of them was active.
WITH customer_windows AS (
    SELECT
        customer_id,
        bucket,
        MIN(first_month) AS first_month,
        SUM(CASE WHEN month = $month THEN orders ELSE 0 END) AS orders_now,
        SUM(CASE WHEN month = $month THEN revenue_cents ELSE 0 END) AS revenue_now,
        SUM(CASE WHEN month = $month - 1 THEN orders ELSE 0 END) AS orders_before,
        SUM(CASE WHEN month = $month - 1 THEN revenue_cents ELSE 0 END) AS revenue_before,
        MAX(CASE WHEN orders > 0 AND month < $month THEN 1 ELSE 0 END) AS at_start,
        MAX(CASE WHEN orders > 0 AND month > $month - $active_months THEN 1 ELSE 0 END) AS at_end
    FROM customer_months
    WHERE month <= $month
        AND month >= $month - $active_months
    GROUP BY customer_id, bucket
),
marked AS (
    SELECT
        COALESCE(labelled.value, 'unassigned') AS value,
        bucket,
        orders_now,
        revenue_now,
        at_start,
        at_end,
        CASE WHEN orders_now > 0 THEN 1 ELSE 0 END AS is_buyer,
        CASE WHEN orders_before > 0 THEN 1 ELSE 0 END AS is_base,
        CASE WHEN first_month = $month THEN 1 ELSE 0 END AS is_new,
        CASE WHEN first_month = $month - 1 THEN 1 ELSE 0 END AS was_new,
        CASE WHEN orders_before > 1 THEN 1 ELSE 0 END AS had_several,
        CASE WHEN orders_now > 0 AND revenue_now > 0 THEN revenue_now ELSE 0 END AS floor_now,
        CASE WHEN orders_before > 0 AND revenue_before > 0 THEN revenue_before ELSE 0 END AS floor_before
    FROM customer_windows
    LEFT JOIN labelled ON customer_windows.customer_id = labelled.customer_id
)
SELECT
    value,
    bucket,
    SUM(is_buyer) AS buyers,
    SUM(is_buyer * is_new) AS new_buyers,
    SUM(is_buyer * (1 - is_new)) AS returning_buyers,
    SUM(orders_now) AS orders,
    SUM(revenue_now) AS revenue,
    SUM(is_buyer * revenue_now) AS buyer_revenue,
    SUM(is_buyer * (1 - is_new) * revenue_now) AS returning_revenue,
    SUM(floor_before) AS base_revenue,
    SUM(is_base * floor_now) AS retained_revenue,
    SUM(CASE WHEN floor_now < floor_before THEN floor_now ELSE floor_before END) AS kept_revenue,
    SUM(is_base * was_new) AS new_base,
    SUM(is_base * was_new * is_buyer) AS new_retained,
    SUM(is_base * (1 - was_new)) AS older_base,
    SUM(is_base * (1 - was_new) * is_buyer) AS older_retained,
    SUM(is_base * was_new * had_several) AS overlap_base,
    SUM(is_base * was_new * had_several * is_buyer) AS overlap_retained,
    SUM(at_start) AS customers_start,
    SUM(at_start * at_end) AS kept,
    SUM(at_start * (1 - at_end)) AS lost,
    SUM((1 - at_start) * (1 - is_new) * at_end) AS returned
FROM marked
GROUP BY value, bucket
ORDER BY value, bucket
