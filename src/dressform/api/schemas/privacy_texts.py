"""The sentences of the privacy status."""

from typing import Annotated

from pydantic import Field

from dressform.policy.category import Text
from dressform.retention_audit.findings import Reason, Verdict

Sentence = Annotated[str, Field(max_length=1000, examples=["To diagnose problems."])]

_SENTENCES: dict[Verdict, Text] = {
    "kept": Text(
        "The notice is kept: what has ended is deleted in time.",
        "La notice est respectée : ce qui est arrivé à terme est supprimé à temps.",
    ),
    "late": Text(
        "Nothing is overdue, but the deletion of what has ended needs the operators' attention.",
        "Rien n'est en retard, mais la suppression de ce qui est arrivé à terme demande l'attention "
        "des opérateurs.",
    ),
    "overdue": Text(
        "The notice is not kept: for more than a day, what has ended has not been deleted, or "
        "no check has looked for it.",
        "La notice n'est pas respectée : depuis plus d'un jour, ce qui est arrivé à terme n'est pas "
        "supprimé, ou n'est pas recherché.",
    ),
}

REASONS: dict[Reason, Text] = {
    "overdue": Text(
        "Records should have been deleted more than a day ago.",
        "Des enregistrements devraient être supprimés depuis plus d'un jour.",
    ),
    "runs": Text(
        "The rules have not been enforced for a while.",
        "Les règles n'ont pas été appliquées depuis un moment.",
    ),
    "unwarned": Text(
        "Accounts are kept past their end, locked, as no mail could warn their owners in time.",
        "Des comptes sont conservés, verrouillés, au-delà de leur terme, car aucun e-mail n'a pu "
        "prévenir leurs propriétaires à temps.",
    ),
    "mail": Text(
        "For more than a day, the mail server has taken no mail.",
        "Depuis plus d'un jour, le serveur de messagerie n'accepte aucun e-mail.",
    ),
    "blocked": Text(
        "A deletion was stopped and waits for an operator's approval.",
        "Une suppression a été arrêtée et attend l'accord d'un opérateur.",
    ),
    "quarantined": Text(
        "Some records could not be deleted and are tried again.",
        "Certains enregistrements n'ont pas pu être supprimés ; un nouvel essai suivra.",
    ),
    "future": Text(
        "Some records are dated in the future, by a clock that ran ahead.",
        "Certains enregistrements portent une date future, d'une horloge qui avançait.",
    ),
    "unknown": Text(
        "At the moment it is not known what the address log holds.",
        "On ne sait pas, pour l'instant, ce que contient le journal des adresses.",
    ),
    "spools": Text(
        "Addresses wait in files and do not reach the database.",
        "Des adresses attendent dans des fichiers sans parvenir à la base de données.",
    ),
}


def status_sentence(verdict: Verdict, language: str) -> str:
    """Return a verdict in a sentence."""
    return _SENTENCES[verdict].localize(language)
