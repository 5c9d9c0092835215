-- One row per list and customer in a chain that is not yet forgotten: how far it went, in which arm, and whether it is still open.
WITH campaigns AS (
    SELECT named.campaign_id, lists.list
    FROM (SELECT DISTINCT campaign_id FROM contacts WHERE month <= $as_of_month) AS named
    -- A campaign of ours is called by its list and the month in which its customers began: win_back-2026-10.
    INNER JOIN audience_lists AS lists
        ON STARTS_WITH(named.campaign_id, lists.list || '-')
        AND LENGTH(named.campaign_id) = LENGTH(lists.list) + 8
),
chains AS (
    SELECT
        campaigns.list,
        contacts.customer_id,
        contacts.campaign_id,
        MIN(contacts."at") AS first_at,
        MAX(CAST(contacts."at" AS DATE)) AS last_day,
        MAX(COALESCE(contacts.step, 1)) AS steps_done,
        -- Whoever was written to once is no control any more.
        MIN(CASE WHEN controls.word IS NULL THEN 0 ELSE 1 END) AS is_control
    FROM contacts
    INNER JOIN campaigns ON campaigns.campaign_id = contacts.campaign_id
    LEFT JOIN audience_words AS controls ON controls.kind = 'control_arm' AND controls.word = contacts.arm
    WHERE contacts.month <= $as_of_month
        AND contacts.customer_id IS NOT NULL
    GROUP BY campaigns.list, contacts.customer_id, contacts.campaign_id
),
numbered_chains AS (
    SELECT
        *,
        DATE_DIFF('day', last_day, CAST($as_of AS DATE)) AS silent_days,
        ROW_NUMBER() OVER (PARTITION BY list, customer_id ORDER BY campaign_id DESC) AS nearness
    FROM chains
),
latest_chains AS (
    SELECT list, customer_id, campaign_id, first_at, steps_done, is_control, silent_days
    FROM numbered_chains
    WHERE nearness = 1
        AND silent_days <= $rest_days
),
returns AS (
    SELECT latest.list, latest.customer_id, MIN(orders.month) AS returned_month
    FROM latest_chains AS latest
    INNER JOIN orders_valid AS orders
        ON orders.customer_id = latest.customer_id
        AND orders.ordered_at > latest.first_at
    WHERE orders.month <= $as_of_month
    GROUP BY latest.list, latest.customer_id
)
SELECT
    latest.list,
    latest.customer_id,
    latest.campaign_id,
    latest.steps_done,
    latest.is_control,
    latest.silent_days,
    returns.returned_month,
    returns.returned_month IS NULL AND latest.steps_done < lists.steps AS is_open
FROM latest_chains AS latest
INNER JOIN audience_lists AS lists ON lists.list = latest.list
LEFT JOIN returns ON returns.list = latest.list AND returns.customer_id = latest.customer_id
