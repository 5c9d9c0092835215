-- One row per grouping, group, campaign, and side of its comparison: customers whose window is over, and those who came back.
SELECT 'all' AS dimension, 'all' AS value, campaign_id, is_control, COUNT(*) AS customers, SUM(is_back) AS back
FROM units
WHERE is_over = 1
GROUP BY campaign_id, is_control
UNION ALL
SELECT 'purpose', purpose, campaign_id, is_control, COUNT(*), SUM(is_back)
FROM units
WHERE is_over = 1
GROUP BY purpose, campaign_id, is_control
UNION ALL
SELECT 'channel', channel, campaign_id, is_control, COUNT(*), SUM(is_back)
FROM units
WHERE is_over = 1
GROUP BY channel, campaign_id, is_control
UNION ALL
SELECT 'life_stage', life_stage, campaign_id, is_control, COUNT(*), SUM(is_back)
FROM units
WHERE is_over = 1
GROUP BY life_stage, campaign_id, is_control
