"""The tables. Each column names the category of the notice that it belongs to.

What says something about a person is in `sealed`, encrypted under the account's data key; in clear
are ids, times, versions, keyed hashes and the flags that rules need.

The access log is not exported: modules that work with it import `tables.access_log` itself, which the
import contracts check.
"""

from dressform.db.tables.account import Account, AccountKey
from dressform.db.tables.attempt_count import AttemptCount
from dressform.db.tables.base import Base
from dressform.db.tables.dataset import (
    DatasetConsent,
    DatasetConsentAct,
    DatasetDraw,
    DatasetEdition,
    DatasetFile,
)
from dressform.db.tables.deletion_mark import DeletionMark
from dressform.db.tables.former_username import FormerUsername
from dressform.db.tables.imported_account import ImportedAccount
from dressform.db.tables.mail import Mail, MailOutage
from dressform.db.tables.mail_count import MailCount
from dressform.db.tables.model import Avatar, Model
from dressform.db.tables.one_time_token import OneTimeToken
from dressform.db.tables.operator import AuditLogEntry, Operator
from dressform.db.tables.profile import Picture, Profile
from dressform.db.tables.retention import PurgeBlock, QuarantinedRow, RetentionRun
from dressform.db.tables.service_secret import ServiceSecret
from dressform.db.tables.session import Session
from dressform.db.tables.sign_up import ConfirmedLink, SignUp

__all__ = [
    "Account",
    "AccountKey",
    "AttemptCount",
    "AuditLogEntry",
    "Avatar",
    "Base",
    "ConfirmedLink",
    "DatasetConsent",
    "DatasetConsentAct",
    "DatasetDraw",
    "DatasetEdition",
    "DatasetFile",
    "DeletionMark",
    "FormerUsername",
    "ImportedAccount",
    "Mail",
    "MailCount",
    "MailOutage",
    "Model",
    "OneTimeToken",
    "Operator",
    "Picture",
    "Profile",
    "PurgeBlock",
    "QuarantinedRow",
    "RetentionRun",
    "ServiceSecret",
    "Session",
    "SignUp",
]
