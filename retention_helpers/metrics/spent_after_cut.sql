-- One row per company: net money booked after a month, refunds too, of customers who had ordered by then.
SELECT
    COALESCE(SUM(revenue_cents), 0) / 100 AS spent
FROM customer_months
WHERE month > $cut_month
    AND month <= $as_of_month
    AND first_month <= $cut_month
