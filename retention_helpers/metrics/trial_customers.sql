-- One row per customer of a trial: its place, by which orders are read some customers at a time.
SELECT customer_id, CAST(ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS INTEGER) AS place
FROM (SELECT DISTINCT customer_id FROM trial_rows) AS people
