-- One row per bucket of customers: what they did in the window of months up to as_of_month, and in the window before it.
WITH customer_windows AS (
    SELECT
        customer_id,
        bucket,
        MIN(first_month) AS first_month,
        SUM(CASE WHEN month > $as_of_month - $months THEN orders ELSE 0 END) AS orders_now,
        SUM(CASE WHEN month > $as_of_month - $months THEN revenue_cents ELSE 0 END) AS revenue_now,
        SUM(CASE WHEN month > $as_of_month - $months THEN 0 ELSE orders END) AS orders_before,
        SUM(CASE WHEN month > $as_of_month - $months THEN 0 ELSE revenue_cents END) AS revenue_before
    FROM customer_months
    WHERE month <= $as_of_month
        AND month > $as_of_month - 2 * $months
    GROUP BY customer_id, bucket
),
marked AS (
    SELECT
        bucket,
        orders_now,
        revenue_now,
        CASE WHEN orders_now > 0 THEN 1 ELSE 0 END AS is_buyer,
        CASE WHEN orders_before > 0 THEN 1 ELSE 0 END AS is_base,
        CASE WHEN first_month > $as_of_month - $months THEN 1 ELSE 0 END AS is_new,
        CASE WHEN orders_before > 0 AND first_month > $as_of_month - 2 * $months THEN 1 ELSE 0 END AS is_new_base,
        CASE WHEN orders_before > 1 AND first_month > $as_of_month - 2 * $months THEN 1 ELSE 0 END AS is_overlap,
        CASE WHEN orders_now > 0 AND revenue_now > 0 THEN revenue_now ELSE 0 END AS floor_now,
        CASE WHEN orders_before > 0 AND revenue_before > 0 THEN revenue_before ELSE 0 END AS floor_before
    FROM customer_windows
)
SELECT
    bucket,
    SUM(is_buyer) AS buyers,
    SUM(is_buyer * is_new) AS new_buyers,
    SUM(is_buyer * (1 - is_new)) AS returning_buyers,
    SUM(orders_now) AS orders,
    SUM(revenue_now) AS revenue,
    SUM(is_buyer * revenue_now) AS buyer_revenue,
    SUM(is_buyer * (1 - is_new) * revenue_now) AS returning_revenue,
    SUM(is_base) AS base_buyers,
    SUM(floor_before) AS base_revenue,
    SUM(is_base * floor_now) AS retained_revenue,
    SUM(CASE WHEN floor_now < floor_before THEN floor_now ELSE floor_before END) AS kept_revenue,
    SUM(is_new_base) AS new_base,
    SUM(is_new_base * is_buyer) AS new_retained,
    SUM(is_base - is_new_base) AS older_base,
    SUM((is_base - is_new_base) * is_buyer) AS older_retained,
    SUM(is_overlap) AS overlap_base,
    SUM(is_overlap * is_buyer) AS overlap_retained
FROM marked
GROUP BY bucket
ORDER BY bucket
