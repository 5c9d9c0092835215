-- One row per question, month, verdict, score and (of answers that do not count) code: how many, and their weights.
-- Weights are summed as decimals: the sum of floats depends on their order, which differs from run to run.
WITH shown AS (
    SELECT
        question, month, judged, score, weight, has_weight,
        CASE WHEN judged IN ('no_score', 'outside_scale') THEN score_code END AS code
    FROM answers
)
SELECT
    question,
    month,
    judged,
    score,
    code,
    COUNT(*) AS answers,
    CAST(SUM(CAST(weight AS DECIMAL(28, 9))) AS DOUBLE) AS weight,
    CAST(SUM(CAST(weight * weight AS DECIMAL(28, 9))) AS DOUBLE) AS weight_squares,
    SUM(CASE WHEN has_weight THEN 1 ELSE 0 END) AS weighted_answers
FROM shown
GROUP BY question, month, judged, score, code
