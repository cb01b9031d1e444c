"""Our letters in English."""

from marketplace.application.ports import LetterKind

from .blocks import Draft, Link, Paragraph, Table

DRAFTS = {
    LetterKind.PASSWORD_RESET: Draft(
        "Reset your password",
        (
            Paragraph("Hello $username,"),
            Paragraph(
                "We were asked to reset the password of your account. "
                "To choose a new one, please open this link:"
            ),
            Link("Choose a new password"),
            Paragraph("The link lasts ten minutes and works once."),
            Paragraph(
                "If it was not you who asked, there is nothing to do: your password stays as it is."
            ),
        ),
    ),
    LetterKind.EMAIL_VERIFICATION: Draft(
        "Confirm your email address",
        (
            Paragraph("Welcome $username,"),
            Paragraph(
                "One step is left: to make sure that this email address is yours. "
                "Please open this link:"
            ),
            Link("Confirm the email address"),
            Paragraph("The link lasts seven days."),
            Paragraph("If this account is not yours, you can ignore this letter."),
        ),
    ),
    LetterKind.NEW_ORDER: Draft(
        "New order no. $number",
        (
            Paragraph("There is a new order for $store, to be paid on delivery."),
            Table(
                (
                    ("Order", "$number"),
                    ("Customer", "$customer"),
                    ("Phone", "$phone"),
                    ("Address", "$address"),
                    ("Products", "$lines"),
                    ("Total", "$total"),
                    ("Customer’s note", "$note"),
                )
            ),
        ),
    ),
    LetterKind.LOW_STOCK: Draft(
        "Few left: $product",
        (
            Paragraph("Of this product only a few are left."),
            Table((("Product", "$product"), ("SKU", "$sku"), ("Left", "$available"))),
        ),
    ),
    LetterKind.PASSWORD_CHANGED: Draft(
        "Your password was changed",
        (
            Paragraph("Hello $username,"),
            Paragraph(
                "The password of your account has just been changed, and other devices "
                "have been signed out."
            ),
            Paragraph(
                "If it was not you, please reset your password at once: "
                "ask for it where you sign in."
            ),
        ),
    ),
    LetterKind.SESSION_STOLEN: Draft(
        "We signed a device out of your account",
        (
            Paragraph("Hello $username,"),
            Paragraph(
                "Somebody used a key to your account that had been used before. It may be that "
                "a device of yours was copied, so we ended that session for everybody who had it."
            ),
            Paragraph(
                "Please sign in again and change your password. "
                "The list of your sessions shows which devices are still signed in."
            ),
        ),
    ),
    LetterKind.KYC_APPROVED: Draft(
        "Your papers are approved",
        (
            Paragraph("Hello $username,"),
            Paragraph("We have looked at the papers of $store, and they are in order."),
        ),
    ),
    LetterKind.KYC_REJECTED: Draft(
        "Your papers were not approved",
        (
            Paragraph("Hello $username,"),
            Paragraph("We have looked at the papers of $store, and cannot approve them:"),
            Paragraph("$reason"),
            Paragraph("You can hand them in again, corrected, in the profile of your store."),
        ),
    ),
    LetterKind.WEBHOOK_GONE: Draft(
        "We have disabled a webhook of your store",
        (
            Paragraph("This address has answered that it is gone (410), so we call it no more:"),
            Paragraph("$url"),
            Paragraph(
                "If that was a mistake, enable it again on the page of webhooks, and have sent "
                "again what was missed."
            ),
        ),
    ),
    LetterKind.WEBHOOK_FAILING: Draft(
        "We have disabled a webhook of your store",
        (
            Paragraph(
                "For five days or more no call of this address succeeded, so we have ended them:"
            ),
            Paragraph("$url"),
            Paragraph(
                "The log of deliveries tells the reason. Once it is put right, enable the webhook "
                "again, and have sent again what was missed."
            ),
        ),
    ),
    LetterKind.ANNOUNCEMENT: Draft("$title", (Paragraph("$body"),)),
}
