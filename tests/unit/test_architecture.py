"""The rules of the house which no linter knows."""

import ast
import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import get_type_hints

import pytest

import marketplace
import marketplace.application.marketplace
import marketplace.domain.whatsapp
from marketplace.application.reactions import REACTIONS, Reactions
from marketplace.domain.errors import MarketplaceError
from marketplace.domain.events import Event

SOURCE = Path(marketplace.__file__).parent
DOMAIN = sorted((SOURCE / "domain").rglob("*.py"))
APPLICATION = sorted((SOURCE / "application").rglob("*.py"))
PORTS = sorted((SOURCE / "application" / "ports").rglob("*.py"))
CORE = [*DOMAIN, *APPLICATION]

MOST_METHODS = 10
MOST_LINES = 300

CODES = """
    account-not-found account-suspended already-blocked ambiguous-amount amount-too-large
    announcement-not-found bad-adjustment bad-amount bad-characters bad-cursor bad-day bad-document
    bad-email bad-flag bad-hours bad-link bad-moment bad-order-number bad-overlap bad-phone
    bad-position bad-quantity bad-registration-number bad-size bad-slug bad-stock bad-username
    bad-value bad-webhook-url begins-after-today below-minimum blocked-phone-not-found broken-sheet
    category-not-found category-taken changed-meanwhile city-missing city-not-served city-twice
    collected-too-little collected-too-much columns-missing common-password conflict currency-fixed
    delivery-not-found discount-too-large document-not-found document-too-large email-taken
    empty-sheet endpoint-disabled endpoint-not-found ends-before-it-begins forbidden
    host-not-allowed image-not-found image-too-heavy image-too-large import-not-found import-running
    in-progress invalid-fields job-not-found job-running key-reused link-expired mail-refused
    mail-unavailable merchant-not-found message-refused message-unavailable missing moved-too-often
    negative-amount no-amount no-bargain no-direct-uploads not-editable not-enough-on-hand
    not-expected not-found not-in-order not-one-of nothing-to-collect nothing-to-refund
    notification-not-found order-not-found order-refused orders-open out-of-stock past-moment
    phone-taken photos-busy price-changed product-moved product-not-found product-taken-down
    reason-contradicts reason-missing refresh-refused refunded-too-much reserved-username
    rows-disagree rule-broken same-columns same-options session-not-found several-variants
    sign-in-required sign-ins-busy sku-taken slug-taken stale stale-version stock-drifted
    stock-said-twice store-moved store-not-found store-on-holiday streams-full submission-not-found
    too-long too-many too-many-attempts too-many-categories too-many-cells too-many-cities
    too-many-columns too-many-confirmation-attempts too-many-days too-many-decimals too-many-edits
    too-many-endpoints too-many-images too-many-lines too-many-orders too-many-photos-at-once
    too-many-refunds too-many-rows too-many-streams too-many-variants too-many-zones too-short
    unauthenticated unavailable unknown-country unknown-currency unknown-encoding unknown-event
    unknown-export unknown-reason unknown-time-zone unreadable-image unreadable-sheet
    upload-not-found username-taken variant-not-found variant-required wrong-credentials
    wrong-kyc-status wrong-merchant-status wrong-number-of-documents wrong-options
    wrong-order-status wrong-password wrong-role
""".split()
"""Every code of the core. They are a promise: add to them, and never rename one."""


def name_of(module: Path) -> str:
    return module.relative_to(SOURCE).as_posix()


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def top_level(module: Path) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def services() -> Iterator[tuple[str, type]]:
    """Every class of the application that does something for a caller."""
    for module in APPLICATION:
        if module in PORTS or module.stem == "__init__":
            continue
        dotted = module.relative_to(SOURCE.parent).with_suffix("").as_posix().replace("/", ".")
        loaded = importlib.import_module(dotted)
        for name, each in vars(loaded).items():
            if inspect.isclass(each) and each.__module__ == loaded.__name__ and methods(each):
                yield name, each


def methods(service: type) -> list[str]:
    return [
        name
        for name, each in vars(service).items()
        if inspect.iscoroutinefunction(each) and not name.startswith("_")
    ]


def leaf_events() -> set[type[Event]]:
    """An event that has kinds of its own never happens as such."""
    return {
        kind
        for kind in Event.kinds.values()
        if kind.__module__.startswith("marketplace.") and not kind.__subclasses__()
    }


# Events and reactions


def test_every_event_has_a_line_in_the_table() -> None:
    assert set(REACTIONS) == leaf_events()


def test_every_reaction_is_a_use_case_of_one_service() -> None:
    hints = get_type_hints(Reactions)
    reacting = [hints[each.name] for each in fields(Reactions)]

    for event, reactions in REACTIONS.items():
        for reaction in reactions:
            name = getattr(reaction, "__name__", "")
            assert [each for each in reacting if hasattr(each, name)], f"{event} {name}"
            assert sum(hasattr(each, name) for each in reacting) == 1, f"{event} {name}"
            assert any(getattr(each, name, None) is reaction for each in reacting)


def test_a_reaction_takes_the_events_it_is_listed_for() -> None:
    """Or whatever kind of event they are."""
    for event, reactions in REACTIONS.items():
        for reaction in reactions:
            hints = get_type_hints(reaction)
            assert issubclass(event, hints["event"])
            assert hints["return"] is type(None)


def test_the_name_of_a_reaction_means_one_thing() -> None:
    """Jobs wait under the name of the method alone."""
    meant: dict[str, object] = {}
    for reactions in REACTIONS.values():
        for reaction in reactions:
            name = getattr(reaction, "__name__", "")
            assert meant.setdefault(name, reaction) is reaction, name


# Size


