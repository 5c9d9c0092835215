-- One row per product and product that goes with it: customers who bought both, as a share of those who bought the first, and lift.
WITH placed AS (
    SELECT
        bought.customer_id,
        catalogue.product,
        ROW_NUMBER() OVER (PARTITION BY bought.customer_id ORDER BY bought.last_at DESC, catalogue.product) AS place
    FROM next_bought AS bought
    INNER JOIN next_catalogue AS catalogue ON catalogue.product_id = bought.product_id
),
-- Somebody who buys for a whole shop would else make millions of pairs alone.
baskets AS (
    SELECT customer_id, product FROM placed WHERE place <= $basket
),
buyers AS (
    SELECT product, COUNT(*) AS customers FROM baskets GROUP BY product
),
everybody AS (
    SELECT COUNT(DISTINCT customer_id) AS customers FROM baskets
),
together AS (
    SELECT one.product, other.product AS next_product, COUNT(*) AS customers
    FROM baskets AS one
    INNER JOIN baskets AS other ON other.customer_id = one.customer_id AND other.product > one.product
    GROUP BY one.product, other.product
    HAVING COUNT(*) >= $min_customers
),
both_ways AS (
    SELECT product, next_product, customers FROM together
    UNION ALL
    SELECT next_product, product, customers FROM together
),
measured AS (
    SELECT
        both_ways.product,
        both_ways.next_product,
        both_ways.customers,
        buyers.customers AS buyers,
        next_buyers.customers AS next_buyers,
        everybody.customers AS everybody,
        -- In whole millionths: shares are added up, and sums of floats depend on their order.
        CAST(ROUND(1000000.0 * both_ways.customers / buyers.customers) AS BIGINT) AS share_millionths,
        1.0 * both_ways.customers * everybody.customers / (buyers.customers * next_buyers.customers) AS lift
    FROM both_ways
    INNER JOIN buyers ON buyers.product = both_ways.product
    INNER JOIN buyers AS next_buyers ON next_buyers.product = both_ways.next_product
    CROSS JOIN everybody
),
ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY product ORDER BY share_millionths DESC, next_product) AS share_place,
        ROW_NUMBER() OVER (PARTITION BY product ORDER BY lift DESC, next_product) AS lift_place
    FROM measured
)
SELECT product, next_product, customers, buyers, next_buyers, everybody, share_millionths, lift
FROM ranked
WHERE share_place <= $partners
    OR lift_place <= $partners
