-- One row: what a point was worth where points were redeemed, and where they were earned, money; missing where neither has a value.
SELECT
    SUM(CASE WHEN event = 'redeem' THEN value_cents END) / 100.0
    / NULLIF(SUM(CASE WHEN event = 'redeem' AND value_cents IS NOT NULL THEN points END), 0) AS redeemed,
    SUM(CASE WHEN event = 'earn' THEN value_cents END) / 100.0
    / NULLIF(SUM(CASE WHEN event = 'earn' AND value_cents IS NOT NULL THEN points END), 0) AS earned
FROM memberships
WHERE "at" < $ends_at
