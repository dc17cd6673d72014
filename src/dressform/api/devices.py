"""Devices that are known, because an account was signed in there before: their token and cookie."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from dressform.api.cookies import host_cookie_name, set_host_cookie
from dressform.api.state import get_state
from dressform.crypto.device_tokens import Device, new_device_id
from dressform.policy.periods import start_of_month
from dressform.policy.sign_in_data import DEVICE_TOKEN_PERIOD
from dressform.repositories.account_ids import find_account_id

_NAME = "dressform-device"


class Devices:
    """Recognises the device of a request, and writes its token into the response."""

    def __init__(self, request: Request, response: Response) -> None:
        state = get_state(request)
        self._uows = state.uows
        self._settings = state.settings
        self._cookies = request.cookies
        self._response = response

    async def recognise(self, login: str, token: str | None) -> Device | None:
        """Return the device if its token, or else its cookie, is of the account of a login name.

        There is one answer to an unknown name, another account and a forged or expired token.
        """
        text = token or self._cookies.get(host_cookie_name(_NAME, self._settings))
        if not text:
            return None
        uow = self._uows.read()
        account_id = await find_account_id(uow, login)
        if account_id is None:
            return None
        device = uow.keyrings.devices.verify(text, account_id)
        if device is None or DEVICE_TOKEN_PERIOD.expires_at(device.month) <= uow.now:
            return None
        return device

    def remember(
        self, account_id: UUID, device: Device | None = None, *, by_cookie: bool = True
    ) -> str | None:
        """Issue a token, of a device that is known already or of a new one.

        Write it into the cookie, or return it for the body.
        """
        now = self._uows.clock()
        device_id = device.id if device else new_device_id()
        token = self._uows.keyrings.devices.issue(account_id, device_id, at=now)
        if not by_cookie:
            return token
        until = DEVICE_TOKEN_PERIOD.expires_at(start_of_month(now))
        set_host_cookie(self._response, self._settings, _NAME, token, max_age=until - now)
        return None


async def get_devices(request: Request, response: Response) -> Devices:
    return Devices(request, response)


DevicesDep = Annotated[Devices, Depends(get_devices)]
