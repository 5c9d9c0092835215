CASE
        WHEN ${state}orders = 0 THEN 'potential'
        WHEN ${state}last_month = ${at} AND ${at} - ${state}earlier_month > ${lapse_months} THEN 'returned'
        WHEN ${at} - ${state}last_month >= ${lapse_months} THEN 'lapsed'
        WHEN 2 * (${at} - ${state}last_month) > ${lapse_months} THEN 'at_risk'
        WHEN ${state}orders = 1 THEN 'new'
        WHEN ${state}orders < ${loyal_orders} THEN 'repeat'
        WHEN ${state}orders >= ${loyal_orders} AND ${state}is_advocate THEN 'advocate'
        WHEN ${state}orders >= ${loyal_orders} THEN 'loyal'
    END
