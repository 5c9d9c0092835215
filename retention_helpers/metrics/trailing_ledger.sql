-- One row: the customer ledger between the end of month as_of_month - months and the end of as_of_month.
WITH customer_windows AS (
    SELECT
        customer_id,
        MAX(CASE WHEN month <= $as_of_month - $months THEN 1 ELSE 0 END) AS at_start,
        MAX(CASE WHEN month > $as_of_month - $active_months THEN 1 ELSE 0 END) AS at_end,
        MAX(CASE WHEN first_month > $as_of_month - $months THEN 1 ELSE 0 END) AS is_new
    FROM customer_months
    WHERE orders > 0
        AND month <= $as_of_month
        AND month > $as_of_month - $months - $active_months
    GROUP BY customer_id
)
SELECT
    COALESCE(SUM(at_start), 0) AS customers_start,
    COALESCE(SUM(at_start * (1 - at_end)), 0) AS lost,
    COALESCE(SUM((1 - at_start) * (1 - is_new) * at_end), 0) AS returned,
    COALESCE(SUM(is_new * at_end), 0) AS new_customers,
    COALESCE(SUM(at_end), 0) AS customers_end,
    COALESCE(SUM(at_start * at_end), 0) AS kept,
    COALESCE(SUM(is_new * (1 - at_end)), 0) AS new_gone
FROM customer_windows
