-- One row per segment before and segment now that somebody was in: customers; none where not scored.
SELECT
    COALESCE(scored_before.rfm_segment, 'none') AS from_segment,
    COALESCE(scored_now.rfm_segment, 'none') AS to_segment,
    COUNT(*) AS customers
FROM scored_before
FULL OUTER JOIN scored_now ON scored_now.customer_id = scored_before.customer_id
GROUP BY COALESCE(scored_before.rfm_segment, 'none'), COALESCE(scored_now.rfm_segment, 'none')
ORDER BY from_segment, to_segment
