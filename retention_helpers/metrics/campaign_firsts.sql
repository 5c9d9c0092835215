-- One row per campaign and customer of its contacts: the first contact and its arm, and what the contacts came to.
WITH kinds AS (
    SELECT
        contacts.campaign_id,
        contacts.customer_id,
        contacts."at",
        contacts.arm,
        contacts.channel,
        contacts.purpose,
        COALESCE(contacts.step, 1) AS step,
        contacts.cost_cents,
        CASE WHEN contacts.opened_at < CAST($ends_at AS TIMESTAMP) THEN 1 ELSE 0 END AS is_opened,
        CASE WHEN contacts.clicked_at < CAST($ends_at AS TIMESTAMP) THEN 1 ELSE 0 END AS is_clicked,
        CASE WHEN controls.word IS NULL THEN 0 ELSE 1 END AS is_control
    FROM contacts
    LEFT JOIN audience_words AS controls ON controls.kind = 'control_arm' AND controls.word = contacts.arm
    LEFT JOIN audience_words AS services ON services.kind = 'not_marketing' AND services.word = contacts.purpose
    WHERE contacts.month <= $as_of_month
        AND contacts.customer_id IS NOT NULL
        AND contacts.arm IS NOT NULL
        AND services.word IS NULL
),
numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY campaign_id, customer_id ORDER BY "at", step, is_control DESC, arm, channel
        ) AS place
    FROM kinds
),
totals AS (
    SELECT
        campaign_id,
        customer_id,
        MAX(step) AS steps,
        SUM(1 - is_control) AS contacts,
        -- What one contact cost may not be known: then what all of them cost is not. Leaving somebody alone costs nothing.
        CASE WHEN SUM(CASE WHEN cost_cents IS NULL THEN 1 - is_control ELSE 0 END) = 0
            THEN COALESCE(SUM(cost_cents), 0) END AS cost_cents,
        MAX(is_opened) AS is_opened,
        MAX(is_clicked) AS is_clicked,
        -- What a hold-out never does: it is in another arm too, it costs, it opens.
        MAX(CASE WHEN is_control = 0 OR cost_cents > 0 OR is_opened = 1 OR is_clicked = 1 THEN 1 ELSE 0 END) AS is_reached
    FROM numbered
    GROUP BY campaign_id, customer_id
),
-- The one channel and the one purpose of those contacted, where they have just one.
named AS (
    SELECT
        campaign_id,
        CASE WHEN COUNT(DISTINCT COALESCE(channel, 'unassigned')) = 1
            THEN MIN(COALESCE(channel, 'unassigned')) END AS channel,
        CASE WHEN COUNT(DISTINCT COALESCE(purpose, 'unassigned')) = 1
            THEN MIN(COALESCE(purpose, 'unassigned')) END AS purpose
    FROM numbered
    WHERE place = 1 AND is_control = 0
    GROUP BY campaign_id
)
SELECT
    first.campaign_id,
    first.customer_id,
    first."at" AS first_at,
    CAST(YEAR(first."at") * 12 + MONTH(first."at") - 1 AS SMALLINT) AS month,
    first.arm,
    first.is_control,
    -- Nobody writes to a hold-out: it is compared with those contacted, whatever its own rows name.
    COALESCE(CASE WHEN first.is_control = 1 THEN named.channel END, first.channel, 'unassigned') AS channel,
    COALESCE(CASE WHEN first.is_control = 1 THEN named.purpose END, first.purpose, 'unassigned') AS purpose,
    totals.steps,
    totals.contacts,
    totals.cost_cents,
    totals.is_opened,
    totals.is_clicked,
    totals.is_reached
FROM numbered AS first
INNER JOIN totals ON totals.campaign_id = first.campaign_id AND totals.customer_id = first.customer_id
LEFT JOIN named ON named.campaign_id = first.campaign_id
WHERE first.place = 1
