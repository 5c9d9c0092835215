-- One row per customer who shows which products go together: of all with an order up to the month, a fixed random part.
SELECT customer_id
FROM customers
WHERE first_month <= $until_month
    AND SUBSTR(MD5('next product ' || customer_id), 1, 8) < $bound
