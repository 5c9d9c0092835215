-- One row per day: days with an order after a customer's first such day, by customers of a bucket known on the cut.
WITH first_days AS (
    SELECT
        customer_id,
        MIN(order_day) AS first_day
    FROM order_days
    GROUP BY customer_id
)
SELECT
    order_days.order_day,
    COUNT(*) AS repeat_orders
FROM order_days
INNER JOIN first_days ON first_days.customer_id = order_days.customer_id
WHERE order_days.order_day > first_days.first_day
    AND first_days.first_day <= CAST($cut AS DATE)
GROUP BY order_days.order_day
