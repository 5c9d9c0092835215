-- One row per customer: scores, the segment that the rules give them (rfm_cells, one row per cell), and what they rest on.
SELECT
    scores.customer_id,
    scores.r_score,
    scores.f_score,
    scores.m_score,
    cells.rfm_segment,
    scores.days_since_last_order,
    scores.orders,
    scores.spend_cents,
    scores.bucket
FROM rfm_scores AS scores
INNER JOIN rfm_cells AS cells
    ON cells.r_score = scores.r_score
    AND cells.f_score = scores.f_score
    AND cells.m_score = scores.m_score
    AND cells.is_several = (scores.orders > 1)
