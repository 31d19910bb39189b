"""The mall's users: merchant members, ward desk, marketers. Shoppers are Saleor customers and never here."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, name: str, password: str | None = None, locale: str = "ja") -> User:
        user = self.model(email=self.normalize_email(email).lower(), name=name, locale=locale)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who works in the mall; signs in by e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    locale = models.CharField(max_length=12, default="ja")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]


class Role(models.Model):
    """A role in the ward. Work for a merchant is a `merchants.Member`."""

    class Kind(models.TextChoices):
        WARD_DESK = "ward_desk"
        MARKETER = "marketer"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="accounts_role_once")]
