-- One row per question, value of a cut and score: how many answers count.
SELECT question, value, score, COUNT(*) AS answers
FROM answers
WHERE judged = 'counted' AND month > $after_month
GROUP BY question, value, score
