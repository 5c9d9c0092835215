-- One row per mood of the first answer, days from it, and what followed: customers who lapsed then, or were last seen not lapsed.
WITH numbered_answers AS (
    SELECT
        customer_id, mood, CAST("at" AS DATE) AS answer_day,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY "at", score, mood) AS place
    FROM answers
    WHERE question = $question AND judged IN ('counted', 'earlier_answer') AND customer_id IS NOT NULL
),
first_answers AS (
    SELECT customer_id, mood, answer_day FROM numbered_answers WHERE place = 1
),
order_months AS (
    SELECT
        months.customer_id,
        months.first_day,
        months.last_day,
        CASE
            WHEN months.previous_last_day IS NULL THEN 1
            WHEN DATE_DIFF('day', months.previous_last_day, months.first_day) >= $lapse_days THEN 1
            ELSE 0
        END AS begins
    FROM customer_months AS months
    INNER JOIN first_answers ON first_answers.customer_id = months.customer_id
    WHERE months.orders > 0 AND months.month <= $as_of_month
),
numbered_months AS (
    SELECT *, SUM(begins) OVER (PARTITION BY customer_id ORDER BY first_day) AS spell FROM order_months
),
-- A spell: orders that follow each other before their customer has lapsed.
spells AS (
    SELECT customer_id, spell, MIN(first_day) AS first_day, MAX(last_day) AS last_day
    FROM numbered_months
    GROUP BY customer_id, spell
),
watched AS (
    SELECT
        first_answers.mood,
        first_answers.answer_day,
        spells.last_day,
        CASE WHEN spells.last_day IS NULL THEN 0 ELSE 1 END AS was_active,
        CASE WHEN DATE_DIFF('day', spells.last_day, CAST($as_of AS DATE)) >= $lapse_days THEN 1 ELSE 0 END AS is_lapsed
    FROM first_answers
    LEFT JOIN spells
        ON spells.customer_id = first_answers.customer_id
        AND spells.first_day <= first_answers.answer_day
        AND DATE_DIFF('day', spells.last_day, first_answers.answer_day) < $lapse_days
),
timed AS (
    SELECT
        mood,
        was_active,
        is_lapsed,
        CASE
            WHEN was_active = 0 THEN 0
            WHEN is_lapsed = 1 THEN DATE_DIFF('day', answer_day, last_day) + $lapse_days
            ELSE DATE_DIFF('day', answer_day, CAST($as_of AS DATE))
        END AS days
    FROM watched
)
SELECT mood, was_active, is_lapsed, days, COUNT(*) AS customers
FROM timed
GROUP BY mood, was_active, is_lapsed, days
