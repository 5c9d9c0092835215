-- One row per member who is not compared at this tier: it reached a higher one before or without it, or reached it so soon after the programme opened that nobody was known long enough.
SELECT higher.customer_id
FROM tier_reached AS higher
INNER JOIN tier_order ON tier_order.tier = higher.tier
LEFT JOIN tier_reached AS this ON this.customer_id = higher.customer_id AND this.tier = $tier
WHERE tier_order.rank > $rank AND (this.reached_at IS NULL OR this.reached_at >= higher.reached_at)
UNION
SELECT customer_id
FROM tier_reached
WHERE tier = $tier
    AND YEAR(reached_at) * 12 + MONTH(reached_at) - 1
    < (SELECT MIN(YEAR(joined_at) * 12 + MONTH(joined_at) - 1) FROM programme_members) + $known
