"""The tags of the OpenAPI document, and its operations in the order in which a client uses them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """A group of operations. `operations`: their operation ids, in the order of use."""

    name: str
    description: str
    operations: tuple[str, ...]


TAGS = (
    Tag(
        "auth",
        "Register, sign in and out, manage sessions, and change the password or e-mail address.",
        (
            "register",
            "resend_verification",
            "confirm_registration",
            "login",
            "request_sign_in_mail",
            "sign_in_by_link",
            "sign_in_by_code",
            "refresh",
            "logout",
            "read_session_status",
            "list_sessions",
            "rename_session",
            "end_other_sessions",
            "end_session",
            "forgot_password",
            "reset_password",
            "change_password",
            "change_email",
            "confirm_email_change",
            "reactivate_account",
            "read_jwks",
        ),
    ),
    Tag(
        "profiles",
        "Read and change your own profile, and read the profiles of other members.",
        (
            "read_own_profile",
            "change_own_profile",
            "read_own_picture",
            "put_own_picture",
            "delete_own_picture",
            "read_profile",
            "read_picture",
            "create_own_picture_address",
            "create_picture_address",
            "read_addressed_picture",
        ),
    ),
    Tag(
        "models",
        "Manage models: the measurements of bodies, from which sewing patterns are drafted.",
        (
            "list_models",
            "create_model",
            "duplicate_model",
            "read_model",
            "change_model",
            "delete_model",
            "read_warnings",
            "get_model_silhouette",
            "read_avatar",
            "put_avatar",
            "delete_avatar",
            "create_avatar_address",
            "import_model_file",
            "export_model",
        ),
    ),
    Tag(
        "measurements",
        "Read the catalogue of measurements, and check values without storing them.",
        (
            "list_measurements",
            "read_measurement",
            "check_measurements",
            "estimate_measurements",
        ),
    ),
    Tag(
        "privacy",
        "Read the privacy notice and its status, and exercise your rights under the GDPR.",
        (
            "read_notice",
            "read_status",
            "list_consents",
            "set_open_dataset_consent",
            "export_account",
            "set_restriction",
            "delete_account",
        ),
    ),
    Tag(
        "dataset",
        "Download the open dataset of body measurements, which has differential privacy.",
        ("read_dataset", "read_edition", "read_edition_file", "head_edition_file"),
    ),
    Tag(
        "operations",
        "Search the access log, which only operators may do and every search of which is recorded; and "
        "report mails that came back.",
        ("search_access_log", "list_access_log_audit", "report_bounce"),
    ),
    Tag(
        "health",
        "Check the service, for probes, monitoring and operators.",
        ("get_liveness", "get_readiness", "read_retention", "read_metrics"),
    ),
)
