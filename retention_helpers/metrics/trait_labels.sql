-- One row per known customer: the value of a trait, as text.
SELECT
    customer_id,
    CAST($trait AS VARCHAR) AS value
FROM customers
