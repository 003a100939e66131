"""What people type to sign in, and to change their password or their second factor."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from shop.csrf import ProtectedForm
from shop.staff.rules import MAXIMUM_LENGTH


class SignInForm(ProtectedForm):
    """E-mail address and password. `next` is where to go afterwards."""

    email = StringField("E-mail address", [InputRequired("Enter your e-mail address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=MAXIMUM_LENGTH)])
    next = HiddenField()


class CodeForm(ProtectedForm):
    """A code of the app, or a recovery code."""

    code = StringField("Code", [InputRequired("Enter the code that your app shows."), Length(max=64)])
    next = HiddenField()


class PasswordForm(ProtectedForm):
    """A new password, by somebody who knows the present one."""

    current = PasswordField("Present password", [InputRequired("Enter your present password."), Length(max=128)])
    wanted = PasswordField("New password", [InputRequired("Enter a new password.")])


class FactorForm(ProtectedForm):
    """A change of the second factor, by somebody who knows the password."""

    current = PasswordField("Present password", [InputRequired("Enter your present password."), Length(max=128)])


class EnrolForm(FactorForm):
    """The first code of a new secret. `sealed` is the secret, encrypted."""

    code = StringField("Code that the app shows", [InputRequired("Enter the code."), Length(max=64)])
    sealed = HiddenField()
