"""Products are found by what they say, however it is spelt."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0007"
down_revision = "0006"

# ruff: noqa: E501

FOLD = r"""CREATE FUNCTION search_fold(said text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    t text COLLATE "pg_c_utf8" := said;
BEGIN
    t := regexp_replace(t, '[^ \u0027\u0060\u00ad\u00b4\u02b9-\u02bf\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u0674\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff\u180e\u200b-\u200f\u2018\u2019\u202a-\u202e\u2060-\u2064\u2066-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\u0030-\u0039\u0041-\u005a\u0061-\u007a\u00aa\u00b2-\u00b3\u00b5\u00b9-\u00ba\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0220\u0222-\u0233\u0250-\u02ad\u02b0-\u02b8\u02bb-\u02c1\u02d0-\u02d1\u02e0-\u02e4\u02ee\u0300-\u034f\u0360-\u036f\u037a\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u03d0-\u03f5\u0400-\u0481\u0483-\u0486\u0488-\u04ce\u04d0-\u04f5\u04f8-\u04f9\u0500-\u050f\u0531-\u0556\u0559\u0561-\u0587\u0591-\u05a1\u05a3-\u05b9\u05bb-\u05bd\u05bf\u05c1-\u05c2\u05c4\u05d0-\u05ea\u05f0-\u05f2\u0620-\u0655\u0660-\u0669\u066e-\u06d3\u06d5-\u06dc\u06de-\u06e8\u06ea-\u06ed\u06f0-\u06fc\u06ff\u0710-\u072c\u0730-\u074a\u0750-\u07b1\u07c0-\u07c9\u08a0-\u08c9\u0901-\u0903\u0905-\u0939\u093c-\u094d\u0950-\u0954\u0958-\u0963\u0966-\u096f\u0981-\u0983\u0985-\u098c\u098f-\u0990\u0993-\u09a8\u09aa-\u09b0\u09b2\u09b6-\u09b9\u09bc\u09be-\u09c4\u09c7-\u09c8\u09cb-\u09cd\u09d7\u09dc-\u09dd\u09df-\u09e3\u09e6-\u09f1\u09f4-\u09f9\u0a02\u0a05-\u0a0a\u0a0f-\u0a10\u0a13-\u0a28\u0a2a-\u0a30\u0a32-\u0a33\u0a35-\u0a36\u0a38-\u0a39\u0a3c\u0a3e-\u0a42\u0a47-\u0a48\u0a4b-\u0a4d\u0a59-\u0a5c\u0a5e\u0a66-\u0a74\u0a81-\u0a83\u0a85-\u0a8b\u0a8d\u0a8f-\u0a91\u0a93-\u0aa8\u0aaa-\u0ab0\u0ab2-\u0ab3\u0ab5-\u0ab9\u0abc-\u0ac5\u0ac7-\u0ac9\u0acb-\u0acd\u0ad0\u0ae0\u0ae6-\u0aef\u0b01-\u0b03\u0b05-\u0b0c\u0b0f-\u0b10\u0b13-\u0b28\u0b2a-\u0b30\u0b32-\u0b33\u0b36-\u0b39\u0b3c-\u0b43\u0b47-\u0b48\u0b4b-\u0b4d\u0b56-\u0b57\u0b5c-\u0b5d\u0b5f-\u0b61\u0b66-\u0b6f\u0b82-\u0b83\u0b85-\u0b8a\u0b8e-\u0b90\u0b92-\u0b95\u0b99-\u0b9a\u0b9c\u0b9e-\u0b9f\u0ba3-\u0ba4\u0ba8-\u0baa\u0bae-\u0bb5\u0bb7-\u0bb9\u0bbe-\u0bc2\u0bc6-\u0bc8\u0bca-\u0bcd\u0bd7\u0be6-\u0bf2\u0c01-\u0c03\u0c05-\u0c0c\u0c0e-\u0c10\u0c12-\u0c28\u0c2a-\u0c33\u0c35-\u0c39\u0c3e-\u0c44\u0c46-\u0c48\u0c4a-\u0c4d\u0c55-\u0c56\u0c60-\u0c61\u0c66-\u0c6f\u0c82-\u0c83\u0c85-\u0c8c\u0c8e-\u0c90\u0c92-\u0ca8\u0caa-\u0cb3\u0cb5-\u0cb9\u0cbe-\u0cc4\u0cc6-\u0cc8\u0cca-\u0ccd\u0cd5-\u0cd6\u0cde\u0ce0-\u0ce1\u0ce6-\u0cef\u0d02-\u0d03\u0d05-\u0d0c\u0d0e-\u0d10\u0d12-\u0d28\u0d2a-\u0d39\u0d3e-\u0d43\u0d46-\u0d48\u0d4a-\u0d4d\u0d57\u0d60-\u0d61\u0d66-\u0d6f\u0d82-\u0d83\u0d85-\u0d96\u0d9a-\u0db1\u0db3-\u0dbb\u0dbd\u0dc0-\u0dc6\u0dca\u0dcf-\u0dd4\u0dd6\u0dd8-\u0ddf\u0de6-\u0def\u0df2-\u0df3\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0e82\u0e84\u0e87-\u0e88\u0e8a\u0e8d\u0e94-\u0e97\u0e99-\u0e9f\u0ea1-\u0ea3\u0ea5\u0ea7\u0eaa-\u0eab\u0ead-\u0eb9\u0ebb-\u0ebd\u0ec0-\u0ec4\u0ec6\u0ec8-\u0ecd\u0ed0-\u0ed9\u0edc-\u0edd\u0f00\u0f18-\u0f19\u0f20-\u0f33\u0f35\u0f37\u0f39\u0f3e-\u0f47\u0f49-\u0f6a\u0f71-\u0f84\u0f86-\u0f8b\u0f90-\u0f97\u0f99-\u0fbc\u0fc6\u1000-\u1021\u1023-\u1027\u1029-\u102a\u102c-\u1032\u1036-\u1039\u1040-\u1049\u1050-\u1059\u1090-\u1099\u10a0-\u10c5\u10d0-\u10f8\u1100-\u1159\u115f-\u11a2\u11a8-\u11f9\u1200-\u1206\u1208-\u1246\u1248\u124a-\u124d\u1250-\u1256\u1258\u125a-\u125d\u1260-\u1286\u1288\u128a-\u128d\u1290-\u12ae\u12b0\u12b2-\u12b5\u12b8-\u12be\u12c0\u12c2-\u12c5\u12c8-\u12ce\u12d0-\u12d6\u12d8-\u12ee\u12f0-\u130e\u1310\u1312-\u1315\u1318-\u131e\u1320-\u1346\u1348-\u135a\u1369-\u137c\u13a0-\u13f4\u1401-\u166c\u166f-\u1676\u1681-\u169a\u16a0-\u16ea\u16ee-\u16f0\u1700-\u170c\u170e-\u1714\u1720-\u1734\u1740-\u1753\u1760-\u176c\u176e-\u1770\u1772-\u1773\u1780-\u17d3\u17d7\u17dc\u17e0-\u17e9\u180b-\u180d\u1810-\u1819\u1820-\u1877\u1880-\u18a9\u1946-\u194f\u19d0-\u19d9\u1a80-\u1a89\u1a90-\u1a99\u1b50-\u1b59\u1bb0-\u1bb9\u1c40-\u1c49\u1c50-\u1c59\u1e00-\u1e9b\u1ea0-\u1ef9\u1f00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2070-\u2071\u2074-\u2079\u207f-\u2089\u20d0-\u20ea\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2131\u2133-\u2139\u213d-\u213f\u2145-\u2149\u2153-\u2183\u2460-\u249b\u24ea-\u24fe\u2776-\u2793\u3005-\u3007\u3021-\u302f\u3031-\u3035\u3038-\u303c\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312c\u3131-\u318e\u3192-\u3195\u31a0-\u31b7\u31f0-\u31ff\u3220-\u3229\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\u4e00-\u9fa5\ua620-\ua629\ua8d0-\ua8d9\ua900-\ua909\ua9d0-\ua9d9\ua9f0-\ua9f9\uaa50-\uaa59\uabf0-\uabf9\uac00-\ud7a3\uf900-\ufa2d\ufa30-\ufa6a\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb28\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40-\ufb41\ufb43-\ufb44\ufb46-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdfb\ufe00-\ufe0f\ufe20-\ufe23\ufe70-\ufe74\ufe76-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffbe\uffc2-\uffc7\uffca-\uffcf\uffd2-\uffd7\uffda-\uffdc\U000104a0-\U000104a9\U00010d30-\U00010d39\U00011066-\U0001106f\U000110f0-\U000110f9\U00011136-\U0001113f\U000111d0-\U000111d9\U000112f0-\U000112f9\U00011450-\U00011459\U000114d0-\U000114d9\U00011650-\U00011659\U000116c0-\U000116c9\U00011730-\U00011739\U000118e0-\U000118e9\U00011950-\U00011959\U00011c50-\U00011c59\U00011d50-\U00011d59\U00011da0-\U00011da9\U00016a60-\U00016a69\U00016ac0-\U00016ac9\U00016b50-\U00016b59\U0001d400-\U0001d454\U0001d456-\U0001d49c\U0001d49e-\U0001d49f\U0001d4a2\U0001d4a5-\U0001d4a6\U0001d4a9-\U0001d4ac\U0001d4ae-\U0001d4b9\U0001d4bb\U0001d4bd-\U0001d4c0\U0001d4c2-\U0001d4c3\U0001d4c5-\U0001d505\U0001d507-\U0001d50a\U0001d50d-\U0001d514\U0001d516-\U0001d51c\U0001d51e-\U0001d539\U0001d53b-\U0001d53e\U0001d540-\U0001d544\U0001d546\U0001d54a-\U0001d550\U0001d552-\U0001d6a3\U0001d6a8-\U0001d6c0\U0001d6c2-\U0001d6da\U0001d6dc-\U0001d6fa\U0001d6fc-\U0001d714\U0001d716-\U0001d734\U0001d736-\U0001d74e\U0001d750-\U0001d76e\U0001d770-\U0001d788\U0001d78a-\U0001d7a8\U0001d7aa-\U0001d7c2\U0001d7c4-\U0001d7c9\U0001d7ce-\U0001d7ff\U0001e140-\U0001e149\U0001e2f0-\U0001e2f9\U0001e950-\U0001e959]+', ' ', 'g');
    t := lower(normalize(t, NFKD));
    t := regexp_replace(t, '[\u0027\u0060\u00ad\u00b4\u02b9-\u02bf\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u0674\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff\u180e\u200b-\u200f\u2018\u2019\u202a-\u202e\u2060-\u2064\u2066-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+', '', 'g');
    t := replace(replace(t, 'ة', 'ه'), 'ى', 'ي');
    IF t ~ '[٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹]' THEN
        t := replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(t, '٠', '0'), '١', '1'), '٢', '2'), '٣', '3'), '٤', '4'), '٥', '5'), '٦', '6'), '٧', '7'), '٨', '8'), '٩', '9'), '۰', '0'), '۱', '1'), '۲', '2'), '۳', '3'), '۴', '4'), '۵', '5'), '۶', '6'), '۷', '7'), '۸', '8'), '۹', '9');
    END IF;
    IF t ~ '[ٱٲٳپٮٻڀٹٺټٿچڄڃڇڈډڊڌڑړڔڕږژڤڡڢڣڥڦڧڨٯکگڪګڬڭڮڰڱڲڳڴݢݣݤػؼڵڶڷڸںڻڼڽھہۃەۿۄۅۆۇۈۉۊۋۏیؠؽؾؿۍێېۑےđðħıłøŧς]' THEN
        t := replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(t, 'ٱ', 'ا'), 'ٲ', 'ا'), 'ٳ', 'ا'), 'پ', 'ب'), 'ٮ', 'ب'), 'ٻ', 'ب'), 'ڀ', 'ب'), 'ٹ', 'ت'), 'ٺ', 'ت'), 'ټ', 'ت'), 'ٿ', 'ت'), 'چ', 'ج'), 'ڄ', 'ج'), 'ڃ', 'ج'), 'ڇ', 'ج'), 'ڈ', 'د'), 'ډ', 'د'), 'ڊ', 'د'), 'ڌ', 'د'), 'ڑ', 'ر'), 'ړ', 'ر'), 'ڔ', 'ر'), 'ڕ', 'ر'), 'ږ', 'ر'), 'ژ', 'ز'), 'ڤ', 'ف'), 'ڡ', 'ف'), 'ڢ', 'ف'), 'ڣ', 'ف'), 'ڥ', 'ف'), 'ڦ', 'ف'), 'ڧ', 'ق'), 'ڨ', 'ق'), 'ٯ', 'ق'), 'ک', 'ك'), 'گ', 'ك'), 'ڪ', 'ك'), 'ګ', 'ك'), 'ڬ', 'ك'), 'ڭ', 'ك'), 'ڮ', 'ك'), 'ڰ', 'ك'), 'ڱ', 'ك'), 'ڲ', 'ك'), 'ڳ', 'ك'), 'ڴ', 'ك'), 'ݢ', 'ك'), 'ݣ', 'ك'), 'ݤ', 'ك'), 'ػ', 'ك'), 'ؼ', 'ك'), 'ڵ', 'ل'), 'ڶ', 'ل'), 'ڷ', 'ل'), 'ڸ', 'ل'), 'ں', 'ن'), 'ڻ', 'ن'), 'ڼ', 'ن'), 'ڽ', 'ن'), 'ھ', 'ه'), 'ہ', 'ه'), 'ۃ', 'ه'), 'ە', 'ه'), 'ۿ', 'ه'), 'ۄ', 'و'), 'ۅ', 'و'), 'ۆ', 'و'), 'ۇ', 'و'), 'ۈ', 'و'), 'ۉ', 'و'), 'ۊ', 'و'), 'ۋ', 'و'), 'ۏ', 'و'), 'ی', 'ي'), 'ؠ', 'ي'), 'ؽ', 'ي'), 'ؾ', 'ي'), 'ؿ', 'ي'), 'ۍ', 'ي'), 'ێ', 'ي'), 'ې', 'ي'), 'ۑ', 'ي'), 'ے', 'ي'), 'đ', 'd'), 'ð', 'd'), 'ħ', 'h'), 'ı', 'i'), 'ł', 'l'), 'ø', 'o'), 'ŧ', 't'), 'ς', 'σ');
    END IF;
    IF t ~ '[߀߁߂߃߄߅߆߇߈߉०१२३४५६७८९০১২৩৪৫৬৭৮৯੦੧੨੩੪੫੬੭੮੯૦૧૨૩૪૫૬૭૮૯୦୧୨୩୪୫୬୭୮୯௦௧௨௩௪௫௬௭௮௯౦౧౨౩౪౫౬౭౮౯೦೧೨೩೪೫೬೭೮೯൦൧൨൩൪൫൬൭൮൯෦෧෨෩෪෫෬෭෮෯๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙༠༡༢༣༤༥༦༧༨༩၀၁၂၃၄၅၆၇၈၉႐႑႒႓႔႕႖႗႘႙០១២៣៤៥៦៧៨៩᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙᥆᥇᥈᥉᥊᥋᥌᥍᥎᥏᧐᧑᧒᧓᧔᧕᧖᧗᧘᧙᪀᪁᪂᪃᪄᪅᪆᪇᪈᪉᪐᪑᪒᪓᪔᪕᪖᪗᪘᪙᭐᭑᭒᭓᭔᭕᭖᭗᭘᭙᮰᮱᮲᮳᮴᮵᮶᮷᮸᮹᱀᱁᱂᱃᱄᱅᱆᱇᱈᱉᱐᱑᱒᱓᱔᱕᱖᱗᱘᱙꘠꘡꘢꘣꘤꘥꘦꘧꘨꘩꣐꣑꣒꣓꣔꣕꣖꣗꣘꣙꤀꤁꤂꤃꤄꤅꤆꤇꤈꤉꧐꧑꧒꧓꧔꧕꧖꧗꧘꧙꧰꧱꧲꧳꧴꧵꧶꧷꧸꧹꩐꩑꩒꩓꩔꩕꩖꩗꩘꩙꯰꯱꯲꯳꯴꯵꯶꯷꯸꯹𐒠𐒡𐒢𐒣𐒤𐒥𐒦𐒧𐒨𐒩𐴰𐴱𐴲𐴳𐴴𐴵𐴶𐴷𐴸𐴹𑁦𑁧𑁨𑁩𑁪𑁫𑁬𑁭𑁮𑁯𑃰𑃱𑃲𑃳𑃴𑃵𑃶𑃷𑃸𑃹𑄶𑄷𑄸𑄹𑄺𑄻𑄼𑄽𑄾𑄿𑇐𑇑𑇒𑇓𑇔𑇕𑇖𑇗𑇘𑇙𑋰𑋱𑋲𑋳𑋴𑋵𑋶𑋷𑋸𑋹𑑐𑑑𑑒𑑓𑑔𑑕𑑖𑑗𑑘𑑙𑓐𑓑𑓒𑓓𑓔𑓕𑓖𑓗𑓘𑓙𑙐𑙑𑙒𑙓𑙔𑙕𑙖𑙗𑙘𑙙𑛀𑛁𑛂𑛃𑛄𑛅𑛆𑛇𑛈𑛉𑜰𑜱𑜲𑜳𑜴𑜵𑜶𑜷𑜸𑜹𑣠𑣡𑣢𑣣𑣤𑣥𑣦𑣧𑣨𑣩𑥐𑥑𑥒𑥓𑥔𑥕𑥖𑥗𑥘𑥙𑱐𑱑𑱒𑱓𑱔𑱕𑱖𑱗𑱘𑱙𑵐𑵑𑵒𑵓𑵔𑵕𑵖𑵗𑵘𑵙𑶠𑶡𑶢𑶣𑶤𑶥𑶦𑶧𑶨𑶩𖩠𖩡𖩢𖩣𖩤𖩥𖩦𖩧𖩨𖩩𖫀𖫁𖫂𖫃𖫄𖫅𖫆𖫇𖫈𖫉𖭐𖭑𖭒𖭓𖭔𖭕𖭖𖭗𖭘𖭙𞅀𞅁𞅂𞅃𞅄𞅅𞅆𞅇𞅈𞅉𞋰𞋱𞋲𞋳𞋴𞋵𞋶𞋷𞋸𞋹𞥐𞥑𞥒𞥓𞥔𞥕𞥖𞥗𞥘𞥙]' THEN
        t := replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(t, '߀', '0'), '߁', '1'), '߂', '2'), '߃', '3'), '߄', '4'), '߅', '5'), '߆', '6'), '߇', '7'), '߈', '8'), '߉', '9'), '०', '0'), '१', '1'), '२', '2'), '३', '3'), '४', '4'), '५', '5'), '६', '6'), '७', '7'), '८', '8'), '९', '9'), '০', '0'), '১', '1'), '২', '2'), '৩', '3'), '৪', '4'), '৫', '5'), '৬', '6'), '৭', '7'), '৮', '8'), '৯', '9'), '੦', '0'), '੧', '1'), '੨', '2'), '੩', '3'), '੪', '4'), '੫', '5'), '੬', '6'), '੭', '7'), '੮', '8'), '੯', '9'), '૦', '0'), '૧', '1'), '૨', '2'), '૩', '3'), '૪', '4'), '૫', '5'), '૬', '6'), '૭', '7'), '૮', '8'), '૯', '9'), '୦', '0'), '୧', '1'), '୨', '2'), '୩', '3'), '୪', '4'), '୫', '5'), '୬', '6'), '୭', '7'), '୮', '8'), '୯', '9'), '௦', '0'), '௧', '1'), '௨', '2'), '௩', '3'), '௪', '4'), '௫', '5'), '௬', '6'), '௭', '7'), '௮', '8'), '௯', '9'), '౦', '0'), '౧', '1'), '౨', '2'), '౩', '3'), '౪', '4'), '౫', '5'), '౬', '6'), '౭', '7'), '౮', '8'), '౯', '9'), '೦', '0'), '೧', '1'), '೨', '2'), '೩', '3'), '೪', '4'), '೫', '5'), '೬', '6'), '೭', '7'), '೮', '8'), '೯', '9'), '൦', '0'), '൧', '1'), '൨', '2'), '൩', '3'), '൪', '4'), '൫', '5'), '൬', '6'), '൭', '7'), '൮', '8'), '൯', '9'), '෦', '0'), '෧', '1'), '෨', '2'), '෩', '3'), '෪', '4'), '෫', '5'), '෬', '6'), '෭', '7'), '෮', '8'), '෯', '9'), '๐', '0'), '๑', '1'), '๒', '2'), '๓', '3'), '๔', '4'), '๕', '5'), '๖', '6'), '๗', '7'), '๘', '8'), '๙', '9'), '໐', '0'), '໑', '1'), '໒', '2'), '໓', '3'), '໔', '4'), '໕', '5'), '໖', '6'), '໗', '7'), '໘', '8'), '໙', '9'), '༠', '0'), '༡', '1'), '༢', '2'), '༣', '3'), '༤', '4'), '༥', '5'), '༦', '6'), '༧', '7'), '༨', '8'), '༩', '9'), '၀', '0'), '၁', '1'), '၂', '2'), '၃', '3'), '၄', '4'), '၅', '5'), '၆', '6'), '၇', '7'), '၈', '8'), '၉', '9'), '႐', '0'), '႑', '1'), '႒', '2'), '႓', '3'), '႔', '4'), '႕', '5'), '႖', '6'), '႗', '7'), '႘', '8'), '႙', '9'), '០', '0'), '១', '1'), '២', '2'), '៣', '3'), '៤', '4'), '៥', '5'), '៦', '6'), '៧', '7'), '៨', '8'), '៩', '9'), '᠐', '0'), '᠑', '1'), '᠒', '2'), '᠓', '3'), '᠔', '4'), '᠕', '5'), '᠖', '6'), '᠗', '7'), '᠘', '8'), '᠙', '9'), '᥆', '0'), '᥇', '1'), '᥈', '2'), '᥉', '3'), '᥊', '4'), '᥋', '5'), '᥌', '6'), '᥍', '7'), '᥎', '8'), '᥏', '9'), '᧐', '0'), '᧑', '1'), '᧒', '2'), '᧓', '3'), '᧔', '4'), '᧕', '5'), '᧖', '6'), '᧗', '7'), '᧘', '8'), '᧙', '9'), '᪀', '0'), '᪁', '1'), '᪂', '2'), '᪃', '3'), '᪄', '4'), '᪅', '5'), '᪆', '6'), '᪇', '7'), '᪈', '8'), '᪉', '9'), '᪐', '0'), '᪑', '1'), '᪒', '2'), '᪓', '3'), '᪔', '4'), '᪕', '5'), '᪖', '6'), '᪗', '7'), '᪘', '8'), '᪙', '9'), '᭐', '0'), '᭑', '1'), '᭒', '2'), '᭓', '3'), '᭔', '4'), '᭕', '5'), '᭖', '6'), '᭗', '7'), '᭘', '8'), '᭙', '9'), '᮰', '0'), '᮱', '1'), '᮲', '2'), '᮳', '3'), '᮴', '4'), '᮵', '5'), '᮶', '6'), '᮷', '7'), '᮸', '8'), '᮹', '9'), '᱀', '0'), '᱁', '1'), '᱂', '2'), '᱃', '3'), '᱄', '4'), '᱅', '5'), '᱆', '6'), '᱇', '7'), '᱈', '8'), '᱉', '9'), '᱐', '0'), '᱑', '1'), '᱒', '2'), '᱓', '3'), '᱔', '4'), '᱕', '5'), '᱖', '6'), '᱗', '7'), '᱘', '8'), '᱙', '9'), '꘠', '0'), '꘡', '1'), '꘢', '2'), '꘣', '3'), '꘤', '4'), '꘥', '5'), '꘦', '6'), '꘧', '7'), '꘨', '8'), '꘩', '9'), '꣐', '0'), '꣑', '1'), '꣒', '2'), '꣓', '3'), '꣔', '4'), '꣕', '5'), '꣖', '6'), '꣗', '7'), '꣘', '8'), '꣙', '9'), '꤀', '0'), '꤁', '1'), '꤂', '2'), '꤃', '3'), '꤄', '4'), '꤅', '5'), '꤆', '6'), '꤇', '7'), '꤈', '8'), '꤉', '9'), '꧐', '0'), '꧑', '1'), '꧒', '2'), '꧓', '3'), '꧔', '4'), '꧕', '5'), '꧖', '6'), '꧗', '7'), '꧘', '8'), '꧙', '9'), '꧰', '0'), '꧱', '1'), '꧲', '2'), '꧳', '3'), '꧴', '4'), '꧵', '5'), '꧶', '6'), '꧷', '7'), '꧸', '8'), '꧹', '9'), '꩐', '0'), '꩑', '1'), '꩒', '2'), '꩓', '3'), '꩔', '4'), '꩕', '5'), '꩖', '6'), '꩗', '7'), '꩘', '8'), '꩙', '9'), '꯰', '0'), '꯱', '1'), '꯲', '2'), '꯳', '3'), '꯴', '4'), '꯵', '5'), '꯶', '6'), '꯷', '7'), '꯸', '8'), '꯹', '9'), '𐒠', '0'), '𐒡', '1'), '𐒢', '2'), '𐒣', '3'), '𐒤', '4'), '𐒥', '5'), '𐒦', '6'), '𐒧', '7'), '𐒨', '8'), '𐒩', '9'), '𐴰', '0'), '𐴱', '1'), '𐴲', '2'), '𐴳', '3'), '𐴴', '4'), '𐴵', '5'), '𐴶', '6'), '𐴷', '7'), '𐴸', '8'), '𐴹', '9'), '𑁦', '0'), '𑁧', '1'), '𑁨', '2'), '𑁩', '3'), '𑁪', '4'), '𑁫', '5'), '𑁬', '6'), '𑁭', '7'), '𑁮', '8'), '𑁯', '9'), '𑃰', '0'), '𑃱', '1'), '𑃲', '2'), '𑃳', '3'), '𑃴', '4'), '𑃵', '5'), '𑃶', '6'), '𑃷', '7'), '𑃸', '8'), '𑃹', '9'), '𑄶', '0'), '𑄷', '1'), '𑄸', '2'), '𑄹', '3'), '𑄺', '4'), '𑄻', '5'), '𑄼', '6'), '𑄽', '7'), '𑄾', '8'), '𑄿', '9'), '𑇐', '0'), '𑇑', '1'), '𑇒', '2'), '𑇓', '3'), '𑇔', '4'), '𑇕', '5'), '𑇖', '6'), '𑇗', '7'), '𑇘', '8'), '𑇙', '9'), '𑋰', '0'), '𑋱', '1'), '𑋲', '2'), '𑋳', '3'), '𑋴', '4'), '𑋵', '5'), '𑋶', '6'), '𑋷', '7'), '𑋸', '8'), '𑋹', '9'), '𑑐', '0'), '𑑑', '1'), '𑑒', '2'), '𑑓', '3'), '𑑔', '4'), '𑑕', '5'), '𑑖', '6'), '𑑗', '7'), '𑑘', '8'), '𑑙', '9'), '𑓐', '0'), '𑓑', '1'), '𑓒', '2'), '𑓓', '3'), '𑓔', '4'), '𑓕', '5'), '𑓖', '6'), '𑓗', '7'), '𑓘', '8'), '𑓙', '9'), '𑙐', '0'), '𑙑', '1'), '𑙒', '2'), '𑙓', '3'), '𑙔', '4'), '𑙕', '5'), '𑙖', '6'), '𑙗', '7'), '𑙘', '8'), '𑙙', '9'), '𑛀', '0'), '𑛁', '1'), '𑛂', '2'), '𑛃', '3'), '𑛄', '4'), '𑛅', '5'), '𑛆', '6'), '𑛇', '7'), '𑛈', '8'), '𑛉', '9'), '𑜰', '0'), '𑜱', '1'), '𑜲', '2'), '𑜳', '3'), '𑜴', '4'), '𑜵', '5'), '𑜶', '6'), '𑜷', '7'), '𑜸', '8'), '𑜹', '9'), '𑣠', '0'), '𑣡', '1'), '𑣢', '2'), '𑣣', '3'), '𑣤', '4'), '𑣥', '5'), '𑣦', '6'), '𑣧', '7'), '𑣨', '8'), '𑣩', '9'), '𑥐', '0'), '𑥑', '1'), '𑥒', '2'), '𑥓', '3'), '𑥔', '4'), '𑥕', '5'), '𑥖', '6'), '𑥗', '7'), '𑥘', '8'), '𑥙', '9'), '𑱐', '0'), '𑱑', '1'), '𑱒', '2'), '𑱓', '3'), '𑱔', '4'), '𑱕', '5'), '𑱖', '6'), '𑱗', '7'), '𑱘', '8'), '𑱙', '9'), '𑵐', '0'), '𑵑', '1'), '𑵒', '2'), '𑵓', '3'), '𑵔', '4'), '𑵕', '5'), '𑵖', '6'), '𑵗', '7'), '𑵘', '8'), '𑵙', '9'), '𑶠', '0'), '𑶡', '1'), '𑶢', '2'), '𑶣', '3'), '𑶤', '4'), '𑶥', '5'), '𑶦', '6'), '𑶧', '7'), '𑶨', '8'), '𑶩', '9'), '𖩠', '0'), '𖩡', '1'), '𖩢', '2'), '𖩣', '3'), '𖩤', '4'), '𖩥', '5'), '𖩦', '6'), '𖩧', '7'), '𖩨', '8'), '𖩩', '9'), '𖫀', '0'), '𖫁', '1'), '𖫂', '2'), '𖫃', '3'), '𖫄', '4'), '𖫅', '5'), '𖫆', '6'), '𖫇', '7'), '𖫈', '8'), '𖫉', '9'), '𖭐', '0'), '𖭑', '1'), '𖭒', '2'), '𖭓', '3'), '𖭔', '4'), '𖭕', '5'), '𖭖', '6'), '𖭗', '7'), '𖭘', '8'), '𖭙', '9'), '𞅀', '0'), '𞅁', '1'), '𞅂', '2'), '𞅃', '3'), '𞅄', '4'), '𞅅', '5'), '𞅆', '6'), '𞅇', '7'), '𞅈', '8'), '𞅉', '9'), '𞋰', '0'), '𞋱', '1'), '𞋲', '2'), '𞋳', '3'), '𞋴', '4'), '𞋵', '5'), '𞋶', '6'), '𞋷', '7'), '𞋸', '8'), '𞋹', '9'), '𞥐', '0'), '𞥑', '1'), '𞥒', '2'), '𞥓', '3'), '𞥔', '4'), '𞥕', '5'), '𞥖', '6'), '𞥗', '7'), '𞥘', '8'), '𞥙', '9');
    END IF;
    IF t ~ '[ßæœþ]' THEN
        t := replace(replace(replace(replace(t, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
    END IF;
    t := regexp_replace(t, '[^ \u0030-\u0039\u0041-\u005a\u0061-\u007a\u00aa\u00b2-\u00b3\u00b5\u00b9-\u00ba\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0220\u0222-\u0233\u0250-\u02ad\u02b0-\u02b8\u02bb-\u02c1\u02d0-\u02d1\u02e0-\u02e4\u02ee\u0300-\u034f\u0360-\u036f\u037a\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u03d0-\u03f5\u0400-\u0481\u0483-\u0486\u0488-\u04ce\u04d0-\u04f5\u04f8-\u04f9\u0500-\u050f\u0531-\u0556\u0559\u0561-\u0587\u0591-\u05a1\u05a3-\u05b9\u05bb-\u05bd\u05bf\u05c1-\u05c2\u05c4\u05d0-\u05ea\u05f0-\u05f2\u0620-\u0655\u0660-\u0669\u066e-\u06d3\u06d5-\u06dc\u06de-\u06e8\u06ea-\u06ed\u06f0-\u06fc\u06ff\u0710-\u072c\u0730-\u074a\u0750-\u07b1\u07c0-\u07c9\u08a0-\u08c9\u0901-\u0903\u0905-\u0939\u093c-\u094d\u0950-\u0954\u0958-\u0963\u0966-\u096f\u0981-\u0983\u0985-\u098c\u098f-\u0990\u0993-\u09a8\u09aa-\u09b0\u09b2\u09b6-\u09b9\u09bc\u09be-\u09c4\u09c7-\u09c8\u09cb-\u09cd\u09d7\u09dc-\u09dd\u09df-\u09e3\u09e6-\u09f1\u09f4-\u09f9\u0a02\u0a05-\u0a0a\u0a0f-\u0a10\u0a13-\u0a28\u0a2a-\u0a30\u0a32-\u0a33\u0a35-\u0a36\u0a38-\u0a39\u0a3c\u0a3e-\u0a42\u0a47-\u0a48\u0a4b-\u0a4d\u0a59-\u0a5c\u0a5e\u0a66-\u0a74\u0a81-\u0a83\u0a85-\u0a8b\u0a8d\u0a8f-\u0a91\u0a93-\u0aa8\u0aaa-\u0ab0\u0ab2-\u0ab3\u0ab5-\u0ab9\u0abc-\u0ac5\u0ac7-\u0ac9\u0acb-\u0acd\u0ad0\u0ae0\u0ae6-\u0aef\u0b01-\u0b03\u0b05-\u0b0c\u0b0f-\u0b10\u0b13-\u0b28\u0b2a-\u0b30\u0b32-\u0b33\u0b36-\u0b39\u0b3c-\u0b43\u0b47-\u0b48\u0b4b-\u0b4d\u0b56-\u0b57\u0b5c-\u0b5d\u0b5f-\u0b61\u0b66-\u0b6f\u0b82-\u0b83\u0b85-\u0b8a\u0b8e-\u0b90\u0b92-\u0b95\u0b99-\u0b9a\u0b9c\u0b9e-\u0b9f\u0ba3-\u0ba4\u0ba8-\u0baa\u0bae-\u0bb5\u0bb7-\u0bb9\u0bbe-\u0bc2\u0bc6-\u0bc8\u0bca-\u0bcd\u0bd7\u0be6-\u0bf2\u0c01-\u0c03\u0c05-\u0c0c\u0c0e-\u0c10\u0c12-\u0c28\u0c2a-\u0c33\u0c35-\u0c39\u0c3e-\u0c44\u0c46-\u0c48\u0c4a-\u0c4d\u0c55-\u0c56\u0c60-\u0c61\u0c66-\u0c6f\u0c82-\u0c83\u0c85-\u0c8c\u0c8e-\u0c90\u0c92-\u0ca8\u0caa-\u0cb3\u0cb5-\u0cb9\u0cbe-\u0cc4\u0cc6-\u0cc8\u0cca-\u0ccd\u0cd5-\u0cd6\u0cde\u0ce0-\u0ce1\u0ce6-\u0cef\u0d02-\u0d03\u0d05-\u0d0c\u0d0e-\u0d10\u0d12-\u0d28\u0d2a-\u0d39\u0d3e-\u0d43\u0d46-\u0d48\u0d4a-\u0d4d\u0d57\u0d60-\u0d61\u0d66-\u0d6f\u0d82-\u0d83\u0d85-\u0d96\u0d9a-\u0db1\u0db3-\u0dbb\u0dbd\u0dc0-\u0dc6\u0dca\u0dcf-\u0dd4\u0dd6\u0dd8-\u0ddf\u0de6-\u0def\u0df2-\u0df3\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0e82\u0e84\u0e87-\u0e88\u0e8a\u0e8d\u0e94-\u0e97\u0e99-\u0e9f\u0ea1-\u0ea3\u0ea5\u0ea7\u0eaa-\u0eab\u0ead-\u0eb9\u0ebb-\u0ebd\u0ec0-\u0ec4\u0ec6\u0ec8-\u0ecd\u0ed0-\u0ed9\u0edc-\u0edd\u0f00\u0f18-\u0f19\u0f20-\u0f33\u0f35\u0f37\u0f39\u0f3e-\u0f47\u0f49-\u0f6a\u0f71-\u0f84\u0f86-\u0f8b\u0f90-\u0f97\u0f99-\u0fbc\u0fc6\u1000-\u1021\u1023-\u1027\u1029-\u102a\u102c-\u1032\u1036-\u1039\u1040-\u1049\u1050-\u1059\u1090-\u1099\u10a0-\u10c5\u10d0-\u10f8\u1100-\u1159\u115f-\u11a2\u11a8-\u11f9\u1200-\u1206\u1208-\u1246\u1248\u124a-\u124d\u1250-\u1256\u1258\u125a-\u125d\u1260-\u1286\u1288\u128a-\u128d\u1290-\u12ae\u12b0\u12b2-\u12b5\u12b8-\u12be\u12c0\u12c2-\u12c5\u12c8-\u12ce\u12d0-\u12d6\u12d8-\u12ee\u12f0-\u130e\u1310\u1312-\u1315\u1318-\u131e\u1320-\u1346\u1348-\u135a\u1369-\u137c\u13a0-\u13f4\u1401-\u166c\u166f-\u1676\u1681-\u169a\u16a0-\u16ea\u16ee-\u16f0\u1700-\u170c\u170e-\u1714\u1720-\u1734\u1740-\u1753\u1760-\u176c\u176e-\u1770\u1772-\u1773\u1780-\u17d3\u17d7\u17dc\u17e0-\u17e9\u180b-\u180d\u1810-\u1819\u1820-\u1877\u1880-\u18a9\u1946-\u194f\u19d0-\u19d9\u1a80-\u1a89\u1a90-\u1a99\u1b50-\u1b59\u1bb0-\u1bb9\u1c40-\u1c49\u1c50-\u1c59\u1e00-\u1e9b\u1ea0-\u1ef9\u1f00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2070-\u2071\u2074-\u2079\u207f-\u2089\u20d0-\u20ea\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2131\u2133-\u2139\u213d-\u213f\u2145-\u2149\u2153-\u2183\u2460-\u249b\u24ea-\u24fe\u2776-\u2793\u3005-\u3007\u3021-\u302f\u3031-\u3035\u3038-\u303c\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312c\u3131-\u318e\u3192-\u3195\u31a0-\u31b7\u31f0-\u31ff\u3220-\u3229\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\u4e00-\u9fa5\ua620-\ua629\ua8d0-\ua8d9\ua900-\ua909\ua9d0-\ua9d9\ua9f0-\ua9f9\uaa50-\uaa59\uabf0-\uabf9\uac00-\ud7a3\uf900-\ufa2d\ufa30-\ufa6a\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb28\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40-\ufb41\ufb43-\ufb44\ufb46-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdfb\ufe00-\ufe0f\ufe20-\ufe23\ufe70-\ufe74\ufe76-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffbe\uffc2-\uffc7\uffca-\uffcf\uffd2-\uffd7\uffda-\uffdc\U000104a0-\U000104a9\U00010d30-\U00010d39\U00011066-\U0001106f\U000110f0-\U000110f9\U00011136-\U0001113f\U000111d0-\U000111d9\U000112f0-\U000112f9\U00011450-\U00011459\U000114d0-\U000114d9\U00011650-\U00011659\U000116c0-\U000116c9\U00011730-\U00011739\U000118e0-\U000118e9\U00011950-\U00011959\U00011c50-\U00011c59\U00011d50-\U00011d59\U00011da0-\U00011da9\U00016a60-\U00016a69\U00016ac0-\U00016ac9\U00016b50-\U00016b59\U0001d400-\U0001d454\U0001d456-\U0001d49c\U0001d49e-\U0001d49f\U0001d4a2\U0001d4a5-\U0001d4a6\U0001d4a9-\U0001d4ac\U0001d4ae-\U0001d4b9\U0001d4bb\U0001d4bd-\U0001d4c0\U0001d4c2-\U0001d4c3\U0001d4c5-\U0001d505\U0001d507-\U0001d50a\U0001d50d-\U0001d514\U0001d516-\U0001d51c\U0001d51e-\U0001d539\U0001d53b-\U0001d53e\U0001d540-\U0001d544\U0001d546\U0001d54a-\U0001d550\U0001d552-\U0001d6a3\U0001d6a8-\U0001d6c0\U0001d6c2-\U0001d6da\U0001d6dc-\U0001d6fa\U0001d6fc-\U0001d714\U0001d716-\U0001d734\U0001d736-\U0001d74e\U0001d750-\U0001d76e\U0001d770-\U0001d788\U0001d78a-\U0001d7a8\U0001d7aa-\U0001d7c2\U0001d7c4-\U0001d7c9\U0001d7ce-\U0001d7ff\U0001e140-\U0001e149\U0001e2f0-\U0001e2f9\U0001e950-\U0001e959]+', ' ', 'g');
    t := t || ' ';
    t := replace(replace(t, 'ء ', ' '), 'ء', 'ي');
    t := regexp_replace(t, '  +', ' ', 'g');
    t := btrim(t);
    t := regexp_replace(t, '([^ ]{64})[^ ]+', '\1', 'g');
    RETURN t;
END
$$"""

APART = r"""CREATE FUNCTION search_apart(folded text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    t text COLLATE "pg_c_utf8" := ' ' || folded || ' ';
BEGIN
    t := regexp_replace(t, '([^ 0-9])([0-9])', '\1 \2', 'g');
    t := regexp_replace(t, '([0-9])([^ 0-9])', '\1 \2', 'g');
    RETURN t;
END
$$"""

FORMS = r"""CREATE FUNCTION search_forms(folded text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    apart text COLLATE "pg_c_utf8" := search_apart(folded);
    t text COLLATE "pg_c_utf8" := apart;
    plain text COLLATE "pg_c_utf8";
    singulars text[];
BEGIN
    t := regexp_replace(t, ' (?:ال(?!وان|واح|عاب|كترون|منيوم|ماني |مانيه |مانيا |بوم |بومات |ياف |بسه |ات |يه |هام )(?=[^ ]{2})|(?:و|[بكف]|و[بكف])ال(?!ون|طو|سيوم|فن |نت)(?=[^ ]{3})|و?لل(?=[^ ]{3}))', ' ', 'g');
    plain := t;
    IF plain ~ ' و' THEN
        plain := plain || coalesce((
            SELECT string_agg(leaning[1], ' ') || ' '
            FROM regexp_matches(plain, ' و(?!اق|اح|اجه|افل|اد|اسع|الد|اير|اي|ات|اكس|اصل|ارد|ثيق|ثاي|جب|جه|حد|حش|رد|رود|رق|رش|راث|زن|ساد|سايد|سط|سيل|شاح|شم|صف|صل|صي|ضع|ضو|طن|ظيف|عا|قاي|قت|قود|كال|كيل|لاد|لاع|لاي|لد|يب|يف)([^ ]{3,})', 'g') AS leaning), '');
    END IF;
    t := plain;
    t := regexp_replace(t, '([^ ]{3})(?:ات|يات|ييات|ه|يه|ييه|ي|يي|يا|ها) ', '\1 ', 'g');
    t := regexp_replace(t, '([^ ]{4})(?:ا|ين) ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z](?:ss|sh|ch|x))es ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z][a-z][a-hj-rtv-z])s ', '\1 ', 'g');
    t := regexp_replace(t, '([a-z]{3})(?:ie|y) ', '\1i ', 'g');
    singulars := (
        SELECT array_agg(singular)
        FROM (SELECT '{"عبايا": "عبا", "حقايب": "حقيب", "شنط": "شنط", "فساتين": "فستان", "قمصان": "قميص", "بناطيل": "بنطلون", "بنطال": "بنطلون", "بناطلين": "بنطلون", "جواكيت": "جاكيت", "جاكيتات": "جاكيت", "معاطف": "معطف", "تنانير": "تنور", "بلايز": "بلوز", "احذيه": "حذا", "جزم": "جزم", "صنادل": "صندل", "اثواب": "ثوب", "ثياب": "ثوب", "احزمه": "حزام", "خواتم": "خاتم", "اساور": "اسوار", "اسواره": "اسوار", "قلايد": "قلاد", "سلاسل": "سلسل", "اقراط": "قرط", "حلقان": "حلق", "عطور": "عطر", "بخاخات": "بخاخ", "هدايا": "هدي", "العاب": "لعب", "كتب": "كتاب", "اقلام": "قلم", "دفاتر": "دفتر", "هواتف": "هاتف", "شواحن": "شاحن", "اسلاك": "سلك", "كوابل": "كيبل", "كابلات": "كيبل", "كيابل": "كيبل", "اجهزه": "جهاز", "ادوات": "ادا", "اغطيه": "غطا", "كراسي": "كرس", "مكاتب": "مكتب", "رفوف": "رف", "مفارش": "مفرش", "وسايد": "وساد", "مخدات": "مخد", "ستاير": "ستار", "سجاجيد": "سجاد", "مناشف": "منشف", "بطانيات": "بطان", "شراشف": "شرشف", "اكواب": "كوب", "صحون": "صحن", "ملاعق": "ملعق", "سكاكين": "سكين", "قدور": "قدر", "اطباق": "طبق", "مصابيح": "مصباح", "شموع": "شمع", "ورود": "ورد", "ورد": "ورد", "زهور": "زهر", "ازهار": "زهر", "تمور": "تمر", "زيوت": "زيت", "بهارات": "بهار", "توابل": "تابل", "فواكه": "فاكه", "عصاير": "عصير", "علب": "علب", "قطع": "قطع", "قطعتين": "قطع", "حبتين": "حبه", "علبتين": "علب", "اطفال": "طفل", "رجال": "رجل", "نسا": "امرا", "نسايي": "امرا", "نساييه": "امرا", "رجالي": "رجل", "رجاليه": "رجل", "اولاد": "ولد", "ولادي": "ولد", "بنات": "بنت", "بناتي": "بنت", "الوان": "لون", "صور": "صور", "لوحات": "لوح", "اطارات": "اطار", "اقمشه": "قماش", "خيام": "خيم", "حبال": "حبل", "مسابح": "مسبح", "سبح": "سبح", "كرات": "كره", "افران": "فرن", "خلاطات": "خلاط", "غسالات": "غسال", "مراوح": "مروح", "نظاير": "نظار", "اطقم": "طقم", "ادويه": "دوا", "كمايم": "كمام", "اقنعه": "قناع", "كرتونات": "كرتون", "women": "woman", "men": "man", "children": "child", "knives": "knife", "shelves": "shelf", "scarves": "scarf", "mice": "mouse", "feet": "foot", "teeth": "tooth"}'::jsonb ->> word AS singular
              FROM unnest(string_to_array(plain, ' ')) AS word) AS looked_up
        WHERE singular IS NOT NULL);
    RETURN array_remove(string_to_array(folded || apart || plain || t, ' '), '') || singulars;
END
$$"""

VECTOR = r"""CREATE FUNCTION search_vector(title text, more text, description text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT -- who restores a dump has none
AS $$
DECLARE
    folded text := search_fold(title);
    words text[] := string_to_array(btrim(search_apart(folded)), ' ');
    first text[] := search_forms(folded) || (
        SELECT array_agg(left(one || other, 64))
        FROM unnest(words, words[2:]) AS pair (one, other)
        WHERE one || other !~ '[0-9]');
    second text[] := search_forms(search_fold(more));
BEGIN
    RETURN coalesce(nullif(array_to_string(first, ':1A ') || ':1A', ':1A'), '')::tsvector
        || coalesce(nullif(array_to_string(second, ':1B ') || ':1B', ':1B'), '')::tsvector
        || array_to_tsvector(search_forms(search_fold(description)));
END
$$"""

FUNCTIONS = (FOLD, APART, FORMS, VECTOR)
"""As they were when this step was made; whoever changes them makes another step."""


def upgrade() -> None:
    connection = op.get_bind()
    for function in FUNCTIONS:
        # Without parameters: a colon or a percent sign in there is nothing but itself.
        connection.exec_driver_sql(function)
    op.add_column("products", sa.Column("keywords", sa.Text, server_default=""))
    op.execute(
        """
        UPDATE products SET keywords = coalesce((
            SELECT string_agg(DISTINCT word, ' ')
            FROM (
                SELECT unnest(tags || sku || variants.options) AS word
                FROM variants WHERE product_id = products.id AND NOT retired
            ) AS words
        ), '')
        """
    )
    op.alter_column("products", "keywords", nullable=False, server_default=None)
    op.add_column(
        "products",
        sa.Column(
            "found_by",
            TSVECTOR,
            sa.Computed("search_vector(title, keywords, description)", persisted=True),
            nullable=False,
        ),
    )
    op.add_column(
        "products",
        sa.Column(
            "sorted_by",
            sa.Text(collation="C"),
            sa.Computed("left(search_fold(title), 100)", persisted=True),
            nullable=False,
        ),
    )
    op.add_column(
        "categories",
        sa.Column(
            "found_by",
            TSVECTOR,
            sa.Computed("search_vector('', name, '')", persisted=True),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_products_merchant_id_sorted_by_id", "products", ["merchant_id", "sorted_by", "id"]
    )


def downgrade() -> None:
    op.drop_column("categories", "found_by")
    op.drop_index("ix_products_merchant_id_sorted_by_id", "products")
    for name in ("sorted_by", "found_by", "keywords"):
        op.drop_column("products", name)
    op.execute("DROP FUNCTION search_vector, search_forms, search_apart, search_fold")
