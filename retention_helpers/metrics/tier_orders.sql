-- One row per valid order of a member from joining on, without those who are not to be compared.
SELECT orders_valid.*
FROM orders_valid
INNER JOIN programme_members ON programme_members.customer_id = orders_valid.customer_id
WHERE orders_valid.ordered_at >= programme_members.joined_at
    AND orders_valid.customer_id NOT IN (SELECT customer_id FROM tier_aside)
