"""
Where a browser finds itself: at the documentation, or on a page our letters link to.

A front end at ``PUBLIC_URL`` that has pages of its own at these addresses takes their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from litestar import Request, Response, Router, get
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.domain.accounts import Locale

from .messages import preferred
from .problems import NoSuchPath
from .tracking_page import STYLE as ORDER_STYLE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    title: str
    button: str
    done: str
    field: str = ""


_VERIFY: Mapping[Locale, _Words] = {
    Locale.ARABIC: _Words(
        title="تأكيد البريد الإلكتروني", button="تأكيد", done="تم تأكيد بريدك الإلكتروني."
    ),
    Locale.ENGLISH: _Words(
        title="Confirm your e-mail address", button="Confirm", done="Your address is confirmed."
    ),
}
_RESET: Mapping[Locale, _Words] = {
    Locale.ARABIC: _Words(
        title="اختيار كلمة مرور جديدة",
        field="كلمة المرور الجديدة (8 خانات على الأقل)",
        button="حفظ",
        done="تم حفظ كلمة المرور الجديدة. سجّل الدخول بها.",
    ),
    Locale.ENGLISH: _Words(
        title="Choose a new password",
        field="New password (8 characters or more)",
        button="Save",
        done="The new password is kept. Sign in with it.",
    ),
}
_FIELD = """\
<label>{label}
<input name="password" type="password" autocomplete="new-password" minlength="8" maxlength="128"
 required></label>
"""
_PAGE = """\
<!doctype html>
<html lang="{lang}" dir="{dir}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}/api/pages/page.css">
<main>
<h1>{title}</h1>
<form action="{root}{action}" data-done="{done}">
{field}<button>{button}</button>
</form>
<output></output>
</main>
<script src="{root}/api/pages/page.js"></script>
</html>
"""
# The secret stands in the fragment: no server ever sees it in an address.
_SCRIPT = """\
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
history.replaceState(null, "", location.pathname);
const form = document.querySelector("form");
const said = document.querySelector("output");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch(form.action, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "accept-language": document.documentElement.lang,
    },
    body: JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) }),
  });
  form.hidden = answer.ok;
  if (answer.ok) {
    said.textContent = form.dataset.done;
  } else {
    const problem = await answer.json();
    said.textContent = problem.errors?.[0]?.message ?? problem.detail;
  }
});
"""
_STYLE = """\
body { font: 1.1rem/1.6 system-ui, sans-serif; margin: 0; background: #f6f5f2; color: #222; }
main { max-width: 26rem; margin: 4rem auto; padding: 2rem; background: #fff; border-radius: 12px; }
h1 { font-size: 1.4rem; margin-top: 0; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input { margin: .4rem 0 1.2rem; padding: .6rem; border: 1px solid #999; border-radius: 8px; }
button { padding: .7rem; border: 0; border-radius: 8px; background: #1d5c4a; color: #fff; }
form[hidden] { display: none; }
output { display: block; margin-top: 1rem; }
"""
_ASSETS = {
    "order.css": ("text/css", ORDER_STYLE),
    "page.css": ("text/css", _STYLE),
    "page.js": ("text/javascript", _SCRIPT),
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@get("/", public=True, include_in_schema=False)
async def front(request: Request[Any, Any, Any]) -> Redirect:
    """Of an application that is nothing but a marketplace."""
    return Redirect(f"{request.scope.get('root_path', '')}/api/docs/")


@get("/verify-email", public=True, include_in_schema=False)
async def verify_email(request: Request[Any, Any, Any]) -> Response[str]:
    return _page(request, _VERIFY, action="/api/auth/verify-email")


@get("/reset-password", public=True, include_in_schema=False)
async def reset_password(request: Request[Any, Any, Any]) -> Response[str]:
    return _page(request, _RESET, action="/api/auth/password-reset/confirm")


@get("/api/pages/{name:str}", public=True, include_in_schema=False)
async def asset(name: FromPath[str]) -> Response[str]:
    if name not in _ASSETS:
        raise NoSuchPath
    media_type, content = _ASSETS[name]
    headers = {"cache-control": "public, max-age=3600"}
    return Response(content, media_type=media_type, headers=headers)


pages = Router("/", route_handlers=[verify_email, reset_password, asset])


def _page(
    request: Request[Any, Any, Any], words: Mapping[Locale, _Words], *, action: str
) -> Response[str]:
    locale = preferred(request.headers.get("accept-language", ""))
    told = words[locale]
    html = _PAGE.format(
        lang=locale,
        dir="rtl" if locale is Locale.ARABIC else "ltr",
        title=told.title,
        root=escape(request.scope.get("root_path", "")),
        action=action,
        done=escape(told.done),
        field=_FIELD.format(label=told.field) if told.field else "",
        button=told.button,
    )
    headers = {"content-security-policy": _POLICY, "x-robots-tag": "noindex"}
    return Response(html, media_type="text/html", headers=headers)
