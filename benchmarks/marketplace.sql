-- Fills our own tables: what the seed of the baseline has, where both know the same things.
-- Store n has the products (n - 1) * products + 1 .. n * products, each with two photos; the store
-- after the last one is there for its many orders.

SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE FUNCTION pg_temp.id_of(n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql RETURN
    ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
CREATE FUNCTION pg_temp.among(n bigint, most bigint) RETURNS bigint IMMUTABLE LANGUAGE sql RETURN
    abs(hashint8(n)::bigint) %% most;
CREATE FUNCTION pg_temp.pick(n bigint, words text[]) RETURNS text IMMUTABLE LANGUAGE sql RETURN
    words[1 + abs(hashint8(n)::bigint) %% cardinality(words)];

CREATE TEMPORARY TABLE stores ON COMMIT DROP AS
    SELECT n, 'store-' || lpad(n::text, 4, '0') AS username
    FROM generate_series(1, %(stores)s + 1) AS n;

INSERT INTO accounts (id, email, username, phone, role, password_hash, is_verified, locale,
    registered_at, password_changed_at, version)
SELECT pg_temp.id_of(n), username || '@example.com', username, '+9665' || lpad(n::text, 8, '0'),
    'merchant', '', true, 'ar', '2026-01-01', '2026-01-01', 0
FROM stores;

INSERT INTO sessions (id, account_id, refresh_hash, spent_hash, user_agent, created_at, last_used_at,
    expires_at, version)
SELECT pg_temp.id_of(n), pg_temp.id_of(n), '', '', '', now(), now(), now() + interval '10 years', 0
FROM stores;

INSERT INTO merchants (id, account_id, username, name, description, status, status_reason,
    kyc_status, payment_preference, whatsapp_link, instagram_link, facebook_link, whatsapp_phone,
    currency, country, locale, time_zone, min_order_total__minor, min_order_total__currency,
    confirm_within_hours, blocked_phone_policy, registered_at, version, next_order_number)
SELECT pg_temp.id_of(n), pg_temp.id_of(n), username, 'Store ' || n, '', 'active', '', 'approved',
    'both', 'https://wa.me/9665' || lpad(n::text, 8, '0'), 'https://instagram.com/' || username,
    'https://facebook.com/' || username, '+9665' || lpad(n::text, 8, '0'), 'SAR', 'SA', 'ar',
    'Asia/Riyadh', 0, 'SAR', 48, 'refuse', '2026-01-01', 0, 1000001
FROM stores;

INSERT INTO images (id, merchant_id, status, alt, width, height, placeholder, original_key, preview, renditions,
    failure, received_at, version)
SELECT id, pg_temp.id_of(1 + (n - 1) / (2 * %(products)s)), 'ready', '', 4000, 3000, '#808080',
    'private/' || id || '.jpg',
    json_build_object('edge', 640, 'key', format('public/%%s/640-%%s.jpg', id, left(hash, 16)),
        'width', 640, 'height', 480),
    (SELECT coalesce(jsonb_agg(json_build_object('edge', edge,
            'key', format('public/%%s/%%s-%%s.webp', id, edge, left(md5(hash || edge), 16)),
            'width', edge, 'height', edge * 3 / 4) ORDER BY edge), '[]')
        FROM unnest(('{160,320,640,1280,2048}'::int[])[:%(sizes)s]) AS edge),
    '', '2026-01-01', 3
FROM (SELECT n, pg_temp.id_of(n) AS id, md5(n::text) AS hash
    FROM generate_series(1, (%(stores)s + 1) * %(products)s * 2) AS n);

INSERT INTO products (id, merchant_id, slug, title, description, status, tags, images, options,
    track_stock, price_from__minor, keywords, created_at, updated_at, version)
SELECT pg_temp.id_of(n), pg_temp.id_of(1 + (n - 1) / %(products)s), 'product-' || n,
    pg_temp.pick(n, '{Classic,Modern,Handmade,Organic,Premium,Compact,Vintage,Soft}') || ' '
        || pg_temp.pick(-n, '{Shirt,Coffee,Lamp,Backpack,Perfume,Watch,Carpet,Notebook,قميص,عطر}')
        || ' ' || n,
    (SELECT string_agg(pg_temp.pick(n * 22 + word, '{quality,cotton,delivery,within,days,warranty,
            original,colour,size,gift,daily,use,natural,local,منتج,أصلي,توصيل,سريع,ضمان,جودة,عالية}'
        ), ' ') FROM generate_series(1, 22) AS word),
    'active', '{}', ARRAY[pg_temp.id_of(2 * n - 1), pg_temp.id_of(2 * n)], '[]',
    true, 100 + pg_temp.among(n, 49900), '',
    '2026-01-01'::timestamptz + n * interval '1 minute',
    '2026-01-01'::timestamptz + n * interval '1 minute', 0
