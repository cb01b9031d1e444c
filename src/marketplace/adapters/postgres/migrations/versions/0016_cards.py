"""What everybody is told of a product is written down when it changes, and not when it is read."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


AT_A_TIME = 2000
"""Cards that are drawn in one step."""

AMOUNT = """
CREATE FUNCTION amount_text(minor bigint, currency text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')
        THEN concat(minor / 1000, '.', lpad((minor % 1000)::text, 3, '0'))
        WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF',
            'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
        THEN minor::text
        ELSE concat(minor / 100, '.', lpad((minor % 100)::text, 2, '0'))
    END
$$
"""

MOMENT = """
CREATE FUNCTION moment_text(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT concat(
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'),
        CASE WHEN extract(microseconds FROM at) % 1000000 <> 0
            THEN to_char(at AT TIME ZONE 'UTC', '.US') END,
        'Z')
$$
"""

# A string of JSON that begins with the character 1: whoever tells the card puts an address there.
# In what to_json makes of any text that character does not occur.
MEDIA = """
CREATE FUNCTION media_text(key text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT concat('"', chr(1), substr(to_json(regexp_replace(key, '^public/', ''))::text, 2))
$$
"""

IMAGE = """
CREATE FUNCTION image_text(image images) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT concat(
        '{"id":"', image.id, '","url":', media_text(image.preview->>'key'),
        ',"alt":', to_json(image.alt), ',"status":', to_json(image.status),
        ',"width":', image.width, ',"height":', image.height,
        ',"placeholder":', to_json(image.placeholder), ',"renditions":{',
        (SELECT string_agg(concat('"', each->>'edge', '":', media_text(each->>'key')), ',')
            FROM jsonb_array_elements(image.renditions) AS each),
        '}}')
$$
"""

CARD = """
CREATE FUNCTION product_card(product products) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT concat(
        '{"id":"', product.id, '","slug":', to_json(product.slug),
        ',"title":', to_json(product.title), ',"description":', to_json(product.description),
        ',"price":"', amount_text(offered.prices[1], offered.currency),
        '","price_from":"', amount_text(offered.least, offered.currency),
        '","price_to":"', amount_text(offered.most, offered.currency),
        '","compare_at_price":', coalesce(
            to_json(amount_text(offered.before[1], offered.currency))::text, 'null'),
        ',"currency":"', offered.currency,
        '","category":', coalesce((
            SELECT concat('{"id":"', id, '","name":', to_json(name), ',"slug":', to_json(slug), '}')
            FROM categories WHERE id = product.category), 'null'),
        ',"tags":', to_json(product.tags),
        ',"images":[', (
            SELECT string_agg(image_text(images), ',' ORDER BY place)
            FROM unnest(product.images) WITH ORDINALITY AS shown (id, place)
            JOIN images USING (id)),
        '],"status":', to_json(product.status), ',"sku":', to_json(offered.skus[1]),
        ',"options":', product.options, ',"variant_count":', offered.many,
        ',"created_at":"', moment_text(product.created_at),
        '","updated_at":"', moment_text(product.updated_at), '"}')
    FROM (
        SELECT array_agg(price__minor ORDER BY position) AS prices,
            array_agg(compare_at_price__minor ORDER BY position) AS before,
            array_agg(sku ORDER BY position) AS skus,
            min(price__minor) AS least, max(price__minor) AS most,
            min(price__currency) AS currency, count(*) AS many
        FROM variants WHERE product_id = product.id AND NOT retired
    ) AS offered
$$
"""

# It is called when the transaction is about to end, and only then waits for those who draw cards of
# the same store. Whoever comes second reads what the first has committed: a photo that becomes
# ready while it is put on a product is on the card whoever wins. After it nobody waits for anybody
# any more, so that nobody waits in a circle. Of what is changed often in one transaction the card
# is drawn once: all there is to see has happened when the first is drawn.
REDRAW = """
CREATE FUNCTION redraw_product_cards() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    store uuid := coalesce(NEW.merchant_id, OLD.merchant_id);
    changed uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(store::text, 1));
    IF TG_TABLE_NAME = 'products' THEN
        changed := ARRAY[NEW.id];
    ELSIF TG_TABLE_NAME = 'variants' THEN
        changed := ARRAY[NEW.product_id];
    ELSIF TG_TABLE_NAME = 'categories' THEN
        changed := ARRAY(SELECT id FROM products WHERE category = NEW.id);
    ELSE
        changed := ARRAY(SELECT id FROM products
            WHERE merchant_id = store AND coalesce(NEW.id, OLD.id) = ANY (images));
    END IF;
    DELETE FROM product_cards AS card USING products
    WHERE products.id = ANY (changed) AND products.status <> 'active'
        AND card.merchant_id = products.merchant_id AND card.product_id = products.id;
    INSERT INTO product_cards AS card (merchant_id, product_id, counted, told)
    SELECT merchant_id, id, track_stock, product_card(products) FROM products
    WHERE id = ANY (changed) AND status = 'active' AND NOT EXISTS (
        SELECT FROM product_cards AS drawn
        WHERE drawn.merchant_id = products.merchant_id AND drawn.product_id = products.id
            AND drawn.xmin = pg_current_xact_id()::xid)
    ON CONFLICT (merchant_id, product_id) DO UPDATE
    SET counted = excluded.counted, told = excluded.told
    WHERE (card.counted, card.told) IS DISTINCT FROM (excluded.counted, excluded.told);
    RETURN NULL;
END
$$
"""

SHOWN = {
    "products": "slug title description status category tags images options track_stock updated_at",
    "variants": "position sku price__minor price__currency compare_at_price__minor retired",
    "images": "status alt width height placeholder preview renditions",
    "categories": "name slug",
}
"""What of each table is on a card: not the stock, which orders change, and not the version."""


def upgrade() -> None:
    op.create_table(
        "product_cards",
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("product_id", sa.Uuid, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_cards_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "product_id", name="pk_product_cards"),
        postgresql_with={"toast_tuple_target": "8160"},
    )
    for function in (AMOUNT, MOMENT, MEDIA, IMAGE, CARD, REDRAW):
        op.execute(function)
    # The long part comes first, while nobody is kept from anything. Then writers are shut out, and
    # what they have changed meanwhile is drawn once more.
    connection = op.get_bind()
    began = connection.scalar(sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))
    _draw_all(connection)
    for table, columns in SHOWN.items():
        _watch(table, columns.split())
    _draw_changed(connection, began)


def _draw_all(connection: sa.Connection) -> None:
    step = sa.text(
        """
        WITH step AS (
            SELECT id FROM products WHERE id > :last ORDER BY id LIMIT :most
        ), drawn AS (
            INSERT INTO product_cards (merchant_id, product_id, counted, told)
            SELECT merchant_id, id, track_stock, product_card(products) FROM products
            WHERE id IN (SELECT id FROM step) AND status = 'active'
        )
        SELECT max(id::text)::uuid FROM step
        """
    )
    last: object = "00000000-0000-0000-0000-000000000000"
    while last is not None:
        last = connection.scalar(step, {"last": last, "most": AT_A_TIME})


def _draw_changed(connection: sa.Connection, began: str) -> None:
    connection.execute(
        sa.text(
            """
            WITH changed AS (
                SELECT id FROM products WHERE age(xmin) <= age(CAST(:began AS xid))
                UNION SELECT product_id FROM variants
                    WHERE age(xmin) <= age(CAST(:began AS xid))
                UNION SELECT products.id FROM categories JOIN products ON category = categories.id
                    WHERE age(categories.xmin) <= age(CAST(:began AS xid))
                UNION SELECT products.id FROM images
                    JOIN products ON images.id = ANY (products.images)
                        AND products.merchant_id = images.merchant_id
                    WHERE age(images.xmin) <= age(CAST(:began AS xid))
            ), gone AS (
                DELETE FROM product_cards USING products
                WHERE products.id IN (SELECT id FROM changed) AND products.status <> 'active'
                    AND product_id = products.id
            )
            INSERT INTO product_cards (merchant_id, product_id, counted, told)
            SELECT merchant_id, id, track_stock, product_card(products) FROM products
            WHERE id IN (SELECT id FROM changed) AND status = 'active'
            ON CONFLICT (merchant_id, product_id) DO UPDATE
            SET counted = excluded.counted, told = excluded.told
            """
        ),
        {"began": began},
    )


def _watch(table: str, columns: list[str]) -> None:
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    when = [("redraw_changed", f"UPDATE OF {', '.join(columns)}", f"WHEN ({differs})")]
    if table in ("products", "variants"):
        when.append(("redraw_added", "INSERT", ""))
    if table == "images":
        when.append(("redraw_removed", "DELETE", ""))
    for name, happens, condition in when:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {name} AFTER {happens} ON {table}"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {condition}"
            " EXECUTE FUNCTION redraw_product_cards()"
        )


def downgrade() -> None:
    op.execute("DROP FUNCTION redraw_product_cards CASCADE")
    op.drop_table("product_cards")
    op.execute("DROP FUNCTION product_card, image_text, media_text, moment_text, amount_text")
