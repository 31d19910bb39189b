"""Sign-in by other means. It is done by plugins inside the contract's reference; there are none here.

Answered as the contract does where no plugin has the id: nothing is given and nothing is wrong.
"""

from __future__ import annotations

from typing import Any

from infra.engine.schema.binding import declare, root
from infra.engine.schema.context import Context

declare("ExternalAuthenticationUrl", "authenticationData")
declare("ExternalObtainAccessTokens", "token refreshToken csrfToken user")
declare("ExternalRefresh", "token refreshToken csrfToken user")
declare("ExternalVerify", "user isValid verifyData")
declare("ExternalLogout", "logoutData")


@root("Mutation", "externalAuthenticationUrl")
def external_authentication_url(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"authentication_data": {}}


@root("Mutation", "externalObtainAccessTokens")
def external_obtain_access_tokens(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {}


@root("Mutation", "externalRefresh")
def external_refresh(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {}


@root("Mutation", "externalVerify")
def external_verify(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"is_valid": False, "verify_data": {}}


@root("Mutation", "externalLogout")
def external_logout(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"logout_data": {}}