@pytest.mark.parametrize(("name", "service"), sorted(services()), ids=lambda each: str(each))
def test_a_service_can_be_read_in_one_sitting(name: str, service: type) -> None:
    """One that outgrows this is split by phase of the business or by verb, never by technique."""
    assert len(methods(service)) <= MOST_METHODS, name
    assert len(inspect.getsource(service).splitlines()) <= MOST_LINES, name


# What the core needs


def test_the_core_needs_nothing_but_python() -> None:
    """Neither site-packages nor this directory is there: what is imported is ours or Python's."""
    script = f"""
import sys
sys.path.insert(0, {str(SOURCE.parent)!r})
import importlib, json, pkgutil
import marketplace
for name in ("domain", "application", "adapters.memory"):
    package = importlib.import_module(f"marketplace.{{name}}")
    for each in pkgutil.walk_packages(package.__path__, f"{{package.__name__}}."):
        importlib.import_module(each.name)
import marketplace.adapters.system, marketplace.entrypoints.in_memory
print(json.dumps(sorted(sys.modules)))
"""

    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    loaded = json.loads(ran.stdout)
    # How Python itself was built, which zoneinfo asks for, is a module named after the machine.
    named = {each.partition(".")[0] for each in loaded if not each.startswith("_sysconfigdata_")}
    foreign = named - {"marketplace", "__main__"}
    assert foreign <= sys.stdlib_module_names
    ours = {each for each in loaded if each.startswith("marketplace.")}
    assert {"marketplace.domain.whatsapp", "marketplace.application.marketplace"} <= ours


def test_importing_the_package_alone_loads_next_to_nothing() -> None:
    script = f"import sys; sys.path.insert(0, {str(SOURCE.parent)!r}); import marketplace; "
    script += "print([each for each in sys.modules if each.startswith('marketplace')])"

    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "['marketplace']"


def test_the_domain_waits_for_nobody() -> None:
    waiting = ast.AsyncFunctionDef | ast.Await | ast.AsyncWith | ast.AsyncFor
    for module in DOMAIN:
        assert not [node for node in ast.walk(tree(module)) if isinstance(node, waiting)]


def test_time_ids_and_chance_come_from_outside() -> None:
    """Or else no test could say what they are."""
    never = {"now", "utcnow", "today", "uuid4", "uuid1", "token_urlsafe", "token_bytes", "random"}
    for module in CORE:
        called = {
            (ast.unparse(node.func.value), node.func.attr)
            for node in ast.walk(tree(module))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }

        own = {(of, what) for of, what in called if what in never and not of.endswith("clock")}
        assert not own, name_of(module)


def test_an_import_is_an_import() -> None:
    """Annotations are read when the program runs, so nothing is imported for checkers alone."""
    for module in CORE:
        text = module.read_text(encoding="utf-8")

        assert "TYPE_CHECKING" not in text, name_of(module)
        assert "from __future__ import annotations" not in text, name_of(module)


def test_no_neighbour_is_waited_for_inside_a_transaction() -> None:
    """A post office that is slow must not hold a lock on an order."""
    neighbours = {"mailer", "messenger", "images", "processor", "passwords", "views", "throttling"}
    neighbours = {"mailer", "images", "processor", "passwords", "views", "throttling", "sender"}
    for module in APPLICATION:
        blocks = [
            block
            for block in ast.walk(tree(module))
            if isinstance(block, ast.AsyncWith) and "begin()" in ast.unparse(block.items[0])
        ]
        awaits = [
            ast.unparse(node.value)
            for block in blocks
            for line in block.body
            for node in ast.walk(line)
            if isinstance(node, ast.Await)
        ]

        outside = [each for each in awaits if each.startswith("self.")]
        assert not [each for each in outside if each.split(".")[1] in neighbours], name_of(module)


# What is promised


def test_no_code_of_an_error_ever_changes() -> None:
    ours = {
        kind.code
        for kind in MarketplaceError.codes.values()
        if kind.__module__.startswith(("marketplace.domain", "marketplace.application"))
    }

    assert ours == set(CODES)


# What is said


def test_a_module_says_what_it_is_about() -> None:
    for module in sorted(SOURCE.rglob("*.py")):
        said = ast.get_docstring(tree(module))

        assert said or not module.read_text(encoding="utf-8").strip(), name_of(module)


def test_what_is_public_says_what_its_name_cannot() -> None:
    """An event, a list of words and a parser say everything by their name and their lines."""
    plain = {"Event", "OrderMoved", "StrEnum"}
    silent = [
        f"{name_of(module)}: {node.name}"
        for module in CORE
        for node in top_level(module)
        if not node.name.startswith(("_", "parse_"))
        and not ast.get_docstring(node)
        and not (isinstance(node, ast.ClassDef) and {*map(ast.unparse, node.bases)} & plain)
        and not (isinstance(node, ast.FunctionDef) and len(node.body) == 1)
    ]

    assert silent == []


def test_a_question_to_a_neighbour_is_explained() -> None:
    """Two tenants are written from the words of a port alone."""
    plain = {
        "AuditBook.add",
        "UnitOfWork.__aenter__",
        "UnitOfWork.__aexit__",
        "MerchantViews.merchants",
        "KycViews.submissions",
        "AdminViews.announcements",
        "ProductViews.products",
        "OrderViews.orders",
        "NotificationViews.inbox",
        "AdminViews.audit_entries",
        "PasswordHasher.hash",
        "AccessTokens.issue",
        "Letters.write",
    }
    silent = {
        f"{port.name}.{method.name}"
        for module in PORTS
        for port in top_level(module)
        if isinstance(port, ast.ClassDef)
        for method in port.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
        and not method.decorator_list
        and not ast.get_docstring(method)
    }

    assert silent <= plain
