-- One row per question, value of a cut, score and mood: how many answers count.
SELECT question, value, score, mood, COUNT(*) AS answers
FROM answers
WHERE judged = 'counted' AND month > $after_month
GROUP BY question, value, score, mood
