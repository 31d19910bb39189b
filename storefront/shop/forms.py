"""What shoppers write: where to deliver, how to pay, who they are. Errors say what was wrong and what to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from marketplace.checkout.types import Address
from storefront.phones import is_valid_phone
from storefront.shop.postal import find_area, normalize

PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県",
    "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県",
    "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県",
    "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip
HOME = "JP"
LONGEST = 120
SHORTEST_PASSWORD = 8


def text(label: Any, autocomplete: str, *, required: bool = True, help_text: Any = "", **attrs: str) -> forms.CharField:
    """A line of text with what browsers need to fill it in."""
    missing = {"required": _("Please fill this in.")}
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, **attrs})
    return forms.CharField(
        label=label, required=required, max_length=LONGEST, widget=widget, help_text=help_text, error_messages=missing
    )


def email_field(autocomplete: str = "email") -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete, "inputmode": "email"}),
        error_messages={
            "required": _("Please fill this in."),
            "invalid": _("This is not an e-mail address. Write it like name@example.jp."),
        },
    )


class AddressForm(forms.Form):
    """Where to deliver. In Japan the postal code comes first and can fill the rest; abroad the country does."""

    use_required_attribute = False

    email = email_field()
    family_name = text(_("Family name"), "family-name")
    given_name = text(_("Given name"), "given-name")
    country = forms.ChoiceField(label=_("Country or region"), error_messages={"required": _("Please choose one.")})
    postal_code = text(_("Postal code"), "postal-code", inputmode="numeric")
    area = text(_("Prefecture"), "address-level1")
    city = text(_("City or ward"), "address-level2")
    street1 = text(_("Street and number"), "address-line1")
    street2 = text(_("Building and room"), "address-line2", required=False)
    phone = text(_("Telephone"), "tel", help_text=_("For the carrier only."), inputmode="tel")

    def __init__(self, *args: Any, is_home: bool, countries: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_home = is_home
        self.fields["country"].choices = countries  # type: ignore[attr-defined]
        if is_home:
            del self.fields["country"]
            choices = [("", _("Choose")), *((name, name) for name in PREFECTURES)]
            self.fields["area"] = forms.ChoiceField(
                label=_("Prefecture"),
                choices=choices,
                widget=forms.Select(attrs={"autocomplete": "address-level1"}),
                error_messages={"required": _("Please choose one."), "invalid_choice": _("Please choose one.")},
            )
            self.fields["postal_code"].help_text = _("Seven digits, e.g. 131-0045")
        else:
            self.fields["area"].label = _("State or province")
            self.fields["area"].required = False
            self.fields["postal_code"].required = False

    def clean_postal_code(self) -> str:
        given = self.cleaned_data["postal_code"]
        if not self.is_home:
            return str(given)
        code = normalize(given)
        if not code:
            raise forms.ValidationError(_g("A Japanese postal code has seven digits, e.g. 131-0045."))
        return f"{code[:3]}-{code[3:]}"

    def clean_phone(self) -> str:
        given = str(self.cleaned_data["phone"])
        country = HOME if self.is_home else self.cleaned_data.get("country", "")
        if (self.is_home or country) and not is_valid_phone(given, country):
            raise forms.ValidationError(self.say_phone())
        return given

    def say_phone(self) -> str:
        """Return what is to be done about a number that no plan knows."""
        if self.is_home:
            return _g("Please check the number. Write it whole with its area code, e.g. 03-1234-5678.")
        return _g("Please check the number. Write it whole with its country code, e.g. +65 6123 4567.")

    def filled_from_postal_code(self) -> tuple[dict[str, Any], bool]:
        """Return what was written with prefecture, city and quarter of the postal code, and whether it is known."""
        written = {name: self.data.get(name, "") for name in self.fields}
        found = find_area(written.get("postal_code", ""))
        if found is None:
            return written, False
        more = {"area": found.prefecture, "city": found.city, "postal_code": found.postal_code}
        if not written["street1"].startswith(found.quarter):
            more["street1"] = found.quarter
        return {**written, **more}, True

    def address(self) -> Address:
        """Return what was written, once valid."""
        data = self.cleaned_data
        parts = ("family_name", "given_name", "postal_code", "area", "city", "street1", "street2", "phone")
        return Address(country=HOME if self.is_home else data["country"], **{part: data[part] for part in parts})

    def refuse(self, field: str, message: str) -> None:
        """Show a problem that Saleor or a rule found, at its field or above the form."""
        self.add_error(field if field in self.fields else None, message)


class SignInForm(forms.Form):
    use_required_attribute = False
    email = email_field("username")
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Please fill this in.")},
    )


class ForgottenForm(forms.Form):
    use_required_attribute = False
    email = email_field()


def new_password_field(label: Any) -> forms.CharField:
    """Return the field for a password that is being chosen; its form's `clean_password` asks `long_enough`."""
    return forms.CharField(
        label=label,
        strip=False,
        help_text=_("Eight characters or more."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Please fill this in.")},
    )


class PasswordForm(forms.Form):
    use_required_attribute = False
    password = new_password_field(_("New password"))

    def clean_password(self) -> str:
        return long_enough(str(self.cleaned_data["password"]))


def long_enough(password: str) -> str:
    """Return the password. Raises ValidationError for one that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise forms.ValidationError(_g("Choose a password of eight characters or more."))
    return password


class RegisterForm(forms.Form):
    use_required_attribute = False
    email = email_field()
    password = new_password_field(_("Password"))

    def clean_password(self) -> str:
        return long_enough(str(self.cleaned_data["password"]))
