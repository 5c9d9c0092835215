-- One row per question, mood, topic and text: how many wrote it; of each topic at most so many texts, the most frequent first.
WITH counted AS (
    SELECT question, mood, LOWER(topic) AS coded, comment, COUNT(*) AS answers
    FROM answers
    WHERE judged = 'counted' AND month > $after_month AND comment IS NOT NULL
    GROUP BY question, mood, LOWER(topic), comment
),
by_topic AS (
    SELECT question, mood, coded AS topic, comment, answers FROM counted WHERE coded IS NOT NULL
    UNION ALL
    SELECT counted.question, counted.mood, comment_topics.topic, counted.comment, counted.answers
    FROM counted
    INNER JOIN comment_topics ON comment_topics.comment = counted.comment AND counted.coded IS NULL
),
summed AS (
    SELECT question, mood, topic, comment, SUM(answers) AS answers FROM by_topic GROUP BY question, mood, topic, comment
),
-- Beyond the most frequent ones a digest chooses: the same texts always, and none because of how it begins.
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY question, mood, topic ORDER BY answers DESC, MD5(comment), comment) AS place
    FROM summed
)
SELECT question, mood, topic, comment, answers
FROM ranked
WHERE place <= $texts
