-- One row per listed customer: of each manager's, the active ones with the most value at risk; where no value can be
-- expected, those whose risk x spend so far is most.
WITH managed AS (
    SELECT
        churn_scores.*,
        COALESCE(customers.manager, 'unassigned') AS manager,
        early.expected_recent,
        early.chance_by_luck,
        early.q_value
    FROM churn_scores
    LEFT JOIN customers ON customers.customer_id = churn_scores.customer_id
    LEFT JOIN early ON early.customer_id = churn_scores.customer_id
    WHERE churn_scores.is_active
),
placed AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY manager ORDER BY COALESCE(value_at_risk, 0) DESC, churn_risk * spend_cents DESC, customer_id
        ) AS place
    FROM managed
)
SELECT *
FROM placed
WHERE place <= $most
