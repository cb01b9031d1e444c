"""
Every refusal in Arabic and English.

Of a text, the first sentence is the title and the rest the detail. Names in braces are facts of
the error.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.accounts import Locale


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in the languages the marketplace speaks."""

    ar: str
    en: str

    def told(self, locale: Locale, facts: Mapping[str, object]) -> str:
        """The text in one language, its facts filled in."""
        text = self.ar if locale is Locale.ARABIC else self.en
        return text.format_map(_Facts(facts))


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"


def preferred(accept_language: str) -> Locale:
    """What an ``Accept-Language`` asks for (RFC 9110, 12.5.4); Arabic where it asks for nothing."""
    best, chosen = 0.0, Locale.ARABIC
    for each in accept_language.split(","):
        language, _, weight = each.partition(";")
        try:
            wish = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        for locale in Locale:
            if language.strip().lower().partition("-")[0] in (locale, "*") and best < wish <= 1:
                best, chosen = wish, locale
    return chosen


SKU_TWICE = Wording(
    ar="رمز المنتج (SKU) مكرر: هو نفسه في الصف {row} من هذا الملف.",
    en="The same SKU twice: row {row} of this file has it too.",
)
"""``sku-taken``, where the other one is a row of the same sheet."""

MESSAGES: Mapping[str, Wording] = {
    # The kinds, for an error whose own text nobody has written
    "marketplace-error": Wording(
        ar="تعذّر تنفيذ الطلب.",
        en="That could not be done.",
    ),
    "not-found": Wording(
        ar="غير موجود. لا يوجد شيء بهذا المعرّف.",
        en="Not found. There is no such thing.",
    ),
    "rule-broken": Wording(
        ar="غير مسموح. الطلب صحيح الصياغة لكنه يخالف إحدى القواعد.",
        en="Not allowed. The request is well formed, and still not allowed.",
    ),
    "conflict": Wording(
        ar="تعارض مع الحالة الحالية. حدّث البيانات ثم حاول من جديد.",
        en="That conflicts with how things stand. Read again, then decide.",
    ),
    "forbidden": Wording(
        ar="ليست لديك صلاحية لهذا الإجراء.",
        en="You are not entitled to do this.",
    ),
    "unauthenticated": Wording(
        ar="يلزم تسجيل الدخول.",
        en="Say who you are.",
    ),
    "too-many": Wording(
        ar="طلبات كثيرة جدًا. انتظر قليلًا ثم حاول من جديد.",
        en="Too many requests. Wait a little, then try again.",
    ),
    "unavailable": Wording(
        ar="الخدمة غير متاحة مؤقتًا. حاول من جديد بعد قليل.",
        en="Not available right now. Try again in a little while.",
    ),
    "bad-value": Wording(
        ar="قيمة غير صالحة.",
        en="Not a valid value.",
    ),
    "invalid-fields": Wording(
        ar="بعض الحقول غير صالحة. صحّح الحقول المذكورة ثم أعد الإرسال.",
        en="Some fields are not valid. Correct the fields named here and send again.",
    ),
    "changed-meanwhile": Wording(
        ar="تغيّرت البيانات في هذه الأثناء. حدّثها ثم حاول من جديد.",
        en="It has changed meanwhile. Read it again, then try again.",
    ),
    "in-progress": Wording(
        ar="الطلب نفسه قيد التنفيذ. أعد إرساله بالمفتاح نفسه بعد لحظات لتصلك نتيجته.",
        en="The same request is being carried out. Send it again with the same key in a moment, "
        "for its answer.",
    ),
    "key-reused": Wording(
        ar="استُخدم مفتاح Idempotency-Key هذا لطلب آخر. أرسل كل طلب جديد بمفتاح جديد.",
        en="This Idempotency-Key was used for another request. Send a new request with a new key.",
    ),
    # Requests
    "no-such-path": Wording(
        ar="لا يوجد شيء على هذا العنوان.",
        en="Nothing is served at this address.",
    ),
    "method-not-allowed": Wording(
        ar="هذا العنوان لا يقبل هذه الطريقة. الترويسة Allow تذكر الطرق المقبولة.",
        en="This address does not take that method. The Allow header names those it takes.",
    ),
    "malformed-request": Wording(
        ar="تعذّرت قراءة الطلب. تأكد من أنه بترميز UTF-8 وبصياغة JSON صحيحة.",
        en="The request cannot be read. Make sure that it is well-formed JSON in UTF-8.",
    ),
    "body-too-large": Wording(
        ar="حجم الطلب أكبر من المسموح به.",
        en="The body is larger than is allowed here.",
    ),
    "encoded-body": Wording(
        ar="محتوى الطلب مضغوط، ولا نفكّ الضغط هنا. أرسله كما هو، دون Content-Encoding.",
        en="The body is compressed, and none is unpacked here. Send it as it is, without "
        "Content-Encoding.",
    ),
    "wrong-media-type": Wording(
        ar="نوع المحتوى غير مقبول هنا. أرسل application/json، أو multipart/form-data عند رفع صورة.",
        en="That type of content is not taken here. Send application/json, or multipart/form-data "
        "to upload an image.",
    ),
    "unknown-host": Wording(
        ar="اسم النطاق هذا غير معروف هنا.",
        en="No site of this name is served here.",
    ),
    "client-gone": Wording(
        ar="انقطع الاتصال قبل اكتمال الطلب.",
        en="The connection ended before the request did.",
    ),
    "unexpected": Wording(
        ar="حدث خطأ غير متوقع. سجّلناه وسننظر فيه؛ اذكر request_id إن تواصلت معنا.",
        en="Something went wrong on our side. It is on record; name the request_id if you ask.",
    ),
    # Fields
    "missing": Wording(
        ar="هذا الحقل مطلوب.",
        en="This is required.",
    ),
    "wrong-type": Wording(
        ar="نوع القيمة غير صحيح.",
        en="Not a value of the right type.",
    ),
    "unknown-field": Wording(
        ar="لا يوجد حقل بهذا الاسم هنا.",
        en="There is no field of this name here.",
    ),
    "said-twice": Wording(
        ar="أُرسلت هذه القيمة أكثر من مرة. أرسلها مرة واحدة.",
        en="This was sent more than once. Send it once.",
    ),
    "not-expected": Wording(
        ar="لا تُرسل قيمة في هذا الحقل هنا.",
        en="Nothing belongs here.",
    ),
    "out-of-range": Wording(
        ar="العدد خارج النطاق المسموح به.",
        en="The number is out of range.",
    ),
    "bad-id": Wording(
        ar="هذا ليس معرّفًا صالحًا.",
        en="Not an id.",
    ),
    "bad-cursor": Wording(
        ar="مؤشر الصفحة غير صالح. استخدم next_cursor كما وصلك.",
        en="Not a cursor. Use next_cursor as it was given.",
    ),
    "bad-idempotency-key": Wording(
        ar="مفتاح غير صالح. أرسل ترويسة واحدة من 1 إلى 255 حرفًا لاتينيًا مطبوعًا، مثل UUID.",
        en="Not a key. Send one header of 1 to 255 printable ASCII characters, such as a UUID.",
    ),
    "too-long": Wording(
        ar="النص أطول من المسموح به: {at_most} على الأكثر.",
        en="Too long: {at_most} at most.",
    ),
    "too-short": Wording(
        ar="النص أقصر من المطلوب: {at_least} أحرف على الأقل.",
        en="Too short: at least {at_least} characters.",
    ),
    "bad-characters": Wording(
        ar="يحتوي النص على رموز غير مسموح بها.",
        en="The text contains characters that are not allowed.",
    ),
    "not-one-of": Wording(
        ar="ليست من القيم المسموح بها.",
        en="Not one of the allowed values.",
    ),
    "bad-phone": Wording(
        ar="رقم الهاتف غير صحيح.",
        en="Not a telephone number.",
    ),
    "unknown-country": Wording(
        ar="هذا البلد غير مدعوم.",
        en="Not a country this marketplace sells in.",
    ),
    "unknown-currency": Wording(
        ar="رمز العملة غير معروف (ISO 4217).",
        en="Not a currency code (ISO 4217).",
    ),
    "bad-order-number": Wording(
        ar="رقم الطلب غير صحيح. هو عدد مثل 1001.",
        en="Not the number of an order, such as 1001.",
    ),
    "bad-amount": Wording(
        ar="المبلغ ليس عددًا عشريًا صحيحًا.",
        en="Not a plain decimal number.",
    ),
    "ambiguous-amount": Wording(
        ar="لا يُعرف هل الفاصلة للآلاف أم للكسور. اكتب {as_thousands} إن كانت للآلاف، أو "
        "{as_decimals} إن كانت للكسور.",
        en="The comma may stand for thousands or for decimals. Write {as_thousands} for thousands, "
        "or {as_decimals} for decimals.",
    ),
    "negative-amount": Wording(
        ar="لا يمكن أن يكون المبلغ سالبًا.",
        en="An amount cannot be negative.",
    ),
    "too-many-decimals": Wording(
        ar="منازل عشرية أكثر من المسموح به: {digits} على الأكثر لعملة {currency}.",
        en="Too many decimals: {currency} has {digits}.",
    ),
    "amount-too-large": Wording(
        ar="المبلغ كبير جدًا.",
        en="The amount is too large.",
    ),
    # Accounts
    "account-not-found": Wording(
        ar="الحساب غير موجود.",
        en="There is no such account.",
    ),
    "session-not-found": Wording(
        ar="الجلسة غير موجودة أو انتهت.",
        en="There is no such session, or it has ended.",
    ),
    "wrong-password": Wording(
        ar="كلمة المرور الحالية غير صحيحة.",
        en="That is not your current password.",
    ),
    "email-taken": Wording(
        ar="هذا البريد الإلكتروني مسجّل لحساب آخر. سجّل الدخول أو استخدم بريدًا آخر.",
        en="Another account has this address. Sign in, or use another one.",
    ),
    "username-taken": Wording(
        ar="اسم المستخدم هذا محجوز. اختر اسمًا آخر.",
        en="Another account has this name. Choose another one.",
    ),
    "phone-taken": Wording(
        ar="رقم الهاتف هذا مسجّل لحساب آخر. سجّل الدخول أو استخدم رقمًا آخر.",
        en="Another account has this number. Sign in, or use another one.",
    ),
    "sign-in-required": Wording(
        ar="يلزم تسجيل الدخول. انتهت الجلسة أو لم يُرسل رمز دخول صالح.",
        en="Sign in first. There is no access token, or not one that is in force.",
    ),
    "wrong-credentials": Wording(
        ar="بيانات الدخول غير صحيحة. تحقق من البريد الإلكتروني وكلمة المرور.",
        en="No account has this name with this password. Check both of them.",
    ),
    "refresh-refused": Wording(
        ar="انتهت الجلسة. سجّل الدخول من جديد.",
        en="The session has ended. Sign in again.",
    ),
    "wrong-role": Wording(
        ar="حسابك لا يملك صلاحية هذا الإجراء.",
        en="Your account may not do this.",
    ),
    "account-suspended": Wording(
        ar="هذا الحساب موقوف. تواصل مع إدارة المنصة.",
        en="This account is suspended. Speak to the marketplace.",
    ),
    "link-expired": Wording(
        ar="انتهت صلاحية الرابط. استُخدم أو مضى وقته؛ اطلب رابطًا جديدًا.",
        en="The link has expired. It was used, or its time is over; ask for a new one.",
    ),
    "sign-ins-busy": Wording(
        ar="محاولات دخول كثيرة في هذه اللحظة. حاول من جديد بعد قليل.",
        en="Too many people are signing in at this moment. Try again in a little while.",
    ),
    "too-many-attempts": Wording(
        ar="محاولات كثيرة. انتظر قليلًا ثم حاول من جديد.",
        en="Too many attempts. Wait a little while, then try again.",
    ),
    "bad-email": Wording(
        ar="البريد الإلكتروني غير صحيح.",
        en="Not an address of the form name@example.com.",
    ),
    "bad-username": Wording(
        ar="من 3 إلى 30 خانة: أحرف لاتينية وأرقام، وشرطات مفردة بينها.",
        en="3 to 30 Latin letters and digits, with single hyphens inside.",
    ),
    "reserved-username": Wording(
        ar="هذا الاسم محجوز للمنصة. اختر اسمًا آخر.",
        en="The marketplace keeps this name for itself. Choose another one.",
    ),
    "common-password": Wording(
        ar="كلمة المرور هذه شائعة ويسهل تخمينها.",
        en="One of the first passwords anybody would try.",
    ),
    # Merchants and stores
    "job-not-found": Wording(
        ar="لا توجد هذه المهمة. ربما أُنجزت بالفعل.",
        en="There is no such job. Most likely it is done.",
    ),
    "job-running": Wording(
        ar="هذه المهمة قيد التنفيذ الآن. ستظهر نتيجتها بعد قليل.",
        en="A worker is at this job right now. What becomes of it shows soon.",
    ),
    "merchant-not-found": Wording(
        ar="التاجر غير موجود.",
        en="There is no such merchant.",
    ),
    "store-moved": Wording(
        ar="انتقل المتجر إلى عنوان آخر.",
        en="The store has moved to another address.",
    ),
    "store-not-found": Wording(
        ar="المتجر غير موجود.",
        en="There is no store at this address.",
    ),
    "moved-too-often": Wording(
        ar="تغيّر عنوان المتجر مرات كثيرة. الموعد المذكور في possible_at هو أقرب وقت لتغييره مجددًا.",
        en="The store has moved too often. It can have another address from the time named in "
        "possible_at.",
    ),
    "store-on-holiday": Wording(
        ar="المتجر في إجازة. لا يستقبل الطلبات حاليًا.",
        en="The store is on holiday. It takes no orders for now.",
    ),
    "wrong-merchant-status": Wording(
        ar="حالة التاجر لا تسمح بهذا الإجراء.",
        en="The merchant's status does not allow that.",
    ),
    "wrong-kyc-status": Wording(
        ar="حالة الوثائق لا تسمح بهذا الإجراء. الحالة الحالية: {kyc_status}.",
        en="The status of the papers does not allow that. It is {kyc_status}.",
    ),
    "submission-not-found": Wording(
        ar="الوثائق غير موجودة.",
        en="There are no such papers.",
    ),
    "document-not-found": Wording(
        ar="المستند غير موجود أو لم يعد محفوظًا.",
        en="There is no such document, or it is kept no more.",
    ),
    "bad-registration-number": Wording(
        ar="رقم السجل من {at_least} إلى {at_most} خانة: أحرف وأرقام وشرطات.",
        en="From {at_least} to {at_most} letters, digits and hyphens.",
    ),
    "bad-document": Wording(
        ar="ليس ملف JPEG أو PNG أو WebP أو PDF.",
        en="Not a JPEG, PNG, WebP or PDF.",
    ),
    "document-too-large": Wording(
        ar="المستند أكبر من المسموح به: 10 ميغابايت على الأكثر.",
        en="Too large: 10 MiB at most.",
    ),
    "wrong-number-of-documents": Wording(
        ar="من {at_least} إلى {at_most} مستندات.",
        en="From {at_least} to {at_most} documents.",
    ),
    "currency-fixed": Wording(
        ar="لا يمكن تغيير العملة. أسعار منتجات المتجر بعملة {currency}.",
        en="The currency is fixed. The store has products, with prices in {currency}.",
    ),
    "unknown-time-zone": Wording(
        ar="المنطقة الزمنية غير معروفة، مثل Asia/Riyadh.",
        en="Not a time zone, as in Asia/Riyadh.",
    ),
    "past-moment": Wording(
        ar="هذا الوقت مضى.",
        en="This point in time is over.",
    ),
    "orders-open": Wording(
        ar="للتاجر طلبات مفتوحة عددها {open_orders}. أنهها أولًا أو أكّد إلغاءها.",
        en="The merchant has open orders: {open_orders}. See them through, or force their "
        "cancellation.",
    ),
    "bad-link": Wording(
        ar="الرابط غير صحيح أو لا يؤدي إلى صفحة في الموقع المطلوب.",
        en="Not an https link to somebody's page at the site it should lead to.",
    ),
    "bad-hours": Wording(
        ar="عدد الساعات من {at_least} إلى {at_most}.",
        en="From {at_least} to {at_most} hours.",
    ),
    "bad-moment": Wording(
        ar="هذا الوقت خارج ما يمكن تسجيله.",
        en="This point in time is out of range.",
    ),
    "bad-day": Wording(
        ar="تاريخ غير مفهوم. اكتبه هكذا: {like}.",
        en="No such date is known. Write it like this: {like}.",
    ),
    "begins-after-today": Wording(
        ar="تبدأ الفترة بعد اليوم. اليوم هو {today}.",
        en="The period begins after today. Today is {today}.",
    ),
    "ends-before-it-begins": Wording(
        ar="نهاية الفترة قبل بدايتها.",
        en="The period ends before it begins.",
    ),
    "too-many-days": Wording(
        ar="الفترة أطول من {at_most} يومًا.",
        en="The period has more than {at_most} days.",
    ),
    # Products and images
    "product-not-found": Wording(
        ar="المنتج غير موجود أو غير معروض للبيع.",
        en="There is no such product, or it is not on sale.",
    ),
    "product-taken-down": Wording(
        ar="أوقفت إدارة المنصة عرض هذا المنتج. السبب: «{reason}». لا يمكن بيعه حتى تعيده الإدارة.",
        en="The platform has taken this product down. The reason: '{reason}'. "
        "Until it is restored it cannot be sold.",
    ),
    "product-moved": Wording(
        ar="انتقل المنتج إلى عنوان آخر.",
        en="The product has moved to another address.",
    ),
    "variant-not-found": Wording(
        ar="لا يوجد هذا الخيار للمنتج.",
        en="The product has no such variant.",
    ),
    "too-many-confirmation-attempts": Wording(
        ar="سُجّلت محاولات كثيرة لهذا الطلب. الحد الأقصى {at_most}.",
        en="Too many attempts were written down. At most {at_most} of one order.",
    ),
    "not-in-order": Wording(
        ar="ليس في الطلب هذا العدد من المنتج.",
        en="The order has not so many units of it.",
    ),
    "too-many-orders": Wording(
        ar="{at_most} طلب على الأكثر في المرة الواحدة.",
        en="At most {at_most} orders at once.",
    ),
    "out-of-stock": Wording(
        ar="الكمية المطلوبة غير متوفرة. عدّل الكميات حسب المتاح.",
        en="Not enough is left. Ask for no more than is available.",
    ),
    "bad-stock": Wording(
        ar="المخزون عدد صحيح من {at_least} إلى {at_most}.",
        en="A whole number from {at_least} to {at_most}.",
    ),
    "stock-drifted": Wording(
        ar="مخزون هذا المنتج لا يطابق السجل. أبلغ إدارة المنصة لمطابقته.",
        en="The stock does not agree with its ledger. Tell those who run the platform.",
    ),
    "not-enough-on-hand": Wording(
        ar="لا يوجد ما يكفي في المخزون. المتاح {available} فقط.",
        en="There are not that many. Only {available} are free.",
    ),
    "no-bargain": Wording(
        ar="السعر قبل الخصم يجب أن يكون أعلى من السعر الحالي {price}.",
        en="A former price is above the present one, which is {price}.",
    ),
    "reason-contradicts": Wording(
        ar="السبب لا يوافق التغيير: ما استُلم أو وُجد يزيد المخزون، وما تلف أو فُقد ينقصه.",
        en="What was received or found came, and what was damaged or lost went: the number says "
        "the opposite.",
    ),
    "unknown-export": Wording(
        ar="غُيّر المخزون في صف من ملف مُصدَّر، ولا يُعرف كم كان عند التصدير أو في أي تصدير. "
        "صدّر المنتجات من جديد، أو احذف عمودي «المخزون عند التصدير» و«رقم التصدير» معًا "
        "ليُعتمد المخزون المكتوب كما هو.",
        en="The stock of an exported row was changed, and it cannot be told how many there "
        "were when it was exported, or in which export. Export the products again, or take "
        "out both 'Stock when exported' and 'Export number' to have the stock counted as it "
        "is written.",
    ),
    "variant-required": Wording(
        ar="للمنتج أكثر من خيار. حدّد variant_id.",
        en="The product comes in several variants. Name one by variant_id.",
    ),
    "several-variants": Wording(
        ar="للمنتج أكثر من خيار؛ اذكر القيمة لكل خيار.",
        en="The product comes in several variants; say it for each of them.",
    ),
    "too-many-variants": Wording(
        ar="العدد الأقصى {at_most}.",
        en="At most {at_most}.",
    ),
    "wrong-options": Wording(
        ar="لكل خيار قيمة واحدة بالضبط من قيم كل صفة.",
        en="A variant has exactly one of the values of each option.",
    ),
    "same-options": Wording(
        ar="القيمة مكررة.",
        en="The same twice.",
    ),
    "sku-taken": Wording(
        ar="رمز المنتج (SKU) مستخدم في متجرك.",
        en="The SKU is taken. Another variant of your store has it.",
    ),
    "slug-taken": Wording(
        ar="الرابط مستخدم في متجرك.",
        en="The slug is taken. Something else in your store has it.",
    ),
    "bad-slug": Wording(
        ar="أحرف وأرقام بينها شرطات، {at_most} على الأكثر.",
        en="Letters and digits with hyphens between them, {at_most} at most.",
    ),
    "bad-adjustment": Wording(
        ar="عدد صحيح غير الصفر، {at_most} على الأكثر.",
        en="A whole number other than 0, of at most {at_most}.",
    ),
    "bad-position": Wording(
        ar="عدد صحيح من {at_least} إلى {at_most}.",
        en="A whole number from {at_least} to {at_most}.",
    ),
    "category-not-found": Wording(
        ar="التصنيف غير موجود.",
        en="There is no such category.",
    ),
    "category-taken": Wording(
        ar="لديك تصنيف بهذا الاسم.",
        en="You have a category of this name.",
    ),
    "too-many-categories": Wording(
        ar="وصلت إلى الحد الأقصى من التصنيفات. العدد الأقصى {at_most}.",
        en="There are too many categories. A store has at most {at_most}.",
    ),
    "stale": Wording(
        ar="تغيّر هذا العنصر. اقرأه من جديد ثم أعد المحاولة.",
        en="It has changed. Read it again, then decide.",
    ),
    "stale-version": Wording(
        ar="تغيّر هذا العنصر بعد أن قرأته. اقرأه من جديد ثم أعد المحاولة.",
        en="It has changed since you read it. Read it again, then decide.",
    ),
    "image-not-found": Wording(
        ar="الصورة غير موجودة.",
        en="There is no such image.",
    ),
    "unreadable-image": Wording(
        ar="تعذّرت قراءة الصورة. أرسل صورة سليمة بصيغة JPEG أو PNG أو WebP أو HEIC.",
        en="The image cannot be read. Send a sound JPEG, PNG, WebP or HEIC.",
    ),
    "image-too-large": Wording(
        ar="أبعاد الصورة كبيرة جدًا. الحد الأقصى 40 ميغابكسل.",
        en="The image is too large. 40 megapixels is the limit.",
    ),
    "image-too-heavy": Wording(
        ar="ملف الصورة أكبر من المسموح. الحدّ {at_most} بايت.",
        en="The image file is too large. {at_most} bytes is the limit.",
    ),
    "too-many-images": Wording(
        ar="بلغ المتجر حدّ الصور. الحدّ {at_most} صورة؛ احذف بعضها أولًا.",
        en="The store keeps as many images as it can. {at_most} is the limit; delete some.",
    ),
    "too-many-photos-at-once": Wording(
        ar="أُرسلت صور كثيرة في وقت واحد. نعالج {at_most} منها معًا؛ أعد إرسال هذه بعد قليل.",
        en="Too many photos at the same time. {at_most} at once are looked at; send this one again "
        "in a little while.",
    ),
    "photos-busy": Wording(
        ar="صور كثيرة تصل من المتاجر في هذه اللحظة. أعد إرسال الصورة بعد قليل.",
        en="Stores are sending a lot of photos at this moment. Send this one again in a little "
        "while.",
    ),
    "upload-not-found": Wording(
        ar="لم يصل شيء لهذا الرفع. أرسل الملف أولًا، أو ابدأ رفعًا جديدًا.",
        en="Nothing was sent for this upload. Send the file first, or begin another upload.",
    ),
    "no-direct-uploads": Wording(
        ar="الرفع المباشر غير متاح هنا. أرسل الصورة إلى ‎/api/merchant/upload-image‎.",
        en="There are no direct uploads here. Send the image to /api/merchant/upload-image.",
    ),
    "bad-size": Wording(
        ar="حجم الملف من {at_least} إلى {at_most} بايت.",
        en="A file has from {at_least} to {at_most} bytes.",
    ),
    # Orders
    "order-not-found": Wording(
        ar="الطلب غير موجود.",
        en="There is no such order.",
    ),
    "wrong-order-status": Wording(
        ar="حالة الطلب لا تسمح بهذا التغيير. الحالات الممكنة مذكورة في allowed.",
        en="The order's status does not allow that. Where it can go is named in allowed.",
    ),
    "price-changed": Wording(
        ar="تغيّر السعر. راجع الإجمالي الجديد ثم أكّد الطلب.",
        en="The price has changed. Look at the new total, then order.",
    ),
    "below-minimum": Wording(
        ar="الطلب أقل من الحد الأدنى. الحد الأدنى لهذا المتجر {minimum} {currency}.",
        en="The order is below the minimum. This store takes orders from {minimum} {currency}.",
    ),
    "order-refused": Wording(
        ar="تعذّر قبول الطلب. تواصل مع المتجر مباشرة لإتمامه.",
        en="This order cannot be taken. Contact the store to order from it.",
    ),
    "already-blocked": Wording(
        ar="هذا الرقم محظور من قبل. لا حاجة إلى حظره مرة أخرى.",
        en="This phone is blocked already. There is no need to block it again.",
    ),
    "blocked-phone-not-found": Wording(
        ar="الرقم المحظور غير موجود.",
        en="There is no such blocked phone.",
    ),
    "city-not-served": Wording(
        ar="لا يوصل المتجر إلى هذه المدينة. المدينة المطلوبة: {city}.",
        en="The store does not deliver to this city. It is {city}.",
    ),
    "city-missing": Wording(
        ar="حدّد المدينة. يوصل المتجر إلى مدن معيّنة فقط.",
        en="Name the city. The store delivers to certain cities only.",
    ),
    "city-twice": Wording(
        ar="المدينة مكررة. ذُكرت {city} أكثر من مرة.",
        en="A city is named twice. It is {city}.",
    ),
    "too-many-zones": Wording(
        ar="المناطق كثيرة جدًا. الحد الأقصى {at_most}.",
        en="There are too many zones. {at_most} is the limit.",
    ),
    "too-many-cities": Wording(
        ar="المدن كثيرة جدًا. الحد الأقصى {at_most} في جميع المناطق.",
        en="There are too many cities. {at_most} in all zones is the limit.",
    ),
    "nothing-to-collect": Wording(
        ar="لا يُسجَّل تحصيل المبلغ إلا عند التسليم.",
        en="Money is collected when the parcel is delivered.",
    ),
    "collected-too-much": Wording(
        ar="المبلغ المحصّل أكبر من إجمالي الطلب، وهو {total} {currency}.",
        en="More was collected than the order costs, {total} {currency}.",
    ),
    "collected-too-little": Wording(
        ar="المبلغ المحصّل أقل مما أُعيد منه، وهو {refunded} {currency}.",
        en="Less was collected than was given back of it, {refunded} {currency}.",
    ),
    "nothing-to-refund": Wording(
        ar="لا يوجد مبلغ يُعاد. لم يُحصَّل شيء لهذا الطلب، أو أُعيد كله من قبل.",
        en="There is nothing to give back. Nothing was collected for this order, or all of it was "
        "given back before.",
    ),
    "refunded-too-much": Wording(
        ar="المبلغ أكبر مما بقي. يمكن إعادة {left} {currency} على الأكثر.",
        en="That is more than is left. At most {left} {currency} can be given back.",
    ),
    "too-many-refunds": Wording(
        ar="مبالغ معادة كثيرة على هذا الطلب. الحد الأقصى {at_most}.",
        en="This order has too many refunds. {at_most} is the limit.",
    ),
    "no-amount": Wording(
        ar="أدخل مبلغًا أكبر من صفر.",
        en="Say an amount above zero.",
    ),
    "not-editable": Wording(
        ar="فات وقت هذا التعديل. لا يُعدَّل ما في fields إلا في الحالات المذكورة في allowed.",
        en="It is too late to change that. What fields names changes only in the statuses that "
        "allowed names.",
    ),
    "too-many-edits": Wording(
        ar="عُدّل هذا الطلب مرات كثيرة. الحد الأقصى {at_most}.",
        en="This order has been changed too often. {at_most} times is the limit.",
    ),
    "discount-too-large": Wording(
        ar="الخصم أكبر من قيمة الطلب، وهي {most} {currency}.",
        en="The discount is larger than what the order costs, {most} {currency}.",
    ),
    "reason-missing": Wording(
        ar="يلزم ذكر السبب.",
        en="A reason is required.",
    ),
    "unknown-reason": Wording(
        ar="السبب ليس من الأسباب المعروفة لهذه الحالة.",
        en="Not one of the reasons for this.",
    ),
    "too-many-lines": Wording(
        ar="أصناف كثيرة: {at_most} على الأكثر.",
        en="Too many different items: {at_most} at most.",
    ),
    "bad-quantity": Wording(
        ar="الكمية من {at_least} إلى {at_most}.",
        en="From {at_least} to {at_most} units.",
    ),
    # Notifications and mail
    "notification-not-found": Wording(
        ar="الإشعار غير موجود.",
        en="There is no such notification.",
    ),
    "announcement-not-found": Wording(
        ar="الإعلان غير موجود.",
        en="There is no such announcement.",
    ),
    "too-many-streams": Wording(
        ar="القنوات المفتوحة كثيرة. الحد {at_most} في الوقت نفسه؛ أغلق واحدة ثم أعد المحاولة.",
        en="Too many streams are open. {at_most} at a time is the limit; close one, then try.",
    ),
    "streams-full": Wording(
        ar="القنوات المفتوحة كثيرة الآن. أعد المحاولة بعد قليل.",
        en="As many streams are open as this server can keep. Try again soon.",
    ),
    "bad-event-id": Wording(
        ar="‏Last-Event-ID ليس رقمًا أرسلناه.",
        en="Last-Event-ID is not a number we have sent.",
    ),
    "mail-refused": Wording(
        ar="رُفضت الرسالة.",
        en="The letter was refused.",
    ),
    "mail-unavailable": Wording(
        ar="البريد غير متاح مؤقتًا.",
        en="Mail is not available right now.",
    ),
    "message-refused": Wording(
        ar="تعذّر إيصال الرسالة إلى هذا الرقم.",
        en="The message cannot be brought to this number.",
    ),
    "message-unavailable": Wording(
        ar="إرسال الرسائل غير متاح مؤقتًا.",
        en="Messages cannot be sent right now.",
    ),
    # Webhooks
    "endpoint-not-found": Wording(
        ar="الويب هوك غير موجود.",
        en="There is no such webhook.",
    ),
    "endpoint-disabled": Wording(
        ar="الويب هوك متوقف. فعّله أولًا ثم أعد المحاولة.",
        en="The webhook is disabled. Enable it, then try again.",
    ),
    "too-many-endpoints": Wording(
        ar="بلغ المتجر حدّ الويب هوك. الحدّ {at_most}؛ احذف واحدًا أولًا.",
        en="The store has as many webhooks as it can. {at_most} is the limit; delete one first.",
    ),
    "delivery-not-found": Wording(
        ar="عملية الإرسال غير موجودة.",
        en="There is no such delivery.",
    ),
    "bad-webhook-url": Wording(
        ar="ليس عنوانًا يمكن استدعاؤه. اكتب ‎https://‎ ثم اسم المضيف والمسار، "
        "من دون اسم مستخدم أو كلمة مرور أو علامة #.",
        en="Not an address that can be called. Write https://, a host and a path, without a name, "
        "a password or a #.",
    ),
    "host-not-allowed": Wording(
        ar="لا يمكن استدعاء هذا المضيف. يلزم عنوان عام على الإنترنت عبر https "
        "على المنفذ 443 أو 8443.",
        en="This host cannot be called. It needs a public address on the internet, by https, on "
        "port 443 or 8443.",
    ),
    "unknown-event": Wording(
        ar="حدث غير معروف. الأحداث الممكنة مذكورة في allowed.",
        en="No such event. What there is, is named in allowed.",
    ),
    "bad-overlap": Wording(
        ar="المدة من {at_least} إلى {at_most} ساعة.",
        en="From {at_least} to {at_most} hours.",
    ),
    # Sheets
    "import-not-found": Wording(
        ar="الاستيراد غير موجود. لا يوجد ملف مستورد بهذا المعرّف في متجرك.",
        en="There is no such import. Your store has none with this id.",
    ),
    "import-running": Wording(
        ar="هناك استيراد آخر قيد التنفيذ. انتظر حتى ينتهي ثم أرسل الملف.",
        en="Another import is running. Wait until it is over, then send the file.",
    ),
    "unreadable-sheet": Wording(
        ar="هذا ليس ملف CSV. احفظ الجدول من Excel بصيغة CSV UTF-8 ثم أرسله.",
        en="This is not a CSV. Save the table from Excel as CSV UTF-8, then send it.",
    ),
    "unknown-encoding": Wording(
        ar="تعذّر التعرف على ترميز الملف. احفظه بترميز UTF-8.",
        en="The encoding of the file is not known. Save it as UTF-8.",
    ),
    "broken-sheet": Wording(
        ar="الملف غير سليم عند الصف {row}. تنقص علامة اقتباس أو أن الصف طويل جدًا.",
        en="The file is broken at row {row}. A quote is missing, or the row is too long.",
    ),
    "empty-sheet": Wording(
        ar="الملف فارغ. لا توجد صفوف تحت العناوين.",
        en="The file is empty. There are no rows below the headings.",
    ),
    "columns-missing": Wording(
        ar="لا يوجد عمود يُعرف به المنتج. أضف في الصف الأول عمود العنوان أو رمز التخزين.",
        en="No column tells which product is meant. Put a column Title or SKU into the first row.",
    ),
    "same-columns": Wording(
        ar="عمودان لهما المعنى نفسه: {column}. احذف أحدهما.",
        en="Two columns mean the same: {column}. Take one of them away.",
    ),
    "too-many-columns": Wording(
        ar="الأعمدة كثيرة جدًا. الحد الأقصى {at_most}.",
        en="There are too many columns. {at_most} is the limit.",
    ),
    "too-many-rows": Wording(
        ar="الصفوف كثيرة جدًا. الحد الأقصى {at_most} صف و{products} منتج في الملف الواحد.",
        en="There are too many rows. {at_most} rows and {products} products are the limit.",
    ),
    "too-many-cells": Wording(
        ar="في الصف خلايا أكثر من العناوين. ضع النص الذي فيه فاصلة بين علامتي اقتباس.",
        en="The row has more cells than there are headings. Put text with a comma into quotes.",
    ),
    "rows-disagree": Wording(
        ar="صفوف المنتج الواحد يناقض بعضها بعضًا. اكتب القيمة مرة واحدة.",
        en="The rows of one product say different things. Say it once.",
    ),
    "bad-flag": Wording(
        ar="اكتب نعم أو لا.",
        en="Say yes or no.",
    ),
    "stock-said-twice": Wording(
        ar="أرسل العدد الموجود أو مقدار التغيير، لا كليهما.",
        en="Send how many there are or how many came or went, not both.",
    ),
}
"""By code."""
