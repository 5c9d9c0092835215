-- One row per answer up to as_of_month: its question's scale, how content it is, and what became of it.
WITH placed AS (
    SELECT
        feedback.*,
        CASE
            WHEN scales.low IS NULL THEN 'no_scale'
            WHEN score IS NULL THEN 'no_score'
            WHEN score < scales.low OR score > scales.high OR score <> FLOOR(score) THEN 'outside_scale'
            WHEN weight < 0 THEN 'negative_weight'
            ELSE 'counted'
        END AS judged,
        CASE
            WHEN score >= scales.content_from THEN 'content'
            WHEN score <= scales.not_content_to THEN 'not_content'
            ELSE 'neither'
        END AS mood
    FROM feedback
    LEFT JOIN scales ON scales.question = feedback.question
    WHERE month <= $as_of_month
),
-- Of several answers of a customer in one month the last one counts; an answer without a customer is of one of its own.
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY customer_id, question, month
            ORDER BY "at" DESC, score DESC, weight DESC, channel, topic, stage, comment
        ) AS place
    FROM placed
    WHERE customer_id IS NOT NULL AND judged = 'counted'
)
SELECT
    question, month, "at", customer_id, score, score_code, COALESCE(weight, 1) AS weight, weight IS NOT NULL AS has_weight,
    channel, topic, stage, comment, mood, CASE WHEN place = 1 THEN 'counted' ELSE 'earlier_answer' END AS judged
FROM ranked
UNION ALL
SELECT
    question, month, "at", customer_id, score, score_code, COALESCE(weight, 1) AS weight, weight IS NOT NULL AS has_weight,
    channel, topic, stage, comment, CASE WHEN judged = 'counted' THEN mood END AS mood, judged
FROM placed
WHERE customer_id IS NULL OR judged <> 'counted'
