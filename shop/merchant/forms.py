"""What people type to sign in, and to change their password."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from shop.csrf import ProtectedForm
from shop.staff.rules import MAXIMUM_LENGTH


class SignInForm(ProtectedForm):
    """E-mail address and password. `next` is where to go afterwards."""

    email = StringField("E-mail address", [InputRequired("Enter your e-mail address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=MAXIMUM_LENGTH)])
    next = HiddenField()


class PasswordForm(ProtectedForm):
    """A new password, by somebody who knows the present one."""

    current = PasswordField("Present password", [InputRequired("Enter your present password."), Length(max=128)])
    wanted = PasswordField("New password", [InputRequired("Enter a new password.")])
