-- One row: whole months after joining of the members compared, up to the horizon, and the points that they earned and used in them; months of all members; running cost.
WITH windows AS (
    SELECT
        customer_id,
        joined_at,
        LEAST(
            CAST(FLOOR(DATE_DIFF('second', joined_at, CAST($ends_at AS TIMESTAMP)) / CAST($length AS DOUBLE)) AS INTEGER),
            $horizon
        ) AS months
    FROM trial_joiners
    WHERE reason = 'compared'
),
moved AS (
    SELECT
        SUM(CASE WHEN event = 'earn' THEN points ELSE 0 END) AS earned,
        SUM(CASE WHEN event = 'redeem' THEN points ELSE 0 END) AS redeemed
    FROM memberships
    INNER JOIN windows ON windows.customer_id = memberships.customer_id
    WHERE DATE_DIFF('second', windows.joined_at, memberships."at") >= 0
        AND DATE_DIFF('second', windows.joined_at, memberships."at") <= windows.months * $length
),
left_at AS (
    SELECT customer_id, MIN("at") AS left_at FROM memberships WHERE event = 'leave' AND "at" < $ends_at GROUP BY customer_id
),
everybody AS (
    SELECT
        SUM(DATE_DIFF('second', programme_joins.joined_at, CASE
            WHEN left_at.left_at > programme_joins.joined_at THEN left_at.left_at
            ELSE CAST($ends_at AS TIMESTAMP)
        END)) / CAST($length AS DOUBLE) AS months
    FROM programme_joins
    LEFT JOIN left_at ON left_at.customer_id = programme_joins.customer_id
),
running AS (
    SELECT SUM(amount_cents) / 100.0 AS cost FROM costs WHERE purpose = 'programme' AND month <= $as_of_month
)
SELECT
    CAST(COALESCE((SELECT SUM(months) FROM windows), 0) AS DOUBLE) AS member_months,
    CAST(COALESCE(moved.earned, 0) AS DOUBLE) AS earned,
    CAST(COALESCE(moved.redeemed, 0) AS DOUBLE) AS redeemed,
    CAST(everybody.months AS DOUBLE) AS all_member_months,
    CAST(running.cost AS DOUBLE) AS running_cost
FROM moved
CROSS JOIN everybody
CROSS JOIN running
