-- One row per pattern of hits: customers whose first order after the month held, or did not hold, what each rule had chosen.
WITH following AS (
    SELECT
        orders.customer_id, orders.order_id,
        ROW_NUMBER() OVER (PARTITION BY orders.customer_id ORDER BY orders.ordered_at, orders.order_id) AS place
    FROM orders_valid AS orders
    INNER JOIN next_choices AS choices ON choices.customer_id = orders.customer_id
    WHERE orders.month > $until_month
        AND orders.month <= $as_of_month
),
products AS (
    SELECT DISTINCT following.customer_id, COALESCE(catalogue.product, 0) AS product
    FROM following
    INNER JOIN order_lines AS lines
        ON lines.customer_id = following.customer_id
        AND lines.order_id = following.order_id
    LEFT JOIN next_catalogue AS catalogue ON catalogue.product_id = lines.product_id
    WHERE following.place = 1
        AND lines.month > $until_month
        AND lines.month <= $as_of_month
        AND lines.reason = 'counted'
        AND NOT lines.is_refund
        AND lines.product_id IS NOT NULL
),
tried AS (
    SELECT
        choices.customer_id,
        MAX(CASE WHEN products.product = choices.most_popular THEN 1 ELSE 0 END) AS most_popular,
        MAX(CASE WHEN products.product = choices.best_lift THEN 1 ELSE 0 END) AS best_lift,
        MAX(CASE WHEN products.product = choices.best_share THEN 1 ELSE 0 END) AS best_share,
        MAX(CASE WHEN products.product = choices.all_shares THEN 1 ELSE 0 END) AS all_shares
    FROM products
    INNER JOIN next_choices AS choices ON choices.customer_id = products.customer_id
    GROUP BY choices.customer_id
)
SELECT most_popular, best_lift, best_share, all_shares, COUNT(*) AS customers
FROM tried
GROUP BY most_popular, best_lift, best_share, all_shares
