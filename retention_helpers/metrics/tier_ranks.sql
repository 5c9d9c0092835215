-- One row per tier that members reach: how many ever did, and the points that they had then. Of the points the lowest twentieth is set aside: favours and corrections.
SELECT
    tier,
    COUNT(*) AS reached,
    QUANTILE_CONT(points, 0.05) AS points_from,
    QUANTILE_CONT(points, 0.5) AS points_median
FROM tier_reached
GROUP BY tier
ORDER BY points_median, reached DESC, tier
