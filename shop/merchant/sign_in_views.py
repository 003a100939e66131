"""Signing in and out, and changing one's password. Logs never name an address."""

from flask import Response, g, request

from shop import cookies
from shop.audit import service as audit
from shop.clock import utc_now
from shop.errors import BadInput, Forbidden, NotFound
from shop.merchant.forms import PasswordForm, SignInForm
from shop.merchant.pages import blueprint, log, me, merchant_page, safe_next, see, see_path, token_meta
from shop.staff import service as staff
from shop.staff.rules import ABSOLUTE
from shop.throttle import forgive, throttle
from shop.web import db, runtime, transaction

REFUSED = "The e-mail address or the password is wrong."
BY_ADDRESS, BY_ACCOUNT = "20/15 minutes", "8/15 minutes"


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """The page that asks who you are. Under a host's own sign-in there is none."""
    if runtime().is_merchant is not None:
        return see("home")
    form = SignInForm(request.form, meta=token_meta())
    if request.method == "GET":
        form.next.data = safe_next(request.args.get("next", ""))
        signed_in = staff.find_session(db(), cookies.read(cookies.STAFF), now=utc_now())
        return see("home") if signed_in else _page(form)
    throttle("sign-in", BY_ADDRESS)
    if not form.validate():
        return _page(form, 422)
    email = staff.normalise_email(form.email.data or "")
    throttle("sign-in-account", BY_ACCOUNT, subject=email)
    token = _open_session(email, form.password.data or "")
    if token is None:
        log.warning("sign_in_refused")
        form.password.errors = [REFUSED]
        return _page(form, 422)
    forgive("sign-in", BY_ADDRESS)
    forgive("sign-in-account", BY_ACCOUNT, subject=email)
    log.info("signed_in")
    return _with_session(see_path(safe_next(form.next.data or "")), token)


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


@blueprint.route("/account", methods=["GET", "POST"])
def account() -> Response:
    """Change one's password: every session of the account ends, and this browser gets a new one."""
    if runtime().is_merchant is not None:
        raise NotFound
    form = PasswordForm(request.form, meta=token_meta())
    if request.method == "GET":
        return merchant_page("account.html", form=form, email=me().email, done=request.args.get("done"))
    throttle("sign-in-account", BY_ACCOUNT, subject=me().email)
    if form.validate() and not _is_password(me().email, form.current.data or ""):
        form.current.errors = ["This is not your present password."]
    if not form.errors:
        try:
            return _with_session(see("account", done="password"), _change_password(form.wanted.data or ""))
        except BadInput as problem:
            form.wanted.errors = [str(problem)]
    return merchant_page("account.html", 422, form=form, email=me().email, done=None)


def _change_password(password: str) -> str:
    now = utc_now()
    with transaction() as session:
        member = staff.add_member(session, me().email, password, now=now)
        audit.record(
            session, actor=me().actor, action="password_changed", subject=f"staff:{member.id}", changes={}, now=now
        )
        return staff.open_session(session, member.id, now=now)


def _is_password(email: str, password: str) -> bool:
    """The slow check, with no transaction open meanwhile."""
    member = staff.find_member(db(), email)
    if member is not None:
        db().expunge(member)
    db().rollback()
    return staff.is_password(member, password)


def _open_session(email: str, password: str) -> str | None:
    """A new session for whoever knows the password; None tells nobody which of the two was wrong."""
    if not _is_password(email, password):
        return None
    now = utc_now()
    with transaction() as session:
        member = staff.find_member(session, email)
        if member is None:
            raise Forbidden(REFUSED)  # removed while the password was being checked
        audit.record(
            session,
            actor=f"merchant:{email}",
            action="signed_in",
            subject=f"staff:{member.id}",
            changes={},
            now=now,
        )
        staff.close_session(session, cookies.read(cookies.STAFF) or "")
        return staff.open_session(session, member.id, now=now)


def _with_session(answer: Response, token: str) -> Response:
    g.merchant_binding_is_new = False  # the session's own cookie takes its place
    cookies.write(answer, cookies.STAFF, token, max_age_seconds=int(ABSOLUTE.total_seconds()))
    return answer


def _page(form: SignInForm, http_status: int = 200) -> Response:
    return merchant_page("sign_in.html", http_status, form=form, sign_out_form=None, token_form=form)
