"""Every error of Dressform, with the status and the text that a client receives.

DressformError
├── MalformedRequest          400  the request itself is malformed
├── Unauthenticated           401  no access token, or an invalid one
├── WrongCredentials          401  the login and the password do not match
├── WrongCode                 401  the code of a mail does not sign in
├── WrongPassword             403  the password of the signed-in member is wrong
├── RefreshTokenRefused       401  the refresh token is unknown, used or expired
├── AccountRestricted         403  the processing of the account is restricted
├── NotAnOperator             403  only operators may do this
├── SignatureRefused          403  a signed request without a secret, or with a wrong or old signature
├── OriginNotAllowed          403  a page of another site sent the refresh cookie
├── NotFound                  404  nothing is there, or it belongs to another member
├── MethodNotAllowed          405
├── UsernameTaken             409
├── EmailTaken                409  told only to a client that proved to own the address
├── AlreadyConfirmed          409  told only to a client that has the token of a used link
├── TooManyModels             409
├── RequestInProgress         409  another request with the same Idempotency-Key is being answered
├── ConsentTextChanged        409  the text of the consent is not the current one
├── TooManyConsents           409  the record of a consent is full
├── LinkInvalid               410  a mailed link was used, replaced or is too old
├── RequestTimeout            408  the request did not arrive in time
├── PreconditionFailed        412  If-Match names another version
├── TooLarge                  413  the body exceeds its limit
├── UnsupportedPicture        415  the body is not a supported picture
├── RangeNotSatisfiable       416  the range begins after the end of the file
├── InvalidInput              422  fields that do not fit, each named
│   ├── IdempotencyKeyReused  422  the key came with another request
│   ├── WeakPassword          422
│   └── SearchTooBroad        422  the search of the access log would read too many rows
├── RateLimited               429
├── HeadersTooLarge           431  the request line and headers exceed their limit
├── InternalError             500
└── Unavailable               503  the database or another part is unavailable, or a queue is full
    └── OutcomeUnknown        503  the connection was lost during COMMIT
"""

from dressform.errors.access import (
    AccountRestricted,
    NotAnOperator,
    OriginNotAllowed,
    RefreshTokenRefused,
    SignatureRefused,
    Unauthenticated,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from dressform.errors.base import DressformError, FieldError
from dressform.errors.conflicts import (
    AlreadyConfirmed,
    ConsentTextChanged,
    EmailTaken,
    LinkInvalid,
    RequestInProgress,
    TooManyConsents,
    TooManyModels,
    UsernameTaken,
)
from dressform.errors.requests import (
    HeadersTooLarge,
    IdempotencyKeyReused,
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    RangeNotSatisfiable,
    RateLimited,
    RequestTimeout,
    SearchTooBroad,
    TooLarge,
    UnsupportedPicture,
    WeakPassword,
)
from dressform.errors.service import (
    AlreadyPublished,
    InternalError,
    OutcomeUnknown,
    StartupError,
    Unavailable,
)

__all__ = [
    "AccountRestricted",
    "AlreadyConfirmed",
    "AlreadyPublished",
    "ConsentTextChanged",
    "DressformError",
    "EmailTaken",
    "FieldError",
    "HeadersTooLarge",
    "IdempotencyKeyReused",
    "InternalError",
    "InvalidInput",
    "LinkInvalid",
    "MalformedRequest",
    "MethodNotAllowed",
    "NotAnOperator",
    "NotFound",
    "OriginNotAllowed",
    "OutcomeUnknown",
    "PreconditionFailed",
    "RangeNotSatisfiable",
    "RateLimited",
    "RefreshTokenRefused",
    "RequestInProgress",
    "RequestTimeout",
    "SearchTooBroad",
    "SignatureRefused",
    "StartupError",
    "TooLarge",
    "TooManyConsents",
    "TooManyModels",
    "Unauthenticated",
    "Unavailable",
    "UnsupportedPicture",
    "UsernameTaken",
    "WeakPassword",
    "WrongCode",
    "WrongCredentials",
    "WrongPassword",
]
