-- One row per text and topic that it speaks of: a word of it begins as one of the topic's does.
WITH uncoded AS (
    SELECT DISTINCT comment FROM answers WHERE judged = 'counted' AND topic IS NULL AND comment IS NOT NULL
),
-- Words stand between blanks, small, without accents and apostrophes.
texts AS (
    SELECT
        comment,
        ' ' || TRIM(REGEXP_REPLACE(
            TRANSLATE(LOWER(REGEXP_REPLACE(comment, '[\p{M}''’ʼ`]', '', 'g')), $accented, $plain),
            '[^\p{L}\p{N}]+', ' ', 'g'
        )) || ' ' AS words
    FROM uncoded
)
SELECT DISTINCT texts.comment, topic_words.topic
FROM texts
INNER JOIN topic_words ON STRPOS(texts.words, ' ' || topic_words.beginning) > 0
