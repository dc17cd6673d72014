"""The privacy notice as data: what is kept, why, for how long, and how it ends.

Everything that deals with time limits reads this one file: the tables (a column names its
category), the repositories (an expired row is never read), the worker (one rule a category), the
public notice and the documents. Nothing else states a window.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from dressform.policy.periods import CalendarMonths, FixedPeriod, RetentionPeriod, expiry_sql


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in the languages of the service."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """Return the French text for "fr", else the English one."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Extension:
    """A case in which rows are kept for longer than their window: at most `longer` beyond it.

    `condition` is SQL over the columns of the table that carries the clock. It is empty where the
    rows can't be read meanwhile, and the worker decides whether they are still kept.
    """

    key: str
    longer: RetentionPeriod
    condition: str
    told: Text


MIN_NOTICE = FixedPeriod(timedelta(days=7))
"""An account ends when its owner was warned of it for this long."""
MAX_GRACE_PERIOD = FixedPeriod(timedelta(days=30))
"""Or this long after its window, warned or not."""
UNWARNED = Extension(
    key="unwarned",
    longer=MAX_GRACE_PERIOD,
    condition="",
    told=Text(
        f"If no mail could warn you at least {MIN_NOTICE.in_words('en')} before, the account is "
        "locked at its end, for everybody but you: whoever signs in with its password opens it "
        f"again. It is deleted {MIN_NOTICE.in_words('en')} after a warning was delivered.",
        "Si aucun e-mail n'a pu vous prévenir au moins "
        f"{MIN_NOTICE.in_words('fr')} avant, le compte est verrouillé à son terme, pour tous sauf "
        "vous : se connecter avec son mot de passe le rouvre. Il est supprimé "
        f"{MIN_NOTICE.in_words('fr')} après la remise d'un avertissement.",
    ),
)
RESTRICTED = Extension(
    key="restricted",
    longer=CalendarMonths(24),
    condition="restricted_at IS NOT NULL",
    told=Text(
        "If you had processing restricted (GDPR Art. 18), your account is kept, shown to nobody but you, "
        "until you lift the restriction or remove the account. Without any login you are asked by "
        "mail when the 12 months are over, and once more 12 months later, whether you still need it.",
        "Si vous avez fait limiter le traitement (RGPD art. 18), le compte est conservé, visible de vous "
        "seul, jusqu'à ce que vous leviez la limitation ou supprimiez le compte. Sans "
        "aucune connexion, un e-mail vous demande au bout des 12 mois, puis 12 mois plus tard, si vous "
        "en avez encore besoin.",
    ),
)


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of data. `since` is SQL over the columns of the table that carries the clock."""

    key: str
    name: Text
    data: Text
    purpose: Text
    legal_basis: str
    window: RetentionPeriod
    since: str
    clock: Text
    ending: Text
    extensions: tuple[Extension, ...] = ()

    @property
    def row_end(self) -> str:
        """The SQL expression of when a row may no longer be read."""
        end = expiry_sql(self.window, self.since)
        for one in self.extensions:
            if one.condition:
                later = expiry_sql(one.longer, end)
                end = f"CASE WHEN {one.condition} THEN {later} ELSE {end} END"
        return end


VISITOR = Category(
    key="visitor",
    name=Text("Visits", "Visites"),
    data=Text(
        "The IP address of whoever visits the site or uses the API, with time, method, route "
        "template, status, duration and a random number of the request. Of a request about your "
        "privacy rights, beside time and address, only that it was one, and whether the service failed.",
        "L'adresse IP de toute personne qui visite le site ou utilise l'API, avec l'heure, la "
        "méthode, le modèle de route, le statut, la durée et un numéro aléatoire de la requête. D'une "
        "requête concernant vos droits sur vos données, outre l'heure et l'adresse, seulement qu'elle "
        "en était une et si le service a échoué.",
    ),
    purpose=Text(
        "To diagnose problems, and nothing else.", "Diagnostiquer les problèmes, rien d'autre."
    ),
    legal_basis="GDPR Art. 6(1)(f)",
    window=CalendarMonths(6),
    since="at",
    clock=Text("the request", "la requête"),
    ending=Text(
        "The whole day's records are dropped when the first of them is due.",
        "Les enregistrements de la journée entière sont supprimés dès que le premier arrive à terme.",
    ),
)
PROFILE = Category(
    key="profile",
    name=Text("Account and profile", "Compte et profil"),
    data=Text(
        "E-mail address, username, password (only its hash), language and unit of length; if given, "
        "picture, bio and social media accounts. Also the month in which you joined and the day on which you last signed in; that you were "
        "warned of the coming end; since when processing is restricted, if you asked for it; if so, "
        "that you operate the site; and if you ever agreed to the open dataset: each time that you agreed "
        "or withdrew, the day and the text; the model you chose, how often you were counted and the "
        "year in which you were drawn.",
        "Adresse e-mail, nom d'utilisateur, mot de passe (seulement son empreinte), langue et unité "
        "de longueur ; si fournis, photo, bio et comptes de réseaux sociaux. Aussi : le mois de votre inscription et le jour "
        "de votre dernière connexion ; que la fin prochaine vous a été annoncée ; depuis "
        "quand le traitement est limité, si vous l'avez demandé ; le cas échéant, que vous gérez le site ; et, si vous avez un "
        "jour accepté le jeu de données ouvert : pour chaque accord et chaque retrait, le jour et le "
        "texte ; le modèle choisi, combien de fois vous avez été compté et l'année de votre tirage.",
    ),
    purpose=Text(
        "To authenticate you, to contact you when required, and to build an on-line community; to "
        "be able to show what you agreed to.",
        "Vous authentifier, vous contacter si nécessaire et animer une communauté en ligne ; pouvoir "
        "montrer ce que vous avez accepté.",
    ),
    legal_basis="GDPR Art. 6(1)(b)",
    window=CalendarMonths(12),
    since="last_login_at",
    clock=Text("the day of your last login", "le jour de votre dernière connexion"),
    ending=Text(
        "The account is deleted with everything in it. You can remove it, or any optional part, "
        "at any time.",
        "Le compte est supprimé avec tout ce qu'il contient. Vous pouvez le supprimer, ou chaque "
        "partie facultative, à tout moment.",
    ),
    extensions=(UNWARNED, RESTRICTED),
)
MODEL = Category(
    key="model",
    name=Text("Models", "Modèles"),
    data=Text(
        "Body measurements, whether the model has breasts, the model's name and, if given, its "
        "avatar.",
        "Mensurations, présence ou non de seins, nom du modèle et, si fourni, son avatar.",
    ),
    purpose=Text(
        "To draft made-to-measure sewing patterns; the avatar only tells your models apart. Only if "
        "you agree (GDPR Art. 6(1)(a)), the body of one of them goes once into the noisy sums of "
        "the open dataset.",
        "Tracer des patrons de couture sur mesure ; l'avatar sert uniquement à distinguer vos "
        "modèles. Seulement si vous l'acceptez (RGPD art. 6(1)(a)), le corps de l'un d'eux entre une "
        "fois dans les sommes bruitées du jeu de données ouvert.",
    ),
    legal_basis="GDPR Art. 6(1)(b)",
    window=CalendarMonths(12),
    since="last_login_at",
    clock=Text("the day of your last login", "le jour de votre dernière connexion"),
    ending=Text(
        "The model is deleted. You can remove each model at any time.",
        "Le modèle est supprimé. Vous pouvez supprimer chaque modèle à tout moment.",
    ),
    extensions=(UNWARNED, RESTRICTED),
)
SIGN_UP = Category(
    key="sign-up",
    name=Text("Registrations", "Inscriptions"),
    data=Text(
        "What was typed to register, until the address is confirmed.",
        "Ce qui a été saisi pour s'inscrire, jusqu'à la confirmation de l'adresse.",
    ),
    purpose=Text("To confirm the e-mail address.", "Confirmer l'adresse e-mail."),
    legal_basis="GDPR Art. 6(1)(b)",
    window=FixedPeriod(timedelta(days=7)),
    since="created_at",
    clock=Text("the registration", "l'inscription"),
    ending=Text("The registration is deleted.", "L'inscription est supprimée."),
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
    window=FixedPeriod(timedelta(days=90)),
    since="month_of_login",
    clock=Text(
        "the first day of the month of the login", "le premier jour du mois de la connexion"
    ),
    ending=Text(
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
    window=FixedPeriod(timedelta(hours=2)),
    since="created_at",
    clock=Text(
        "the hour of the mail, so that a link works for one hour at least",
        "l'heure de l'envoi de l'e-mail, si bien qu'un lien fonctionne au moins une heure",
    ),
    ending=Text("The link stops working.", "Le lien cesse de fonctionner."),
)
MAIL = Category(
    key="mail",
    name=Text("Mails", "E-mails"),
    data=Text("A mail that is still to be delivered.", "Un e-mail encore à livrer."),
    purpose=Text("To contact you when required.", "Vous contacter si nécessaire."),
    legal_basis="GDPR Art. 6(1)(b)",
    window=FixedPeriod(timedelta(days=7)),
    since="created_at",
    clock=Text("the writing of the mail", "la rédaction de l'e-mail"),
    ending=Text(
        "It is deleted as soon as it is handed over, at the latest then.",
        "Il est supprimé dès sa remise, au plus tard à ce moment.",
    ),
)
LOOKUP = Category(
    key="lookup",
    name=Text("Look-ups by operators", "Consultations par les opérateurs"),
    data=Text(
        "That an operator looked into the visitors' addresses: who, when, why, and what was asked "
        "for, an address only as its network.",
        "La consultation des adresses des visiteurs par un opérateur : qui, quand, pourquoi, et ce "
        "qui était demandé, une adresse seulement par son réseau.",
    ),
    purpose=Text(
        "To be able to show that addresses serve to diagnose problems and nothing else.",
        "Pouvoir montrer que les adresses ne servent qu'à diagnostiquer des problèmes.",
    ),
    legal_basis="GDPR Art. 5(2)",
    window=CalendarMonths(6),
    since="at",
    clock=Text("the look-up", "la consultation"),
    ending=Text("The record is deleted.", "L'enregistrement est supprimé."),
)
RETENTION_RUN = Category(
    key="retention-run",
    name=Text("Enforcement of these rules", "Application de ces règles"),
    data=Text(
        "That a rule was enforced: cut-off, number of rows, seconds; and the random id of a row "
        "that could not be deleted yet. Nothing else about a person.",
        "L'application d'une règle : date limite, nombre de lignes, secondes ; et l'identifiant "
        "aléatoire d'une ligne encore impossible à supprimer. Rien d'autre sur une personne.",
    ),
    purpose=Text("To prove that the notice is kept.", "Prouver que la notice est respectée."),
    legal_basis="GDPR Art. 5(2)",
    window=CalendarMonths(6),
    since="started_at",
    clock=Text("the run", "l'exécution"),
    ending=Text("The record is deleted.", "L'enregistrement est supprimé."),
)

DELETION = Category(
    key="deletion",
    name=Text("Deletions", "Suppressions"),
    data=Text(
        "That an account, a model, a picture or an avatar was deleted, or a consent withdrawn: a keyed "
        "hash of its random id and the day, in a file outside the database. Nothing else about a "
        "person.",
        "La suppression d'un compte, d'un modèle, d'une photo ou d'un avatar, ou le retrait d'un "
        "accord : l'empreinte à clé d'un identifiant aléatoire et le jour, dans un fichier hors de la "
        "base de données. Rien d'autre sur une personne.",
    ),
    purpose=Text(
        "To delete it again if a backup is put back.",
        "Le supprimer de nouveau si une sauvegarde est restaurée.",
    ),
    legal_basis="GDPR Art. 6(1)(c)",
    window=FixedPeriod(timedelta(days=30)),
    since="day",
    clock=Text("the end of that day", "la fin de ce jour"),
    ending=Text(
        "The file of that day is deleted: no backup is older.",
        "Le fichier de ce jour est supprimé : aucune sauvegarde n'est plus ancienne.",
    ),
)
"""Not in the database, so no rule ends it there; its window is as long as backups live."""

CATEGORIES = (
    VISITOR,
    PROFILE,
    MODEL,
    SIGN_UP,
    SESSION,
    ONE_TIME_TOKEN,
    MAIL,
    LOOKUP,
    RETENTION_RUN,
)
"""In the order in which the worker enforces them: an account goes with its models, or neither."""


def notice(backup_retention: timedelta | None = None) -> tuple[Category, ...]:
    """Return all that is kept, for readers. `backup_retention` is 30 days unless it is set."""
    window = FixedPeriod(backup_retention) if backup_retention else DELETION.window
    return (*CATEGORIES, replace(DELETION, window=window))


INTERNAL = "machinery"
"""The mark of a column of the service's own machinery, which says nothing about any person."""


def data_category(category: Category) -> dict[str, str]:
    """The mark of a column: ``mapped_column(info=belongs(PROFILE))``."""
    return {"category": category.key}


def get_category(key: str) -> Category:
    """The category of that key; KeyError when there is none."""
    return {category.key: category for category in CATEGORIES}[key]
