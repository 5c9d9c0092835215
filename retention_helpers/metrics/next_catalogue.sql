-- One row per product of those that most customers bought; number 1 was bought by the most.
WITH excluded AS (
    SELECT DISTINCT bought.product_id
    FROM (SELECT DISTINCT product_id FROM next_bought) AS bought
    INNER JOIN next_excluded AS listed
        ON listed.value = bought.product_id
        OR (listed.is_prefix AND STARTS_WITH(bought.product_id, listed.value))
),
counted AS (
    SELECT product_id, COUNT(*) AS buyers
    FROM next_bought
    WHERE product_id NOT IN (SELECT product_id FROM excluded)
    GROUP BY product_id
),
named AS (
    SELECT
        product_id, product_name,
        ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY COUNT(*) DESC, product_name) AS place
    FROM next_bought
    WHERE product_name IS NOT NULL
    GROUP BY product_id, product_name
),
ranked AS (
    SELECT product_id, buyers, ROW_NUMBER() OVER (ORDER BY buyers DESC, product_id) AS product
    FROM counted
)
SELECT CAST(ranked.product AS INTEGER) AS product, ranked.product_id, named.product_name, ranked.buyers
FROM ranked
LEFT JOIN named ON named.product_id = ranked.product_id AND named.place = 1
WHERE ranked.product <= $products
