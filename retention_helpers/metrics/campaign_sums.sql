-- One row per campaign and arm: customers whose window is over and who still wait, and sums over the former: what they did, cost, and had done before.
SELECT
    campaign_id,
    arm,
    is_control,
    CAST(MIN(first_at) AS DATE) AS begins_on,
    MIN(window_days) AS window_days,
    MAX(is_standing) AS is_standing,
    MIN(purpose) AS purpose,
    MAX(purpose) AS last_purpose,
    MIN(channel) AS channel,
    MAX(channel) AS last_channel,
    COUNT(*) AS customers,
    SUM(is_control * is_reached) AS reached_controls,
    SUM(is_over) AS n,
    SUM(is_over * contacts) AS contacts,
    CASE WHEN SUM(CASE WHEN cost_cents IS NULL THEN is_over ELSE 0 END) = 0
        THEN SUM(CASE WHEN is_over = 1 THEN cost_cents ELSE 0 END) END AS cost_cents,
    SUM(is_over * is_opened) AS opened,
    SUM(is_over * is_clicked) AS clicked,
    SUM(is_over * is_back) AS back,
    SUM(is_over * is_back * orders_180_days) AS back_x,
    SUM(CASE WHEN revenue_cents = 0 THEN 0 ELSE is_over END) AS revenue_not_zero,
    SUM(is_over * revenue_cents) AS revenue,
    SUM(is_over * CAST(revenue_cents AS DECIMAL(18, 0)) * CAST(revenue_cents AS DECIMAL(18, 0))) AS revenue_squares,
    SUM(is_over * revenue_cents * orders_180_days) AS revenue_x,
    SUM(is_over * orders_before) AS orders_before,
    SUM(is_over * orders_before * orders_before) AS orders_before_squares,
    SUM(is_over * orders_180_days) AS orders_180_days,
    SUM(is_over * orders_180_days * orders_180_days) AS orders_180_days_squares,
    SUM(is_over * spend_before_cents) AS spend_before,
    SUM(is_over * CAST(spend_before_cents AS DECIMAL(18, 0)) * CAST(spend_before_cents AS DECIMAL(18, 0)))
        AS spend_before_squares,
    -- Who has never ordered has no such day.
    SUM(CASE WHEN days_since_last_order IS NULL THEN 0 ELSE is_over END) AS days_since_last_order_n,
    SUM(is_over * days_since_last_order) AS days_since_last_order,
    SUM(is_over * days_since_last_order * days_since_last_order) AS days_since_last_order_squares
FROM units
GROUP BY campaign_id, arm, is_control
