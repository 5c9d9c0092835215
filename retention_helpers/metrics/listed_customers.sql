-- One row per list and customer on it: all that its file may hold, addresses of those alone who agreed to the channel.
SELECT
    listed.list,
    listed.customer_id,
    CASE WHEN lists.channel = 'email' THEN addresses.email END AS email,
    CASE WHEN lists.channel = 'sms' THEN addresses.phone END AS phone,
    CASE WHEN lists.channel = 'email' THEN addresses.email_hash END AS email_hash,
    listed.campaign_id,
    listed.segment,
    lists.purpose,
    lists.channel,
    listed.step,
    listed.step_name,
    listed.arm,
    liked.favourite_category,
    liked.favourite_channel,
    offers.next_product_id,
    offers.next_product_name
FROM audience_rows AS listed
INNER JOIN audience_lists AS lists ON lists.list = listed.list
LEFT JOIN addresses ON addresses.customer_id = listed.customer_id
LEFT JOIN audience_favourites AS liked ON liked.customer_id = listed.customer_id
LEFT JOIN audience_offers AS offers ON offers.customer_id = listed.customer_id
WHERE listed.left_out IS NULL
