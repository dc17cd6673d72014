"""The statements of the accounts, each compiled once."""

from sqlalchemy import ARRAY, LargeBinary, bindparam, case, delete, insert, or_, select, update

from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account, AccountKey, Profile
from dressform.repositories.credentials import ACCOUNT_COLUMNS
from dressform.repositories.expired_rows import is_deletable
from dressform.repositories.former_usernames import delete_and_hold_names

NOTICES_RESET: dict[str, None] = {
    "last_notice_days": None,
    "warned_at": None,
    "reactivation_token_hash": None,
}
"""The values after a login: no notice of the next expiry has been given."""

ALL = select(*ACCOUNT_COLUMNS, AccountKey.key_id, AccountKey.wrapped_key).join(
    AccountKey, AccountKey.account_id == Account.id
)

AT = bindparam("at", type_=Account.expires_at.type)

LIVE = ALL.where(Account.expires_at > AT)

NOT_DELETABLE = ALL.where(~is_deletable(Account.expires_at, AT))

IN_GRACE_PERIOD = NOT_DELETABLE.where(Account.expires_at <= AT)

HAS_ID = Account.id == bindparam("account_id")

HAS_EMAIL = is_any_of(Account.email_index, bindparam("email_hashes", type_=ARRAY(LargeBinary)))

HAS_USERNAME_HASH = is_any_of(
    Profile.username_index, bindparam("username_hashes", type_=ARRAY(LargeBinary))
)

HAS_USERNAME = Account.id.in_(select(Profile.account_id).where(HAS_USERNAME_HASH))

BY_ID = Statement(LIVE.where(HAS_ID))

BY_ID_TO_CHANGE = Statement(LIVE.where(HAS_ID).with_for_update(of=Account))

BY_ID_FOR_SHARE = Statement(
    LIVE.where(HAS_ID, Account.version == bindparam("version")).with_for_update(
        read=True, of=Account
    )
)

BY_EMAIL = Statement(LIVE.where(HAS_EMAIL))

BY_USERNAME = Statement(LIVE.where(HAS_USERNAME))

IN_GRACE_PERIOD_BY_ID = Statement(IN_GRACE_PERIOD.where(HAS_ID))

IN_GRACE_PERIOD_BY_EMAIL = Statement(IN_GRACE_PERIOD.where(HAS_EMAIL))

NOT_DELETABLE_BY_EMAIL = Statement(NOT_DELETABLE.where(HAS_EMAIL))

NOT_DELETABLE_BY_USERNAME = Statement(NOT_DELETABLE.where(HAS_USERNAME))

ADD = Statement(
    insert(Account), "id", "email_index", "created_at", "last_login_at", "version", "sealed"
)

ADD_KEY = Statement(insert(AccountKey), "account_id", "key_id", "wrapped_key")

RECORD_LOGIN = Statement(
    update(Account)
    .where(HAS_ID, ~is_deletable(Account.expires_at, AT))
    .where(Account.version == bindparam("known_version"))
    .values(last_login_at=bindparam("today"), **NOTICES_RESET)
)

CHANGE = Statement(
    update(Account)
    .where(HAS_ID)
    .values(
        email_index=bindparam("email_index"),
        # What is known of an address holds for that address alone.
        mail_refused_since=case(
            (Account.email_index == bindparam("email_index"), Account.mail_refused_since)
        ),
    ),
    "version",
    "email_index",
    "sealed",
)

RESTRICT = Statement(update(Account).where(HAS_ID), "restricted_at")

DELETE_EXPIRED_HOLDER = Statement(
    delete_and_hold_names(
        delete(Account)
        .where(is_deletable(Account.expires_at, AT), or_(HAS_EMAIL, HAS_USERNAME))
        .returning(Account.id)
    )
)

ERASE = Statement(delete_and_hold_names(delete(Account).where(HAS_ID).returning(Account.id)))
