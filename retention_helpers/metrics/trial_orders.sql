-- One row per order of a customer of a trial, customers one after another: a part of them is read without the others.
SELECT trial_customers.place, orders.ordered_at, orders.amount_cents, orders.margin_cents
FROM orders
INNER JOIN trial_customers ON trial_customers.customer_id = orders.customer_id
WHERE orders.ordered_at < $ends_at
ORDER BY trial_customers.place
