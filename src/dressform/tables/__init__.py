"""The tables. Each column names the category of the notice that it belongs to.

What says something about a person is in `sealed`, encrypted under the account's data key; in clear
are ids, times, versions, keyed hashes and the flags that rules need.
"""

from dressform.tables.access_log import AccessLog, SpoolMark
from dressform.tables.account import Account, AccountKey
from dressform.tables.base import Base
from dressform.tables.mail import Mail
from dressform.tables.model import Avatar, Model
from dressform.tables.one_time_token import OneTimeToken
from dressform.tables.profile import Picture, Profile
from dressform.tables.retention_run import RetentionRun
from dressform.tables.service_secret import ServiceSecret
from dressform.tables.session import RefreshToken, Session
from dressform.tables.sign_up import SignUp

__all__ = [
    "AccessLog",
    "Account",
    "AccountKey",
    "Avatar",
    "Base",
    "Mail",
    "Model",
    "OneTimeToken",
    "Picture",
    "Profile",
    "RefreshToken",
    "RetentionRun",
    "ServiceSecret",
    "Session",
    "SignUp",
    "SpoolMark",
]
