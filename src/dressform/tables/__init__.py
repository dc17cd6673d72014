"""The tables. Each column names the category of the notice that it belongs to.

What says something about a person is in `sealed`, encrypted under the account's data key; in clear
are ids, times, versions, keyed hashes and the flags that rules need.

The access log is not among these: whoever works with it imports `tables.access_log` itself, which
is checked.
"""

from dressform.tables.account import Account, AccountKey
from dressform.tables.base import Base
from dressform.tables.dataset import (
    DatasetConsent,
    DatasetConsentAct,
    DatasetDraw,
    DatasetEdition,
    DatasetFile,
)
from dressform.tables.deletion_mark import DeletionMark
from dressform.tables.mail import Mail, MailOutage
from dressform.tables.model import Avatar, Model
from dressform.tables.one_time_token import OneTimeToken
from dressform.tables.operator import Lookup, Operator
from dressform.tables.profile import Picture, Profile
from dressform.tables.retention import RetentionHold, RetentionRun, SetAside
from dressform.tables.service_secret import ServiceSecret
from dressform.tables.session import Session
from dressform.tables.sign_up import SignUp

__all__ = [
    "Account",
    "AccountKey",
    "Avatar",
    "Base",
    "DatasetConsent",
    "DatasetConsentAct",
    "DatasetDraw",
    "DatasetEdition",
    "DatasetFile",
    "DeletionMark",
    "Lookup",
    "Mail",
    "MailOutage",
    "Model",
    "OneTimeToken",
    "Operator",
    "Picture",
    "Profile",
    "RetentionHold",
    "RetentionRun",
    "ServiceSecret",
    "Session",
    "SetAside",
    "SignUp",
]
