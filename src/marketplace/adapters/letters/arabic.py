"""Our letters in Arabic. Nothing in them tells a woman from a man, because we do not know."""

from marketplace.application.ports import LetterKind

from .blocks import Draft, Link, Paragraph, Table

DRAFTS = {
    LetterKind.PASSWORD_RESET: Draft(
        "إعادة تعيين كلمة المرور",
        (
            Paragraph("مرحبًا $username،"),
            Paragraph(
                "وصلنا طلب لإعادة تعيين كلمة المرور لحسابك. "
                "لاختيار كلمة مرور جديدة، يُرجى فتح هذا الرابط:"
            ),
            Link("اختيار كلمة مرور جديدة"),
            Paragraph("الرابط صالح لعشر دقائق، ولا يعمل إلا مرة واحدة."),
            Paragraph("إن لم يصدر هذا الطلب عنك، فلا داعي لفعل أي شيء: كلمة المرور باقية كما هي."),
        ),
    ),
    LetterKind.EMAIL_VERIFICATION: Draft(
        "تأكيد بريدك الإلكتروني",
        (
            Paragraph("أهلًا بك $username،"),
            Paragraph(
                "بقيت خطوة واحدة: أن نتأكد من أن هذا البريد الإلكتروني لك. يُرجى فتح هذا الرابط:"
            ),
            Link("تأكيد البريد الإلكتروني"),
            Paragraph("الرابط صالح لسبعة أيام."),
            Paragraph("إن لم يكن هذا الحساب لك، فيمكنك تجاهل هذه الرسالة."),
        ),
    ),
    LetterKind.NEW_ORDER: Draft(
        "طلب جديد رقم $number",
        (
            Paragraph("وصل طلب جديد إلى متجرك «$store»، والدفع عند الاستلام."),
            Table(
                (
                    ("رقم الطلب", "$number"),
                    ("العميل", "$customer"),
                    ("الهاتف", "$phone"),
                    ("العنوان", "$address"),
                    ("المنتجات", "$lines"),
                    ("الرسوم", "$fees"),
                    ("الخصم", "$discount"),
                    ("الإجمالي", "$total"),
                    ("ملاحظة العميل", "$note"),
                )
            ),
        ),
    ),
    LetterKind.LOW_STOCK: Draft(
        "مخزون منخفض: $product",
        (
            Paragraph("لم يبقَ من هذا المنتج إلا القليل."),
            Table((("المنتج", "$product"), ("SKU", "$sku"), ("المتبقي", "$available"))),
        ),
    ),
    LetterKind.PASSWORD_CHANGED: Draft(
        "تم تغيير كلمة المرور",
        (
            Paragraph("مرحبًا $username،"),
            Paragraph("تم للتو تغيير كلمة المرور لحسابك، وتسجيل الخروج من الأجهزة الأخرى."),
            Paragraph(
                "إن لم يصدر هذا التغيير عنك، فيُرجى إعادة تعيين كلمة المرور فورًا "
                "من صفحة تسجيل الدخول."
            ),
        ),
    ),
    LetterKind.SESSION_STOLEN: Draft(
        "سجّلنا خروج جهاز من حسابك",
        (
            Paragraph("مرحبًا $username،"),
            Paragraph(
                "استُخدم مفتاح دخول إلى حسابك سبق استخدامه. ربما نُسخت بيانات أحد الأجهزة، "
                "لذلك أنهينا تلك الجلسة لدى كل من يملك مفتاحها."
            ),
            Paragraph(
                "يُرجى تسجيل الدخول من جديد وتغيير كلمة المرور. "
                "قائمة الجلسات تبيّن الأجهزة التي ما زالت مسجّلة الدخول."
            ),
        ),
    ),
    LetterKind.KYC_APPROVED: Draft(
        "تم اعتماد وثائق متجرك",
        (
            Paragraph("مرحبًا $username،"),
            Paragraph("راجعنا وثائق متجر «$store»، وهي سليمة ومعتمدة الآن."),
        ),
    ),
    LetterKind.KYC_REJECTED: Draft(
        "لم نتمكن من اعتماد وثائق متجرك",
        (
            Paragraph("مرحبًا $username،"),
            Paragraph("راجعنا وثائق متجر «$store»، ولم نتمكن من اعتمادها للسبب الآتي:"),
            Paragraph("$reason"),
            Paragraph("يمكن إرسال الوثائق من جديد بعد تصحيحها من صفحة بيانات المتجر."),
        ),
    ),
    LetterKind.DAILY_DIGEST: Draft(
        "ملخص يوم $day لمتجرك",
        (
            Paragraph("هذا ملخص متجر «$store» ليوم $day."),
            Table(
                (
                    ("الطلبات الجديدة", "$orders"),
                    ("قيمتها", "$total"),
                    ("طلبات تنتظر التأكيد", "$to_confirm"),
                    ("مخزون منخفض", "$lines"),
                )
            ),
        ),
    ),
    LetterKind.ORDER_LINK: Draft(
        "رابط متابعة الطلب رقم $number",
        (
            Paragraph("وصلنا طلب لإرسال رابط متابعة الطلب رقم $number من متجر $store:"),
            Link("متابعة الطلب"),
            Paragraph("من لديه هذا الرابط يرى الطلب ويمكنه تأكيده أو إلغاؤه، فيُرجى عدم مشاركته."),
            Paragraph("إن لم يصدر هذا الطلب عنك، فلا داعي لفعل أي شيء."),
        ),
    ),
    LetterKind.ORDER_PLACED: Draft(
        "استلمنا طلبك رقم $number",
        (
            Paragraph("مرحبًا $customer،"),
            Paragraph(
                "وصل طلبك إلى متجر $store، والدفع عند الاستلام. "
                "لتأكيده أو متابعته، يُرجى فتح هذا الرابط:"
            ),
            Link("تأكيد الطلب ومتابعته"),
            Table(
                (
                    ("رقم الطلب", "$number"),
                    ("المنتجات", "$lines"),
                    ("الرسوم", "$fees"),
                    ("الخصم", "$discount"),
                    ("الإجمالي", "$total"),
                )
            ),
        ),
    ),
    LetterKind.ORDER_CONFIRMED: Draft(
        "تم تأكيد طلبك رقم $number",
        (
            Paragraph("مرحبًا $customer،"),
            Paragraph("تم تأكيد طلبك من متجر $store، وسيُجهَّز للشحن."),
            Table((("رقم الطلب", "$number"), ("الإجمالي عند الاستلام", "$total"))),
            Link("متابعة الطلب"),
        ),
    ),
    LetterKind.ORDER_SHIPPED: Draft(
        "طلبك رقم $number في الطريق إليك",
        (
            Paragraph("مرحبًا $customer،"),
            Paragraph("شُحن طلبك من متجر $store."),
            Table(
                (
                    ("رقم الطلب", "$number"),
                    ("شركة الشحن", "$courier"),
                    ("رقم الشحنة", "$tracking_number"),
                    ("المبلغ عند الاستلام", "$total"),
                )
            ),
            Link("متابعة الطلب"),
        ),
    ),
    LetterKind.ORDER_CANCELLED: Draft(
        "أُلغي طلبك رقم $number",
        (
            Paragraph("مرحبًا $customer،"),
            Paragraph("أُلغي طلبك من متجر $store، ولا يلزمك دفع أي شيء."),
            Link("عرض الطلب"),
        ),
    ),
    LetterKind.ORDER_EXPIRED: Draft(
        "انتهت مهلة تأكيد طلبك رقم $number",
        (
            Paragraph("مرحبًا $customer،"),
            Paragraph(
                "لم يُؤكَّد طلبك من متجر $store في الوقت المحدد، فلن يُشحن ولا يلزمك دفع أي شيء. "
                "إن كان ما زال مطلوبًا، فيمكنك الطلب من جديد أو مراسلة المتجر."
            ),
            Link("عرض الطلب"),
        ),
    ),
    LetterKind.PRODUCT_TAKEN_DOWN: Draft(
        "أوقفت إدارة المنصة عرض المنتج: $product",
        (
            Paragraph("لم يعد المنتج «$product» معروضًا في متجر «$store» بقرار من إدارة المنصة."),
            Paragraph("السبب:"),
            Paragraph("$reason"),
            Paragraph(
                "يمكن تعديل المنتج أو أرشفته، لكن لا يمكن عرضه للبيع حتى تعيده الإدارة. "
                "الطلبات القائمة التي تتضمنه تبقى كما هي ويمكن إكمالها."
            ),
        ),
    ),
    LetterKind.PRODUCT_RESTORED: Draft(
        "أعادت إدارة المنصة المنتج: $product",
        (
            Paragraph("لم يعد عرض المنتج «$product» في متجر «$store» موقوفًا."),
            Paragraph(
                "إن كان معروضًا للبيع عند إيقافه ولم يُؤرشف بعد ذلك فقد عاد إلى المتجر، "
                "وإلا فيمكن عرضه من صفحة المنتج."
            ),
        ),
    ),
    LetterKind.WEBHOOK_GONE: Draft(
        "أوقفنا أحد الويب هوك في متجرك",
        (
            Paragraph("أجاب هذا العنوان بأنه لم يعد موجودًا (410)، لذلك توقفنا عن استدعائه:"),
            Paragraph("$url"),
            Paragraph("إن كان ذلك خطأ، فيمكن تفعيله من جديد من صفحة الويب هوك وإعادة ما فات."),
        ),
    ),
    LetterKind.WEBHOOK_FAILING: Draft(
        "أوقفنا أحد الويب هوك في متجرك",
        (
            Paragraph(
                "لم ينجح أي استدعاء لهذا العنوان منذ خمسة أيام أو أكثر، لذلك توقفنا عن استدعائه:"
            ),
            Paragraph("$url"),
            Paragraph(
                "السبب مذكور في سجل الإرسال. بعد إصلاحه يمكن تفعيل الويب هوك من جديد "
                "وإعادة إرسال ما فات."
            ),
        ),
    ),
    LetterKind.ANNOUNCEMENT: Draft("$title", (Paragraph("$body"),)),
}
