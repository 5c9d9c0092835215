-- One row per dimension, value and segment: scored customers. Age is what is reached in the year of as_of.
WITH people AS (
    SELECT
        scored_now.rfm_segment,
        customers.city,
        customers.country,
        customers.source,
        customers.gender,
        $year - customers.birth_year AS age
    FROM scored_now
    LEFT JOIN customers ON customers.customer_id = scored_now.customer_id
),
traits AS (
    SELECT rfm_segment, 'city' AS dimension, COALESCE(city, 'unassigned') AS value FROM people
    UNION ALL
    SELECT rfm_segment, 'country' AS dimension, COALESCE(country, 'unassigned') AS value FROM people
    UNION ALL
    SELECT rfm_segment, 'source' AS dimension, COALESCE(source, 'unassigned') AS value FROM people
    UNION ALL
    SELECT rfm_segment, 'gender' AS dimension, COALESCE(gender, 'unassigned') AS value FROM people
    UNION ALL
    SELECT
        rfm_segment,
        'age' AS dimension,
        CASE
            WHEN age < 0 OR age > 110 OR age IS NULL THEN 'unassigned'
            WHEN age < 18 THEN '0-17'
            WHEN age < 25 THEN '18-24'
            WHEN age < 35 THEN '25-34'
            WHEN age < 45 THEN '35-44'
            WHEN age < 55 THEN '45-54'
            WHEN age < 65 THEN '55-64'
            ELSE '65+'
        END AS value
    FROM people
)
SELECT
    dimension,
    value,
    rfm_segment,
    COUNT(*) AS customers
FROM traits
GROUP BY dimension, value, rfm_segment
ORDER BY dimension, value, rfm_segment
