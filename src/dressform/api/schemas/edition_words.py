"""Descriptions of the files of an edition in both languages; their titles are in English only."""

from collections.abc import Mapping

from dressform.api.schemas.editions import FileRead
from dressform.policy.category import Text

TABLES: Mapping[str, Text] = {
    "people": Text(
        "Made-up people with all their measurements, spread as those who gave",
        "Des personnes inventées avec toutes leurs mesures : celles de personne, mais réparties comme "
        "celles qui ont donné",
    ),
    "quantiles": Text(
        "How each measurement is spread: of a hundred people, p05 is the value that 5 have less than",
        "Comment chaque mesure se répartit : sur cent personnes, p05 est la valeur que 5 n'atteignent pas",
    ),
    "correlations": Text(
        "How each two measurements go together, from -1 to 1",
        "Comment les mesures vont ensemble deux à deux, de -1 à 1",
    ),
    "sizes": Text(
        "Size charts: for a chest, seat or waist of so many mm, the middle of every other measurement",
        "Des tableaux de tailles : pour tant de mm de poitrine, de bassin ou de taille, le milieu de "
        "chaque autre mesure",
    ),
    "flags": Text(
        "How many contributed, with breasts and without, with noise",
        "Combien de personnes ont contribué, avec et sans seins, avec du bruit",
    ),
    "histograms": Text(
        "How many gave a value from low to below high, with noise",
        "Combien de personnes ont donné une valeur de low à moins de high, avec du bruit",
    ),
    "pair_counts": Text(
        "How many gave both of two measurements, with noise",
        "Combien de personnes ont donné les deux mesures d'une paire, avec du bruit",
    ),
    "second_moments": Text(
        "Sums of products of two measurements, with noise, from which correlations follow",
        "Des sommes de produits de deux mesures, avec du bruit, d'où suivent les corrélations",
    ),
    "codebook": Text(
        "Bounds, bins, centres and scales, written down before any contribution",
        "Bornes, classes, centres et échelles, écrits avant toute contribution",
    ),
}
_OTHERS: Mapping[str, Text] = {
    "CITATION.cff": Text("How to cite it", "Comment le citer"),
    "LICENSE": Text("The licence", "La licence"),
    "README.md": Text(
        "How it was made, what is promised, and every column",
        "Comment il fut fait, ce qui est promis, et chaque colonne (en anglais)",
    ),
    "SHA256SUMS": Text("Checksums of the other files", "Sommes de contrôle des autres fichiers"),
    "croissant.json": Text(
        "The tables described for machine learning (Croissant)",
        "Les tables décrites pour l'apprentissage automatique (Croissant)",
    ),
    "datapackage.json": Text(
        "The tables described for programs (Frictionless)",
        "Les tables décrites pour les programmes (Frictionless)",
    ),
    "example.R": Text("How to begin, in R", "Pour commencer, en R"),
    "example.py": Text(
        "How to begin, in Python with pandas", "Pour commencer, en Python avec pandas"
    ),
    "privacy.json": Text("The guarantee in numbers", "La garantie en chiffres"),
    "quality.json": Text("How far off it is", "Quelle est sa précision"),
    "zenodo.json": Text(
        "What to tell Zenodo when archiving it there", "Ce que Zenodo demande pour l'archiver"
    ),
}
_ARCHIVE = Text("All files in one archive", "Tous les fichiers dans une archive")
_FORMATS = {"csv": "CSV", "parquet": "Parquet", "json": "JSON"}


def describe_file(file: FileRead, language: str) -> str | None:
    """Return what the file holds, in that language; None for an unknown file."""
    stem, _, ending = file.name.partition(".")
    if file.name in _OTHERS:
        return _OTHERS[file.name].localize(language)
    if ending == "zip":
        return _ARCHIVE.localize(language)
    if stem in TABLES and ending in _FORMATS:
        return f"{TABLES[stem].localize(language)} ({_FORMATS[ending]})"
    return None
