-- One row per list and customer who has its label or is under way in its chain: on the list, or left out for the first reason.
WITH members AS (
    SELECT wanted.list, labels.customer_id
    FROM audience_labels AS labels
    INNER JOIN audience_wanted AS wanted ON wanted.label = labels.label AND wanted.value = labels.value
),
candidates AS (
    SELECT
        COALESCE(members.list, chains.list) AS list,
        COALESCE(members.customer_id, chains.customer_id) AS customer_id,
        members.customer_id IS NOT NULL AS is_member,
        chains.campaign_id,
        COALESCE(chains.steps_done, 0) AS steps_done,
        chains.is_control,
        chains.silent_days,
        chains.returned_month IS NOT NULL AS has_returned,
        chains.campaign_id IS NOT NULL AND NOT chains.is_open AS is_over,
        COALESCE(chains.is_open, false) AS is_open
    FROM members
    FULL JOIN audience_chains AS chains ON chains.list = members.list AND chains.customer_id = members.customer_id
    -- Who left the segment stays in a chain that is open; a return is told in the month in which it happened.
    WHERE members.customer_id IS NOT NULL
        OR chains.is_open
        OR chains.returned_month = $as_of_month
),
contacted AS (
    SELECT contacts.customer_id, contacts.campaign_id, MAX(CAST(contacts."at" AS DATE)) AS last_day
    FROM contacts
    LEFT JOIN audience_words AS controls ON controls.kind = 'control_arm' AND controls.word = contacts.arm
    LEFT JOIN audience_words AS services ON services.kind = 'not_marketing' AND services.word = contacts.purpose
    WHERE contacts.month <= $as_of_month
        AND contacts.month >= $earliest_month
        AND controls.word IS NULL
        AND services.word IS NULL
    GROUP BY contacts.customer_id, contacts.campaign_id
),
-- Who was written to lately by anything but the chain itself.
lately AS (
    SELECT DISTINCT candidates.list, candidates.customer_id
    FROM candidates
    INNER JOIN audience_lists AS lists ON lists.list = candidates.list
    INNER JOIN contacted
        ON contacted.customer_id = candidates.customer_id
        AND contacted.campaign_id IS DISTINCT FROM candidates.campaign_id
        AND DATE_DIFF('day', contacted.last_day, CAST($as_of AS DATE)) < lists.min_days_since_contact
),
open_elsewhere AS (
    SELECT DISTINCT candidates.list, candidates.customer_id
    FROM candidates
    INNER JOIN audience_chains AS chains
        ON chains.customer_id = candidates.customer_id
        AND chains.list <> candidates.list
        AND chains.is_open
    WHERE NOT candidates.is_open
),
known AS (
    SELECT
        candidates.*,
        lists.place,
        lists.campaign_id AS new_campaign_id,
        lists.holdout_below,
        lists.needs_address,
        lists.channel,
        steps.step,
        steps.step_name,
        steps.days_after,
        labels.value AS segment,
        CASE lists.channel
            WHEN 'email' THEN customers.consent_email
            WHEN 'sms' THEN customers.consent_sms
            WHEN 'push' THEN customers.consent_push
        END AS consent,
        CASE lists.channel
            WHEN 'email' THEN addresses.email IS NOT NULL OR (lists.hash_will_do AND addresses.email_hash IS NOT NULL)
            WHEN 'sms' THEN addresses.phone IS NOT NULL
            ELSE true
        END AS has_address,
        lately.customer_id IS NOT NULL AS was_contacted,
        open_elsewhere.customer_id IS NOT NULL AS is_elsewhere
    FROM candidates
    INNER JOIN audience_lists AS lists ON lists.list = candidates.list
    LEFT JOIN audience_steps AS steps ON steps.list = candidates.list AND steps.step = candidates.steps_done + 1
    LEFT JOIN audience_labels AS labels
        ON labels.label = lists.label AND labels.customer_id = candidates.customer_id
    LEFT JOIN customers ON customers.customer_id = candidates.customer_id
    LEFT JOIN addresses ON addresses.customer_id = candidates.customer_id
    LEFT JOIN lately ON lately.list = candidates.list AND lately.customer_id = candidates.customer_id
    LEFT JOIN open_elsewhere
        ON open_elsewhere.list = candidates.list AND open_elsewhere.customer_id = candidates.customer_id
),
judged AS (
    SELECT
        *,
        CASE
            WHEN has_returned THEN 'came_back'
            WHEN is_over THEN 'chain_done'
            WHEN NOT consent THEN 'no_consent'
            WHEN consent IS NULL AND NOT $consent_assumed THEN 'consent_unknown'
            WHEN needs_address AND NOT has_address THEN 'no_address'
            WHEN is_open AND silent_days < days_after THEN 'not_yet_due'
            WHEN was_contacted THEN 'contacted_lately'
            WHEN is_elsewhere THEN 'on_another_list'
        END AS reason
    FROM known
),
-- Who fits several lists is on one: where a chain is under way, else the first.
chosen AS (
    SELECT customer_id, MIN(CASE WHEN is_open THEN place - 1000 ELSE place END) AS best
    FROM judged
    WHERE reason IS NULL
    GROUP BY customer_id
),
settled AS (
    SELECT
        judged.*,
        COALESCE(judged.reason, CASE
            WHEN chosen.best < CASE WHEN judged.is_open THEN judged.place - 1000 ELSE judged.place END
                THEN 'on_another_list'
        END) AS left_out,
        -- A chain keeps the campaign that it began with, and with it the arm.
        CASE WHEN judged.is_open THEN judged.campaign_id ELSE judged.new_campaign_id END AS listed_campaign_id
    FROM judged
    LEFT JOIN chosen ON chosen.customer_id = judged.customer_id
)
SELECT
    list,
    customer_id,
    segment,
    is_member,
    left_out,
    CASE WHEN left_out IS NULL THEN listed_campaign_id END AS campaign_id,
    CASE WHEN left_out IS NULL THEN step END AS step,
    CASE WHEN left_out IS NULL THEN step_name END AS step_name,
    CASE
        WHEN left_out IS NOT NULL THEN NULL
        WHEN is_open AND is_control = 1 THEN 'control'
        WHEN is_open THEN 'treatment'
        -- Eight hexadecimal digits of a digest, as text: every engine draws the same arm for a customer and a campaign.
        WHEN SUBSTR(MD5(listed_campaign_id || ' ' || customer_id), 1, 8) < holdout_below THEN 'control'
        ELSE 'treatment'
    END AS arm
FROM settled
