"""Signing in and out: the password first, then a code where the account has a second factor. Logs name no address."""

from flask import Response, g, request

from shop import cookies
from shop.audit import service as audit
from shop.clock import utc_now
from shop.errors import Forbidden
from shop.merchant.forms import CodeForm, SignInForm
from shop.merchant.pages import blueprint, log, me, merchant_page, safe_next, see, see_path, token_meta
from shop.merchant.sign_in_guard import remember_device, tries_for
from shop.staff import second_factor
from shop.staff import service as staff
from shop.staff.models import StaffMember
from shop.staff.rules import ABSOLUTE
from shop.web import db, runtime, shop_url, transaction

REFUSED = "The e-mail address or the password is wrong."
TOO_LATE = "That took too long. Please sign in again."
VAULT = "staff-second-factor"


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """The page that asks who you are. Under a host's own sign-in there is none."""
    if runtime().is_merchant is not None:
        return see("home")
    form = SignInForm(request.form, meta=token_meta())
    if request.method == "GET":
        form.next.data = safe_next(request.args.get("next", ""))
        signed_in = staff.find_session(db(), cookies.read(cookies.STAFF), now=utc_now())
        return see("home") if signed_in else _page("sign_in.html", form)
    if not form.validate():
        return _page("sign_in.html", form, 422)
    email = staff.normalise_email(form.email.data or "")
    tries = tries_for("password", email, staff.find_member(db(), email))
    tries.count()
    if not is_password(email, form.password.data or ""):
        log.warning("sign_in_refused")
        form.password.errors = [REFUSED]
        return _page("sign_in.html", form, 422)
    tries.forgive()
    return _let_in(email, safe_next(form.next.data or ""))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def sign_in_code() -> Response:
    """Ask somebody who gave the right password for a code of their app, or a recovery code."""
    waiting = staff.find_waiting(db(), cookies.read(cookies.STAFF), now=utc_now())
    if waiting is None and request.method == "GET":
        return see("sign_in")
    if waiting is None:
        raise Forbidden(TOO_LATE)
    form = CodeForm(request.form, meta=token_meta())
    if request.method == "GET":
        form.next.data = safe_next(request.args.get("next", ""))
        return _page("sign_in_code.html", form)
    if not form.validate():
        return _page("sign_in_code.html", form, 422)
    tries = tries_for("code", waiting.member.email, waiting.member)
    tries.count()
    try:
        member, token = _pass(form.code.data or "")
    except second_factor.WrongCode as problem:
        log.warning("code_refused")
        form.code.errors = [str(problem)]
        return _page("sign_in_code.html", form, 422)
    tries.forgive()
    return _signed_in(member, token, safe_next(form.next.data or ""))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session on the server, and forget its cookie."""
    token = cookies.read(cookies.STAFF)
    if token and runtime().is_merchant is None:
        with transaction() as session:
            staff.close_session(session, token)
            audit.record(session, actor=me().actor, action="signed_out", subject="staff", changes={}, now=utc_now())
        log.info("signed_out")
    answer = see("sign_in")
    cookies.drop(answer, cookies.STAFF)
    return answer


def is_password(email: str, password: str) -> bool:
    """The slow check, with no transaction open meanwhile."""
    member = staff.find_member(db(), email)
    if member is not None:
        db().expunge(member)
    db().rollback()
    return staff.is_password(member, password)


def hand_out(answer: Response, token: str) -> Response:
    """Give the browser the cookie of a session that was just opened."""
    g.merchant_binding_is_new = False  # the session's own cookie takes its place
    cookies.write(answer, cookies.STAFF, token, max_age_seconds=int(ABSOLUTE.total_seconds()))
    return answer


def _let_in(email: str, wanted: str) -> Response:
    """The password was right: a session, or the page that asks for the code."""
    now = utc_now()
    with transaction() as session:
        member = staff.find_member(session, email)
        if member is None:
            raise Forbidden(REFUSED)  # removed while the password was being checked
        staff.close_session(session, cookies.read(cookies.STAFF) or "")
        token = staff.open_session(session, member.id, now=now, awaits_code=member.has_factor)
        if not member.has_factor:
            _record(member, "signed_in")
    if member.has_factor:
        return hand_out(see_path(shop_url("merchant.sign_in_code", next=wanted)), token)
    return _signed_in(member, token, wanted)


def _pass(code: str) -> tuple[StaffMember, str]:
    """Take the code; the session that waited for it is replaced by one that opens the pages. Raises WrongCode."""
    now, vault = utc_now(), runtime().keyring.fernet(VAULT)
    waiting_token = cookies.read(cookies.STAFF) or ""
    with transaction() as session:
        waiting = staff.find_waiting(session, waiting_token, now=now)
        if waiting is None:
            raise Forbidden(TOO_LATE)
        member = waiting.member
        kind = second_factor.use_code(session, member, code, vault=vault, now=now)
        staff.close_session(session, waiting_token)
        _record(member, "signed_in" if kind == "app" else "signed_in_with_recovery_code")
        return member, staff.open_session(session, member.id, now=now)


def _record(member: StaffMember, action: str) -> None:
    audit.record(
        db(), actor=f"merchant:{member.email}"[:80], action=action, subject=f"staff:{member.id}", changes={},
        now=utc_now(),
    )  # fmt: skip


def _signed_in(member: StaffMember, token: str, wanted: str) -> Response:
    log.info("signed_in")
    answer = hand_out(see_path(wanted), token)
    remember_device(answer, member)
    return answer


def _page(template: str, form: SignInForm | CodeForm, http_status: int = 200) -> Response:
    return merchant_page(template, http_status, form=form, sign_out_form=None, token_form=form)
