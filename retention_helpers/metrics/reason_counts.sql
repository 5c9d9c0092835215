-- One row per question, value of a cut, mood and kind: answers with a topic (kind topic), with any (any), and all that count (all).
WITH counted AS (
    SELECT
        question, value, mood,
        LOWER(topic) AS coded,
        CASE WHEN topic IS NULL THEN comment END AS comment,
        COUNT(*) AS answers
    FROM answers
    WHERE judged = 'counted' AND month > $after_month
    GROUP BY question, value, mood, LOWER(topic), CASE WHEN topic IS NULL THEN comment END
),
by_topic AS (
    SELECT question, value, mood, coded AS topic, answers FROM counted WHERE coded IS NOT NULL
    UNION ALL
    SELECT counted.question, counted.value, counted.mood, comment_topics.topic, counted.answers
    FROM counted
    INNER JOIN comment_topics ON comment_topics.comment = counted.comment
)
SELECT question, value, mood, 'topic' AS kind, topic, SUM(answers) AS answers
FROM by_topic
GROUP BY question, value, mood, topic
UNION ALL
-- An answer may speak of several topics; here it is counted once.
SELECT question, value, mood, 'any' AS kind, NULL AS topic, SUM(answers) AS answers
FROM counted
WHERE coded IS NOT NULL OR comment IN (SELECT comment FROM comment_topics)
GROUP BY question, value, mood
UNION ALL
SELECT question, value, mood, 'all' AS kind, NULL AS topic, SUM(answers) AS answers
FROM counted
GROUP BY question, value, mood
