-- One row per month, purpose and channel: what was spent.
SELECT month, purpose, coalesce(channel, 'all') AS channel, CAST(sum(amount_cents) AS BIGINT) AS amount_cents
FROM staged_costs
WHERE NOT is_filtered AND month IS NOT NULL AND purpose IS NOT NULL AND amount_cents IS NOT NULL
GROUP BY month, purpose, coalesce(channel, 'all')
