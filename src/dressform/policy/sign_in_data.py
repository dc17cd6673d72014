"""The categories of registrations, sessions, mailed links, mails and counted attempts."""

from datetime import timedelta

from dressform.policy.category import Category, Text
from dressform.policy.periods import CalendarMonths, FixedPeriod

SIGN_UP = Category(
    key="sign-up",
    name=Text("Registrations", "Inscriptions"),
    data=Text(
        "What was typed to register, until the address is confirmed.",
        "Ce qui a été saisi pour s'inscrire, jusqu'à la confirmation de l'adresse.",
    ),
    purpose=Text("To confirm the e-mail address.", "Confirmer l'adresse e-mail."),
    legal_basis="GDPR Art. 6(1)(b)",
    period=FixedPeriod(timedelta(days=7)),
    clock_column_sql="created_at",
    starts_at_text=Text("the registration", "l'inscription"),
    on_expiry_text=Text("The registration is deleted.", "L'inscription est supprimée."),
)
CONFIRMED_LINK = Category(
    key="confirmed-link",
    name=Text("Used confirmation links", "Liens de confirmation utilisés"),
    data=Text(
        "The hash of the link by which your account was opened, and the day of the registration.",
        "L'empreinte du lien qui a ouvert votre compte, et le jour de l'inscription.",
    ),
    purpose=Text(
        "To say that the account is open when the link is followed again.",
        "Dire que le compte est ouvert quand le lien est suivi de nouveau.",
    ),
    legal_basis="GDPR Art. 6(1)(b)",
    period=SIGN_UP.period,
    clock_column_sql="created_at",
    starts_at_text=SIGN_UP.starts_at_text,
    on_expiry_text=Text("The hash is deleted.", "L'empreinte est supprimée."),
)
MAX_INACTIVITY = FixedPeriod(timedelta(days=30))
"""The period after which a session ends that was not refreshed."""
MAX_INACTIVITY_OF_VISIT = FixedPeriod(timedelta(days=1))
"""The same period of a session that is not to be remembered beyond the visit."""
SESSION = Category(
    key="session",
    name=Text("Being signed in", "Connexion"),
    data=Text(
        "That you are signed in, since which day, the day on which the session was last renewed, whether "
        "it is to outlive your visit, and the name that you gave it.",
        "Le fait que vous êtes connecté, depuis quel jour, le jour du dernier renouvellement de la "
        "session, si elle doit durer au-delà de votre visite, et le nom que vous lui avez donné.",
    ),
    purpose=Text("To keep you signed in.", "Vous garder connecté."),
    legal_basis="GDPR Art. 6(1)(b)",
    period=FixedPeriod(timedelta(days=90)),
    clock_column_sql="month_of_login",
    starts_at_text=Text(
        "the first day of the month of the login", "le premier jour du mois de la connexion"
    ),
    on_expiry_text=Text(
        f"The session ends for good; sign in again. It ends sooner when it was not renewed for "
        f"{MAX_INACTIVITY.format('en')}, or for {MAX_INACTIVITY_OF_VISIT.format('en')} if it is not to "
        "outlive your visit; what is stored of it is deleted then at its next use, at the latest after "
        "the period. Signing out ends it at once.",
        f"La session prend fin ; connectez-vous de nouveau. Elle prend fin plus tôt si elle n'a pas été "
        f"renouvelée depuis {MAX_INACTIVITY.format('fr')}, ou depuis "
        f"{MAX_INACTIVITY_OF_VISIT.format('fr')} si elle ne doit pas durer au-delà de votre visite ; ses "
        "données sont alors supprimées à sa prochaine utilisation, au plus tard au terme de la durée. "
        "La déconnexion y met fin aussitôt.",
    ),
)
ONE_TIME_TOKEN = Category(
    key="one-time-token",
    name=Text("Mailed links", "Liens envoyés"),
    data=Text(
        "The hash of a mailed link, and the new address when one is being confirmed. Of a mail that signs "
        "you in also its code, how often it was tried, and the hash of what the device has that asked.",
        "L'empreinte d'un lien envoyé par e-mail, et la nouvelle adresse à confirmer. D'un e-mail de "
        "connexion, aussi son code, le nombre d'essais et l'empreinte de ce que l'appareil demandeur "
        "a reçu.",
    ),
    purpose=Text(
        "To sign you in by mail, to reset a password or to confirm a new e-mail address.",
        "Vous connecter par e-mail, réinitialiser un mot de passe ou confirmer une nouvelle adresse "
        "e-mail.",
    ),
    legal_basis="GDPR Art. 6(1)(b)",
    period=FixedPeriod(timedelta(hours=2)),
    clock_column_sql="created_at",
    starts_at_text=Text(
        "the hour of the mail, so that a link works for one hour at least",
        "l'heure de l'envoi de l'e-mail, si bien qu'un lien fonctionne au moins une heure",
    ),
    on_expiry_text=Text("The link stops working.", "Le lien cesse de fonctionner."),
)
MAIL = Category(
    key="mail",
    name=Text("Mails", "E-mails"),
    data=Text("A mail that is still to be delivered.", "Un e-mail encore à livrer."),
    purpose=Text("To contact you when required.", "Vous contacter si nécessaire."),
    legal_basis="GDPR Art. 6(1)(b)",
    period=FixedPeriod(timedelta(days=7)),
    clock_column_sql="created_at",
    starts_at_text=Text("the writing of the mail", "la rédaction de l'e-mail"),
    on_expiry_text=Text(
        "It is deleted as soon as it is handed over, at the latest then.",
        "Il est supprimé dès sa remise, au plus tard à ce moment.",
    ),
)

DEVICE_TOKEN_PERIOD = CalendarMonths(12)
"""A device token lasts as long from the first of the month of its issue. Nothing of it is stored."""
ATTEMPT = Category(
    key="attempt",
    name=Text("Attempts", "Tentatives"),
    data=Text(
        "How often signing in failed, a password was asked for or a mail was requested: a number for each "
        "login name, session, device and mailbox, which is a keyed hash under a key that changes each day. "
        "No IP address. The device itself keeps a random number with our signature, for "
        f"{DEVICE_TOKEN_PERIOD.format('en')} at most, by which it is known again when you sign in; we do not "
        "store that number.",
        "Combien de fois une connexion a échoué, un mot de passe a été demandé ou un e-mail sollicité : un "
        "nombre par identifiant, session, appareil et boîte aux lettres, sous la forme d'une empreinte dont "
        "la clé change chaque jour. Aucune adresse IP. L'appareil lui-même garde, pendant "
        f"{DEVICE_TOKEN_PERIOD.format('fr')} au plus, un nombre aléatoire signé par nous, qui le fait "
        "reconnaître à la connexion ; nous n'enregistrons pas ce nombre.",
    ),
    purpose=Text(
        "To stop the guessing of passwords and floods of mail without keeping you out.",
        "Empêcher de deviner les mots de passe et d'inonder les boîtes aux lettres, sans vous bloquer.",
    ),
    legal_basis="GDPR Art. 6(1)(f)",
    period=FixedPeriod(timedelta(hours=2)),
    clock_column_sql="hour",
    starts_at_text=Text("the hour of the attempt", "l'heure de la tentative"),
    on_expiry_text=Text(
        "The number is deleted. A successful login leaves none.",
        "Le nombre est supprimé. Une connexion réussie n'en laisse aucun.",
    ),
)
