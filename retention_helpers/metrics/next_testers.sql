-- One row per customer on whom the rules are tried: ordered up to the one month and again after it; of many, a fixed random part.
WITH ordered_again AS (
    SELECT DISTINCT months.customer_id
    FROM customer_months AS months
    INNER JOIN next_sample AS sample ON sample.customer_id = months.customer_id
    WHERE months.orders > 0
        AND months.month > $until_month
        AND months.month <= $as_of_month
),
numbered AS (
    SELECT customer_id, ROW_NUMBER() OVER (ORDER BY MD5('next product trial ' || customer_id), customer_id) AS place
    FROM ordered_again
)
SELECT customer_id
FROM numbered
WHERE place <= $most
