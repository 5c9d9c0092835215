-- One row per event of the loyalty programme.
SELECT
    events.* EXCLUDE (customer_id, is_filtered, recoded, customer_id_text, at_text, event_text),
    coalesce(identities.customer_id, events.customer_id) AS customer_id,
    CAST(year(events."at") * 12 + month(events."at") - 1 AS SMALLINT) AS month
FROM staged_memberships AS events
LEFT JOIN identities ON identities.alias_id = events.customer_id
WHERE NOT events.is_filtered AND events."at" IS NOT NULL AND events.event IS NOT NULL
