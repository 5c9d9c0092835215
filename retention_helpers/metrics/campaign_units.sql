-- One row per campaign shown and customer of its contacts: whether its window is over, what it ordered within it, and what was known before.
WITH spans AS (
    SELECT campaign_id, MIN(first_at) AS begins_at, MAX(first_at) AS last_first_at, MAX(month) AS last_month
    FROM campaign_firsts
    GROUP BY campaign_id
),
-- A campaign that goes on beginning with new customers for longer than its window is a standing one.
kinds AS (
    SELECT
        spans.campaign_id,
        spans.last_first_at,
        rules.window_days,
        CASE WHEN DATE_DIFF('second', spans.begins_at, spans.last_first_at) > 86400 * rules.window_days
            THEN 1 ELSE 0 END AS is_standing
    FROM spans
    INNER JOIN campaign_rules AS rules ON rules.campaign_id = spans.campaign_id
    WHERE spans.last_month > $after_month
),
shown AS (
    SELECT
        firsts.*,
        kinds.window_days,
        kinds.is_standing,
        -- Of a standing campaign each customer's own window counts; of any other all wait for the last.
        CASE WHEN DATE_DIFF(
            'second',
            CASE WHEN kinds.is_standing = 1 THEN firsts.first_at ELSE kinds.last_first_at END,
            CAST($ends_at AS TIMESTAMP)
        ) >= 86400 * kinds.window_days THEN 1 ELSE 0 END AS is_over
    FROM campaign_firsts AS firsts
    INNER JOIN kinds ON kinds.campaign_id = firsts.campaign_id
),
timed AS (
    SELECT
        shown.campaign_id,
        shown.customer_id,
        shown.window_days,
        shown.month AS contact_month,
        orders.month AS order_month,
        orders.amount_cents,
        orders.margin_cents,
        DATE_DIFF('second', shown.first_at, orders.ordered_at) AS seconds
    FROM shown
    INNER JOIN orders_valid AS orders ON orders.customer_id = shown.customer_id
    WHERE orders.month <= $as_of_month
),
counted AS (
    SELECT
        campaign_id,
        customer_id,
        SUM(CASE WHEN seconds > 0 AND seconds <= 86400 * window_days THEN 1 ELSE 0 END) AS orders_after,
        MIN(CASE WHEN seconds > 0 AND seconds <= 86400 * window_days THEN seconds END) AS seconds_to_order,
        SUM(CASE WHEN seconds > 0 AND seconds <= 86400 * window_days THEN amount_cents ELSE 0 END) AS revenue_cents,
        SUM(CASE WHEN seconds <= 0 THEN 1 ELSE 0 END) AS orders_before,
        SUM(CASE WHEN seconds <= 0 AND seconds > -86400 * 180 THEN 1 ELSE 0 END) AS orders_180_days,
        SUM(CASE WHEN seconds <= 0 THEN amount_cents ELSE 0 END) AS spend_before_cents,
        MAX(CASE WHEN seconds <= 0 THEN seconds END) AS seconds_since_order,
        MAX(CASE WHEN seconds <= 0 THEN order_month END) AS order_month,
        MAX(CASE WHEN seconds <= 0 AND order_month < contact_month THEN order_month END) AS full_month
    FROM timed
    GROUP BY campaign_id, customer_id
),
-- The month with an order before the last one: the last full month's own, unless the contact's month has one already.
placed AS (
    SELECT
        counted.*,
        CASE WHEN counted.order_month > counted.full_month THEN counted.full_month ELSE months.previous_month END
            AS earlier_month
    FROM counted
    LEFT JOIN customer_months AS months
        ON months.customer_id = counted.customer_id AND months.month = counted.full_month
),
staged AS (
    SELECT
        shown.*,
        COALESCE(placed.orders_before, 0) AS orders,
        placed.order_month AS last_month,
        placed.earlier_month,
        advocates.customer_id IS NOT NULL AS is_advocate,
        COALESCE(placed.orders_after, 0) AS orders_after,
        placed.seconds_to_order,
        COALESCE(placed.revenue_cents, 0) AS revenue_cents,
        COALESCE(placed.orders_180_days, 0) AS orders_180_days,
        COALESCE(placed.spend_before_cents, 0) AS spend_before_cents,
        placed.seconds_since_order
    FROM shown
    LEFT JOIN placed ON placed.campaign_id = shown.campaign_id AND placed.customer_id = shown.customer_id
    LEFT JOIN advocates
        ON advocates.customer_id = shown.customer_id
        AND advocates.start_month < shown.month
        AND advocates.end_month >= shown.month
)
SELECT
    campaign_id,
    customer_id,
    arm,
    is_control,
    purpose,
    channel,
    ${life_stage_now} AS life_stage,
    first_at,
    window_days,
    is_over,
    is_standing,
    steps,
    contacts,
    cost_cents,
    is_opened,
    is_clicked,
    is_reached,
    CASE WHEN orders_after > 0 THEN 1 ELSE 0 END AS is_back,
    seconds_to_order / CAST(86400 AS DOUBLE) AS days_to_order,
    revenue_cents,
    orders AS orders_before,
    orders_180_days,
    spend_before_cents,
    CAST(FLOOR(-seconds_since_order / CAST(86400 AS DOUBLE)) AS INTEGER) AS days_since_last_order
FROM staged
