-- One row per member who reached a tier and may be compared: when.
SELECT tier_reached.customer_id, tier_reached.reached_at AS "at", 'join' AS event
FROM tier_reached
WHERE tier_reached.tier = $tier
    AND tier_reached.customer_id NOT IN (SELECT customer_id FROM tier_aside)
