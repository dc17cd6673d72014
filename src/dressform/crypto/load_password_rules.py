from dressform.crypto.password_filter import FilterFileError, PasswordFilter
from dressform.crypto.password_rules import PasswordRules
from dressform.errors import StartupError
from dressform.settings.settings import Settings
from dressform.usernames.reserved import choose_site_words


def load_password_rules(settings: Settings) -> PasswordRules:
    """Return the rules of the settings. Raise StartupError for a filter that can't be read."""
    rules = PasswordRules(choose_site_words(settings.hosts), settings.password_filter)
    try:
        for path in rules.filter_files:
            PasswordFilter.open(path)
    except (OSError, FilterFileError) as error:
        raise StartupError(f"DRESSFORM_PASSWORD_FILTER can't be used: {error}.") from None
    return rules