FROM generate_series(1, (%(stores)s + 1) * %(products)s) AS n;

INSERT INTO variants (id, product_id, position, merchant_id, is_archived, options, sku,
    price__minor, price__currency, on_hand, reserved, retired)
SELECT id, id, 0, merchant_id, false, '{}', '', price_from__minor, 'SAR', 1000000, 0, false
FROM products;

-- What the triggers would have drawn, which a replica does not fire.
INSERT INTO product_cards (merchant_id, product_id, counted, told)
SELECT merchant_id, id, track_stock, product_card(products) FROM products;

-- Orders in the order of their time, so that those of one store lie as far apart as in life.
CREATE TEMPORARY TABLE placed ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY nth, store) AS n, store, nth
    FROM (SELECT store, nth
            FROM generate_series(1, %(stores)s) AS store, generate_series(1, %(orders)s) AS nth
        UNION ALL
        SELECT %(stores)s + 1, nth FROM generate_series(1, %(crowd)s) AS nth);

INSERT INTO order_lines (order_id, position, product_id, variant_id, title, variant, sku,
    unit_price__minor, unit_price__currency, quantity, tracked)
SELECT pg_temp.id_of(n), place, products.id, products.id, title, '', '', price__minor, 'SAR',
    1 + pg_temp.among(n + place, 3), true
FROM placed
CROSS JOIN generate_series(0, pg_temp.among(n, 4)::int) AS place
JOIN products ON products.id = pg_temp.id_of(
    (store - 1) * %(products)s + 1 + (pg_temp.among(-n, 97) + place) %% %(products)s)
JOIN variants ON variants.product_id = products.id;

INSERT INTO orders (id, merchant_id, number, source, status, payment_status, confirmation__method,
    confirmation__state, confirmation__attempts, customer__name, customer__phone, customer__address, customer__city, note, merchant_note,
    currency, fees, refunds, total__minor, tracking_hash, tracking_number, courier, retries, placed_at,
    confirm_by, version)
SELECT pg_temp.id_of(n), pg_temp.id_of(store), 1000 + nth, 'storefront',
    pg_temp.pick(n, '{pending,confirmed,preparing,cancelled}'), 'unpaid', 'whatsapp', 'awaited', '[]',
    'Customer ' || n %% 5000, '+96655' || lpad((n %% 10000000)::text, 7, '0'),
    'Street ' || n %% 900 || ', Riyadh', '', '', '', 'SAR', '[]', '[]', total, sha256(n::text::bytea), '', '', 0,
    '2026-01-01'::timestamptz + n * interval '30 seconds', '2099-01-01', 0
FROM placed
JOIN (SELECT order_id, sum(unit_price__minor * quantity) AS total
    FROM order_lines GROUP BY order_id) AS sums ON order_id = pg_temp.id_of(n);

INSERT INTO order_timeline (order_id, position, at, status, by, event, reason, note, changes)
SELECT id, 0, placed_at, 'pending', 'guest', 'moved', '', '', '[]' FROM orders;
