-- One row per contact of a campaign.
SELECT
    events.* EXCLUDE (customer_id, is_filtered, recoded, campaign_id_text, customer_id_text, at_text, arm_text),
    coalesce(identities.customer_id, events.customer_id) AS customer_id,
    CAST(year(events."at") * 12 + month(events."at") - 1 AS SMALLINT) AS month
FROM staged_contacts AS events
LEFT JOIN identities ON identities.alias_id = events.customer_id
WHERE NOT events.is_filtered AND events."at" IS NOT NULL AND events.campaign_id IS NOT NULL
