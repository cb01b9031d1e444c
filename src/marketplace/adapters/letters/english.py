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
                    ("Fees", "$fees"),
                    ("Discount", "$discount"),
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
    LetterKind.DAILY_DIGEST: Draft(
        "Your store on $day",
        (
            Paragraph("This is how $day was for $store."),
            Table(
                (
                    ("New orders", "$orders"),
                    ("Worth", "$total"),
                    ("Waiting to be confirmed", "$to_confirm"),
                    ("Running low", "$lines"),
                )
            ),
        ),
    ),
    LetterKind.ORDER_LINK: Draft(
        "The link to follow order no. $number",
        (
            Paragraph("We were asked to send the link of order no. $number from $store:"),
            Link("Follow the order"),
            Paragraph(
                "Whoever has this link sees the order and can confirm or cancel it, "
                "so please do not share it."
            ),
            Paragraph("If it was not you who asked, there is nothing to do."),
        ),
    ),
    LetterKind.ORDER_PLACED: Draft(
        "We have your order no. $number",
        (
            Paragraph("Hello $customer,"),
            Paragraph(
                "$store has your order, to be paid on delivery. "
                "To confirm or follow it, please open this link:"
            ),
            Link("Confirm and follow the order"),
            Table(
                (
                    ("Order", "$number"),
                    ("Products", "$lines"),
                    ("Fees", "$fees"),
                    ("Discount", "$discount"),
                    ("Total", "$total"),
                )
            ),
        ),
    ),
    LetterKind.ORDER_CONFIRMED: Draft(
        "Your order no. $number is confirmed",
        (
            Paragraph("Hello $customer,"),
            Paragraph("Your order from $store is confirmed and will be made ready."),
            Table((("Order", "$number"), ("To pay on delivery", "$total"))),
            Link("Follow the order"),
        ),
    ),
    LetterKind.ORDER_SHIPPED: Draft(
        "Your order no. $number is on its way",
        (
            Paragraph("Hello $customer,"),
            Paragraph("Your order from $store has been shipped."),
            Table(
                (
                    ("Order", "$number"),
                    ("Courier", "$courier"),
                    ("Parcel", "$tracking_number"),
                    ("To pay on delivery", "$total"),
                )
            ),
            Link("Follow the order"),
        ),
    ),
    LetterKind.ORDER_CANCELLED: Draft(
        "Your order no. $number is cancelled",
        (
            Paragraph("Hello $customer,"),
            Paragraph("Your order from $store is cancelled, and there is nothing to pay."),
            Link("See the order"),
        ),
    ),
    LetterKind.ORDER_EXPIRED: Draft(
        "Your order no. $number was not confirmed in time",
        (
            Paragraph("Hello $customer,"),
            Paragraph(
                "Your order from $store was not confirmed in time. It will not be shipped, and "
                "there is nothing to pay. If you still want it, order again or write to the store."
            ),
            Link("See the order"),
        ),
    ),
    LetterKind.PRODUCT_TAKEN_DOWN: Draft(
        "The platform has taken a product down: $product",
        (
            Paragraph(
                "By a decision of the platform, $product is no longer on sale in $store. "
                "The reason:"
            ),
            Paragraph("$reason"),
            Paragraph(
                "You can edit or archive the product, but it cannot be on sale until the platform "
                "restores it. Orders that have it stay as they are and can be completed."
            ),
        ),
    ),
    LetterKind.PRODUCT_RESTORED: Draft(
        "The platform has restored a product: $product",
        (
            Paragraph("Nothing keeps $product from being sold in $store any more."),
            Paragraph(
                "If it was on sale when it was taken down, and was not archived since, it is on "
                "sale again. Otherwise you can put it on sale yourself."
            ),
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
