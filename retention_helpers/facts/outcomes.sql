-- One row per unit of an experiment that comes without orders.
SELECT units.* EXCLUDE (is_filtered, recoded, campaign_id_text, arm_text)
FROM staged_outcomes AS units
WHERE NOT units.is_filtered AND units.campaign_id IS NOT NULL AND units.arm IS NOT NULL
