"""The categories of what a member stores: the account with its profile, and the models."""

from datetime import timedelta

from dressform.policy.category import Category, Extension, Text
from dressform.policy.periods import CalendarMonths, FixedPeriod

MIN_NOTICE = FixedPeriod(timedelta(days=7))
"""An expired account is deleted this long after a notice was delivered."""
MAX_GRACE_PERIOD = FixedPeriod(timedelta(days=30))
"""An expired account is deleted after this long, even if no notice was delivered."""
UNWARNED = Extension(
    key="unwarned",
    period=MAX_GRACE_PERIOD,
    condition="",
    text=Text(
        f"If no mail could warn you at least {MIN_NOTICE.format('en')} before, the account is "
        "locked at its end, for everyone but you: signing in with its password opens it "
        f"again. It is deleted {MIN_NOTICE.format('en')} after a warning was delivered.",
        "Si aucun e-mail n'a pu vous prévenir au moins "
        f"{MIN_NOTICE.format('fr')} avant, le compte est verrouillé à son terme, pour tous sauf "
        "vous : se connecter avec son mot de passe le rouvre. Il est supprimé "
        f"{MIN_NOTICE.format('fr')} après la remise d'un avertissement.",
    ),
)
RESTRICTED = Extension(
    key="restricted",
    period=CalendarMonths(24),
    condition="restricted_at IS NOT NULL",
    text=Text(
        "If you had processing restricted (GDPR Art. 18), your account is kept, shown only to you, "
        "until you lift the restriction or remove the account. Without any login you are asked by "
        "mail when the 12 months are over, and once more 12 months later, whether you still need it.",
        "Si vous avez fait limiter le traitement (RGPD art. 18), le compte est conservé, visible de vous "
        "seul, jusqu'à ce que vous leviez la limitation ou supprimiez le compte. Sans "
        "aucune connexion, un e-mail vous demande au bout des 12 mois, puis 12 mois plus tard, si vous "
        "en avez encore besoin.",
    ),
)

PROFILE = Category(
    key="profile",
    name=Text("Account and profile", "Compte et profil"),
    data=Text(
        "E-mail address, username, password (only its hash), language and unit of length; if given, "
        "picture, bio and social media accounts. Also the month in which you joined and the day on which you last signed in; that you were "
        "warned of the coming end; since when mails to your address come back; since when processing is restricted, if you asked for it; if so, "
        "that you operate the site; and if you ever agreed to the open dataset: each time that you agreed "
        "or withdrew, the day and the text; the model you chose, how often you were counted and the "
        "year in which you were drawn.",
        "Adresse e-mail, nom d'utilisateur, mot de passe (seulement son empreinte), langue et unité "
        "de longueur ; si fournis, photo, bio et comptes de réseaux sociaux. Aussi : le mois de votre inscription et le jour "
        "de votre dernière connexion ; que la fin prochaine vous a été annoncée ; depuis quand les e-mails à votre adresse nous reviennent ; depuis "
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
    period=CalendarMonths(12),
    clock_column_sql="last_login_at",
    starts_at_text=Text("the day of your last login", "le jour de votre dernière connexion"),
    on_expiry_text=Text(
        "The account is deleted with everything in it. You can remove it, or any optional part, "
        "at any time.",
        "Le compte est supprimé avec tout ce qu'il contient. Vous pouvez le supprimer, ou chaque "
        "partie facultative, à tout moment.",
    ),
    extensions=(UNWARNED, RESTRICTED),
)
FORMER_USERNAME = Category(
    key="former-username",
    name=Text("Former usernames", "Anciens noms d'utilisateur"),
    data=Text(
        "A keyed hash of a username that you changed, or that was deleted with your account, and the day. "
        "After a change also a keyed hash of your account's random number, so that you can take the "
        "name back.",
        "Une empreinte à clé d'un nom d'utilisateur que vous avez changé, ou qui a été supprimé avec "
        "votre compte, et le jour. Après un changement, aussi une empreinte à clé du numéro aléatoire de "
        "votre compte, pour que vous puissiez reprendre ce nom.",
    ),
    purpose=Text(
        "To keep others from taking the name and passing as you.",
        "Empêcher que quelqu'un reprenne ce nom et se fasse passer pour vous.",
    ),
    legal_basis="GDPR Art. 6(1)(f)",
    period=FixedPeriod(timedelta(days=30)),
    clock_column_sql="released_at",
    starts_at_text=Text(
        "the day on which the name was given up", "le jour où le nom a été abandonné"
    ),
    on_expiry_text=Text(
        "The hash is deleted, and anyone can choose the name.",
        "L'empreinte est supprimée, et chacun peut choisir le nom.",
    ),
)
IMPORTED_ACCOUNT = Category(
    key="imported-account",
    name=Text("Accounts moved here", "Comptes repris d'un autre site"),
    data=Text(
        "If your account was moved here from another site: a keyed hash of what identified it there, and "
        "the day. Nothing leads from it to the account here.",
        "Si votre compte a été repris d'un autre site : une empreinte à clé de ce qui l'y identifiait, et "
        "le jour. Rien ne mène de cette empreinte au compte d'ici.",
    ),
    purpose=Text(
        "To move an account once only, also when you removed it here meanwhile.",
        "Ne reprendre un compte qu'une seule fois, même si vous l'avez supprimé ici entre-temps.",
    ),
    legal_basis="GDPR Art. 6(1)(f)",
    period=FixedPeriod(timedelta(days=30)),
    clock_column_sql="imported_at",
    starts_at_text=Text(
        "the day on which the account was moved", "le jour où le compte a été repris"
    ),
    on_expiry_text=Text("The hash is deleted.", "L'empreinte est supprimée."),
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
    period=CalendarMonths(12),
    clock_column_sql="last_login_at",
    starts_at_text=Text("the day of your last login", "le jour de votre dernière connexion"),
    on_expiry_text=Text(
        "The model is deleted. You can remove each model at any time.",
        "Le modèle est supprimé. Vous pouvez supprimer chaque modèle à tout moment.",
    ),
    extensions=(UNWARNED, RESTRICTED),
)
