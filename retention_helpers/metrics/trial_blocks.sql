-- One row per start of a trial of some customers and month before or after it with orders: how many, and for how much. Month 1 begins right after the start, month -1 ends with it; the order that the trial starts from is in none.
WITH timed AS (
    SELECT
        trial_rows.trial,
        trial_rows.gap,
        DATE_DIFF('second', trial_rows.index_at, trial_orders.ordered_at) AS seconds,
        trial_orders.amount_cents,
        trial_orders.margin_cents
    FROM trial_rows
    INNER JOIN trial_customers ON trial_customers.customer_id = trial_rows.customer_id
    INNER JOIN trial_orders ON trial_orders.place = trial_customers.place
    WHERE trial_customers.place >= $first AND trial_customers.place < $last
        AND trial_orders.place >= $first AND trial_orders.place < $last
),
placed AS (
    SELECT
        trial,
        CASE
            WHEN seconds > gap THEN CAST(CEIL((seconds - gap) / CAST($length AS DOUBLE)) AS INTEGER)
            ELSE -1 - CAST(FLOOR((gap - seconds) / CAST($length AS DOUBLE)) AS INTEGER)
        END AS block,
        CASE WHEN seconds > 0 AND seconds <= gap THEN 1 ELSE 0 END AS is_between,
        amount_cents,
        margin_cents
    FROM timed
    WHERE seconds <> 0
)
SELECT
    trial,
    CAST(block AS SMALLINT) AS block,
    CAST(COUNT(*) AS INTEGER) AS orders,
    CAST(SUM(amount_cents) AS DOUBLE) / 100 AS revenue,
    CAST(COALESCE(SUM(margin_cents), 0) AS DOUBLE) / 100 AS margin,
    CAST(MAX(is_between) AS INTEGER) AS is_between
FROM placed
WHERE block <= $most
GROUP BY trial, block
