-- One row per customer asked for: by each rule the number of the product to offer next, of those that they have not bought.
WITH own AS (
    SELECT bought.customer_id, catalogue.product, bought.last_at
    FROM next_bought AS bought
    INNER JOIN next_catalogue AS catalogue ON catalogue.product_id = bought.product_id
),
placed AS (
    SELECT
        customer_id, product,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY last_at DESC, product) AS place,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY product) AS rank_among_own
    FROM own
),
-- Products are numbered from the most bought on: the first number that a customer skips is the one to offer.
popular AS (
    SELECT
        wanted.customer_id,
        COALESCE(MIN(CASE WHEN placed.product > placed.rank_among_own THEN placed.rank_among_own END), COUNT(placed.product) + 1)
            AS product
    FROM next_customers AS wanted
    LEFT JOIN placed ON placed.customer_id = wanted.customer_id
    GROUP BY wanted.customer_id
),
scored AS (
    SELECT
        placed.customer_id,
        pairs.next_product AS product,
        MAX(pairs.lift) AS best_lift,
        MAX(pairs.share_millionths) AS best_share,
        SUM(pairs.share_millionths) AS all_shares
    FROM placed
    INNER JOIN next_pairs AS pairs ON pairs.product = placed.product
    LEFT JOIN own ON own.customer_id = placed.customer_id AND own.product = pairs.next_product
    WHERE placed.place <= $basket
        AND own.product IS NULL
    GROUP BY placed.customer_id, pairs.next_product
),
ranked AS (
    SELECT
        customer_id, product,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY best_lift DESC, product) AS lift_place,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY best_share DESC, product) AS share_place,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY all_shares DESC, product) AS sum_place
    FROM scored
),
first_ones AS (
    SELECT
        customer_id,
        MAX(CASE WHEN lift_place = 1 THEN product END) AS best_lift,
        MAX(CASE WHEN share_place = 1 THEN product END) AS best_share,
        MAX(CASE WHEN sum_place = 1 THEN product END) AS all_shares
    FROM ranked
    GROUP BY customer_id
)
-- Where a rule has nothing to offer, it offers what is popular.
SELECT
    popular.customer_id,
    CAST(popular.product AS INTEGER) AS most_popular,
    CAST(COALESCE(first_ones.best_lift, popular.product) AS INTEGER) AS best_lift,
    CAST(COALESCE(first_ones.best_share, popular.product) AS INTEGER) AS best_share,
    CAST(COALESCE(first_ones.all_shares, popular.product) AS INTEGER) AS all_shares
FROM popular
LEFT JOIN first_ones ON first_ones.customer_id = popular.customer_id
