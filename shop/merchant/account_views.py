"""One's own account: the password, and the second factor. Every change asks for the present password once more."""

from cryptography.fernet import InvalidToken
from flask import Response, request

from shop.audit import service as audit
from shop.clock import utc_now
from shop.errors import BadInput, Forbidden, NotFound
from shop.merchant.forms import EnrolForm, FactorForm, PasswordForm
from shop.merchant.pages import binding, blueprint, me, merchant_page, see, token_meta
from shop.merchant.sign_in_guard import remember_device
from shop.merchant.sign_in_views import VAULT, hand_out, is_password
from shop.staff import second_factor
from shop.staff import service as staff
from shop.staff.models import StaffMember
from shop.throttle import forgive, throttle
from shop.web import config, db, runtime, transaction

TRIES = "8/15 minutes"
NOT_YOURS = "This is not your present password."
ENROL, ENROL_SECONDS = "staff-second-factor-enrol", 30 * 60


@blueprint.route("/account", methods=["GET", "POST"])
def account() -> Response:
    """Change one's password: every session of the account ends, and this browser gets a new one."""
    member, form = _member(), PasswordForm(request.form, meta=token_meta())
    if request.method == "GET":
        return _account_page(form, member, done=request.args.get("done"))
    if form.validate() and _knows_password(form):
        try:
            password_hash = staff.new_hash(form.wanted.data or "", member.email, shop_name=config().name)
            return _with_new_password(password_hash)
        except BadInput as problem:
            form.wanted.errors = [str(problem)]
    return _account_page(form, member, http_status=422)


@blueprint.get("/account/second-factor", endpoint="second_factor")
def second_factor_page() -> Response:
    """Whether a code is asked for, and how to begin or end it."""
    member = _member()
    if member.has_factor:
        return _factor_page(FactorForm(meta=token_meta()), done=request.args.get("done"))
    return _enrol_page(EnrolForm(meta=token_meta()), member, second_factor.new_secret())


@blueprint.post("/account/second-factor/on")
def second_factor_on() -> Response:
    """Begin: the app shows a code of the secret that it was given. The recovery codes are shown once."""
    member, form = _member(), EnrolForm(request.form, meta=token_meta())
    secret = _opened(form.sealed.data or "")
    if member.has_factor or secret is None:
        return see("second_factor")
    if not form.validate() or not _knows_password(form):
        return _enrol_page(form, member, secret, 422)
    now, vault = utc_now(), runtime().keyring.fernet(VAULT)
    try:
        with transaction() as session:
            member = _member()
            codes = second_factor.switch_on(session, member, secret, form.code.data or "", vault=vault, now=now)
            _record("second_factor_on", member)
            staff.end_sessions(session, member.id)
            token = staff.open_session(session, member.id, now=now)
    except second_factor.WrongCode as problem:
        form.code.errors = [str(problem)]
        return _enrol_page(form, member, secret, 422)
    return hand_out(merchant_page("recovery_codes.html", codes=codes, sign_out_form=None), token)


@blueprint.post("/account/second-factor/off")
def second_factor_off() -> Response:
    """End it: the password alone opens the pages again, unless the shop's settings require a factor."""
    form = FactorForm(request.form, meta=token_meta())
    if not form.validate() or not _knows_password(form):
        return _factor_page(form, 422)
    with transaction() as session:
        member = _member()
        second_factor.switch_off(session, member)
        _record("second_factor_off", member)
    return see("account", done="second-factor-off")


@blueprint.post("/account/second-factor/codes")
def recovery_codes() -> Response:
    """Fresh recovery codes; the earlier ones are worth nothing any more."""
    form = FactorForm(request.form, meta=token_meta())
    if not form.validate() or not _knows_password(form):
        return _factor_page(form, 422)
    with transaction() as session:
        member = _member()
        if not member.has_factor:
            raise NotFound
        codes = second_factor.new_recovery_codes(session, member)
        _record("recovery_codes_renewed", member)
    return merchant_page("recovery_codes.html", codes=codes)


def _member() -> StaffMember:
    """The account of whoever is signed in; under a host's own sign-in there is none."""
    if runtime().is_merchant is not None:
        raise NotFound
    member = staff.find_member(db(), me().email)
    if member is None:
        raise Forbidden
    return member


def _knows_password(form: PasswordForm | EnrolForm | FactorForm) -> bool:
    """Whether the present password was typed. Counted by account: only who is signed in can spend these tries."""
    throttle("account-password", TRIES, subject=str(me().member_id))
    if not is_password(me().email, form.current.data or ""):
        form.current.errors = [NOT_YOURS]
        return False
    forgive("account-password", TRIES, subject=str(me().member_id))
    return True


def _with_new_password(password_hash: str) -> Response:
    with transaction() as session:
        member = _member()
        staff.set_password(session, member, password_hash)
        _record("password_changed", member)
        token = staff.open_session(session, member.id, now=utc_now())
    answer = hand_out(see("account", done="password"), token)
    remember_device(answer, member)
    return answer


def _record(action: str, member: StaffMember) -> None:
    audit.record(db(), actor=me().actor, action=action, subject=f"staff:{member.id}", changes={}, now=utc_now())


def _sealed(secret: str) -> str:
    """The secret on its way through the page: readable by us, in this session, for half an hour."""
    return runtime().keyring.fernet(ENROL).encrypt(f"{binding()} {secret}".encode()).decode()


def _opened(sealed: str) -> str | None:
    try:
        text = runtime().keyring.fernet(ENROL).decrypt(sealed.encode(), ttl=ENROL_SECONDS).decode()
    except InvalidToken:
        return None
    bound_to, _, secret = text.partition(" ")
    return secret if bound_to == binding() else None


def _account_page(
    form: PasswordForm, member: StaffMember, *, done: str | None = None, http_status: int = 200
) -> Response:
    return merchant_page("account.html", http_status, form=form, member=member, done=done)


def _factor_page(form: FactorForm, http_status: int = 200, *, done: str | None = None) -> Response:
    return merchant_page(
        "second_factor.html", http_status, form=form, done=done, is_required=config().requires_second_factor
    )


def _enrol_page(form: EnrolForm, member: StaffMember, secret: str, http_status: int = 200) -> Response:
    form.sealed.data = _sealed(secret)
    address = second_factor.app_address(secret, member.email, config().name)
    groups = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return merchant_page(
        "second_factor_on.html",
        http_status,
        form=form,
        qr=second_factor.qr_code(address),
        address=address,
        groups=groups,
        is_required=config().requires_second_factor,
    )
