-- One row per customer: what is to be expected of their history, at the spend per order that their own orders suggest.
WITH spending AS (
    SELECT
        *,
        spend_of_all + spend_of_own * CASE WHEN repeat_spend_cents > 0 THEN repeat_spend_cents / 100 ELSE 0 END AS spend_per_order
    FROM scored_customers
)
SELECT
    customer_id,
    repeat_orders,
    days_first_to_last_order,
    days_observed,
    expected_orders,
    discounted_orders,
    probability_no_order,
    probability_alive,
    spend_per_order,
    spend_per_order * expected_orders AS expected_spend,
    spend_per_order * discounted_orders AS discounted_spend
FROM spending
