"""The categories of what the service records about its own operation."""

from datetime import timedelta

from dressform.policy.category import Category, Text
from dressform.policy.periods import CalendarMonths, FixedPeriod

VISITOR = Category(
    key="visitor",
    name=Text("Visits", "Visites"),
    data=Text(
        "The IP address of each visitor of the site and user of the API, with time, method, route "
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
    period=CalendarMonths(6),
    clock_column_sql="at",
    starts_at_text=Text("the request", "la requête"),
    on_expiry_text=Text(
        "The whole day's records are dropped when the first of them is due.",
        "Les enregistrements de la journée entière sont supprimés dès que le premier arrive à terme.",
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
    period=CalendarMonths(6),
    clock_column_sql="at",
    starts_at_text=Text("the look-up", "la consultation"),
    on_expiry_text=Text("The record is deleted.", "L'enregistrement est supprimé."),
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
    period=CalendarMonths(6),
    clock_column_sql="started_at",
    starts_at_text=Text("the run", "l'exécution"),
    on_expiry_text=Text("The record is deleted.", "L'enregistrement est supprimé."),
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
    period=FixedPeriod(timedelta(days=30)),
    clock_column_sql="day",
    starts_at_text=Text("the end of that day", "la fin de ce jour"),
    on_expiry_text=Text(
        "The file of that day is deleted: no backup is older.",
        "Le fichier de ce jour est supprimé : aucune sauvegarde n'est plus ancienne.",
    ),
)
"""Not in the database, so no rule deletes it. Its period is the retention of backups."""
