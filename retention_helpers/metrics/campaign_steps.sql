-- One row per campaign of several steps, and step: who reached it in either arm, on which days it counts, and who came back on them.
WITH reached AS (
    SELECT
        units.campaign_id,
        COALESCE(contacts.step, 1) AS step,
        COUNT(DISTINCT CASE WHEN units.is_control = 0 THEN units.customer_id END) AS contacted,
        COUNT(DISTINCT CASE WHEN units.is_control = 1 THEN units.customer_id END) AS held_out,
        -- When those contacted had it, as a rule: the same days for both arms.
        MEDIAN(CASE WHEN units.is_control = 0
            THEN DATE_DIFF('second', units.first_at, contacts."at") / CAST(86400 AS DOUBLE) END) AS from_day
    FROM units
    INNER JOIN contacts ON contacts.campaign_id = units.campaign_id AND contacts.customer_id = units.customer_id
    WHERE units.is_over = 1
        AND contacts.month <= $as_of_month
    GROUP BY units.campaign_id, COALESCE(contacts.step, 1)
),
-- A step that most had before an earlier one waits for that one: else the days between would count twice.
ordered AS (
    SELECT
        campaign_id,
        step,
        contacted,
        held_out,
        MAX(from_day) OVER (PARTITION BY campaign_id ORDER BY step) AS from_day
    FROM reached
    WHERE from_day IS NOT NULL
),
placed AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY campaign_id ORDER BY step) AS place,
        LEAD(from_day) OVER (PARTITION BY campaign_id ORDER BY step) AS to_day,
        COUNT(*) OVER (PARTITION BY campaign_id) AS steps
    FROM ordered
)
SELECT
    placed.campaign_id,
    placed.step,
    placed.from_day,
    placed.to_day,
    placed.contacted,
    placed.held_out,
    SUM(1 - units.is_control) AS began_contacted,
    SUM(units.is_control) AS began_held_out,
    SUM(CASE WHEN units.is_control = 0
        AND (units.days_to_order > placed.from_day OR placed.place = 1)
        AND (units.days_to_order <= placed.to_day OR placed.to_day IS NULL) THEN units.is_back ELSE 0 END)
        AS back_contacted,
    SUM(CASE WHEN units.is_control = 1
        AND (units.days_to_order > placed.from_day OR placed.place = 1)
        AND (units.days_to_order <= placed.to_day OR placed.to_day IS NULL) THEN units.is_back ELSE 0 END)
        AS back_held_out,
    SUM((1 - units.is_control) * units.is_back) AS whole_back_contacted,
    SUM(units.is_control * units.is_back) AS whole_back_held_out
FROM placed
INNER JOIN units ON units.campaign_id = placed.campaign_id AND units.is_over = 1
WHERE placed.steps > 1
GROUP BY placed.campaign_id, placed.step, placed.from_day, placed.to_day, placed.contacted, placed.held_out
