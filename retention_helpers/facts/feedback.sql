-- One row per answer.
SELECT
    events."at",
    events.question,
    events.score,
    -- As the source codes it: what stands for "no answer" is counted by its code.
    events.score_code,
    events."comment",
    events.channel,
    events.topic,
    events.stage,
    events.weight,
    coalesce(identities.customer_id, events.customer_id) AS customer_id,
    CAST(year(events."at") * 12 + month(events."at") - 1 AS SMALLINT) AS month
FROM staged_feedback AS events
LEFT JOIN identities ON identities.alias_id = events.customer_id
WHERE NOT events.is_filtered AND events."at" IS NOT NULL AND events.question IS NOT NULL
