-- One row per value of a trait and stage of life: customers known by the end of the month.
WITH staged AS (
    ${staged_customers}
)
SELECT
    ${trait} AS value,
    staged.life_stage,
    COUNT(*) AS customers
FROM staged
INNER JOIN customers ON customers.customer_id = staged.customer_id
GROUP BY value, staged.life_stage
