-- One row per customer: scores 1 to 5 by the thresholds that earn a 2, a 3, a 4 and a 5 (rfm_thresholds, one row).
SELECT
    customers.customer_id,
    CASE
        WHEN customers.days_since_last_order <= cuts.days_5 THEN 5
        WHEN customers.days_since_last_order <= cuts.days_4 THEN 4
        WHEN customers.days_since_last_order <= cuts.days_3 THEN 3
        WHEN customers.days_since_last_order <= cuts.days_2 THEN 2
        ELSE 1
    END AS r_score,
    CASE
        WHEN customers.orders >= cuts.orders_5 THEN 5
        WHEN customers.orders >= cuts.orders_4 THEN 4
        WHEN customers.orders >= cuts.orders_3 THEN 3
        WHEN customers.orders >= cuts.orders_2 THEN 2
        ELSE 1
    END AS f_score,
    CASE
        WHEN customers.spend_cents >= cuts.cents_5 THEN 5
        WHEN customers.spend_cents >= cuts.cents_4 THEN 4
        WHEN customers.spend_cents >= cuts.cents_3 THEN 3
        WHEN customers.spend_cents >= cuts.cents_2 THEN 2
        ELSE 1
    END AS m_score,
    customers.days_since_last_order,
    customers.orders,
    customers.spend_cents,
    customers.bucket
FROM rfm_customers AS customers
CROSS JOIN rfm_thresholds AS cuts
