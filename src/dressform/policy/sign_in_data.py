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
SESSION = Category(
    key="session",
    name=Text("Being signed in", "Connexion"),
    data=Text(
        "That you are signed in, since which day, and the day on which the session was last renewed.",
        "Le fait que vous êtes connecté, depuis quel jour, et le jour du dernier renouvellement de la "
        "session.",
    ),
    purpose=Text("To keep you signed in.", "Vous garder connecté."),
    legal_basis="GDPR Art. 6(1)(b)",
    period=FixedPeriod(timedelta(days=90)),
    clock_column_sql="month_of_login",
    starts_at_text=Text(
        "the first day of the month of the login", "le premier jour du mois de la connexion"
    ),
    on_expiry_text=Text(
        "The session ends for good; sign in again. Signing out ends it at once.",
        "La session prend fin ; connectez-vous de nouveau. La déconnexion y met fin aussitôt.",
    ),
)
ONE_TIME_TOKEN = Category(
    key="one-time-token",
    name=Text("Mailed links", "Liens envoyés"),
    data=Text(
        "The hash of a mailed link, and the new address when one is being confirmed.",
        "L'empreinte d'un lien envoyé par e-mail, et la nouvelle adresse à confirmer.",
    ),
    purpose=Text(
        "To reset a password or to confirm a new e-mail address.",
        "Réinitialiser un mot de passe ou confirmer une nouvelle adresse e-mail.",
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
