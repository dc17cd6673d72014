# ruff: noqa: RUF001  French is written with its own apostrophe.
"""The texts of the charts in each language."""

from collections.abc import Mapping
from dataclasses import dataclass

_FRENCH_NUMBER = str.maketrans({",": "\N{NARROW NO-BREAK SPACE}", ".": ","})


@dataclass(frozen=True, slots=True)
class ChartTexts:
    """The texts of one language, some of them with placeholders."""

    language: str
    flags: Mapping[str, str]
    median: str
    degrees: str
    people: str
    too_few: str
    not_published: str
    distribution: str
    distribution_text: str
    distribution_value: str
    distribution_about: str
    distribution_caption: str
    overview: str
    overview_text: str
    overview_about: str
    correlations: str
    correlations_text: str
    correlations_about: str
    against: str
    together: str
    groups: Mapping[str, str]

    def number(self, value: float, digits: int = 0) -> str:
        """Format a number for the language."""
        text = f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
        return text.translate(_FRENCH_NUMBER) if self.language == "fr" else text

    def value(self, value: float, unit: str) -> str:
        """Format a value in mm or degrees as a number of cm or degrees."""
        return self.number(value / 10, 1) if unit == "mm" else f"{self.number(value, 1)}°"

    def value_with_unit(self, value: float, unit: str) -> str:
        return self.value(value, unit) + (" cm" if unit == "mm" else "")


_ENGLISH = ChartTexts(
    language="en",
    flags={"with_breasts": "with breasts", "without_breasts": "without breasts"},
    median="median",
    degrees="degrees",
    people="about {} people gave it",
    too_few="too few gave it to be told from noise",
    not_published="not published, as too few gave it",
    distribution="Distribution: {}",
    distribution_text="How the measurement “{}” is spread. {}.",
    distribution_value="People {}: median {}, 5 % below {}, 5 % above {}",
    distribution_about="{}, in {}; bins of {}",
    distribution_caption="Dots: how many people have a value in that bin, with noise. Curve: what the "
    "dots tell, where it rises above the noise. Hatched: counts up to two standard deviations of the "
    "noise, which may be noise alone. Strip: from 5 % to 95 % of people, the middle half thick, a dot "
    "at the median.",
    overview="All measurements",
    overview_text="The medians, in cm. {}.",
    overview_about="In cm. Strips: from 5 % to 95 % of people, the middle half thick, a dot at the "
    "median. A dash: too few gave it to be told from noise.",
    correlations="How measurements go together",
    correlations_text="Pearson's correlation of every two measurements, in hundredths: below the "
    "diagonal of people with breasts, above it of people without. Of {} in {} the noise may be the "
    "cause; they are hatched. The strongest of the others: {}.",
    correlations_about="Correlations in hundredths. Below the diagonal: with breasts; above it: "
    "without breasts. Hatched and without colour: less than twice its standard error, so that it may "
    "be noise alone.",
    against="\N{MINUS SIGN}100: one large, the other small",
    together="100: large together",
    groups={},
)
_FRENCH = ChartTexts(
    language="fr",
    flags={"with_breasts": "avec seins", "without_breasts": "sans seins"},
    median="médiane",
    degrees="degrés",
    people="environ {} personnes l’ont donnée",
    too_few="trop peu de personnes pour la distinguer du bruit",
    not_published="non publiée : trop peu de personnes l’ont donnée",
    distribution="Distribution : {}",
    distribution_text="Comment la mesure « {} » se répartit. {}.",
    distribution_value="Personnes {} : médiane {}, 5 % au-dessous de {}, 5 % au-dessus de {}",
    distribution_about="{}, en {} ; classes de {}",
    distribution_caption="Points : combien de personnes ont une valeur dans la classe, avec du bruit. "
    "Courbe : ce qu’en disent les points, là où elle dépasse le bruit. Hachures : jusqu’à deux "
    "écarts-types du bruit, un compte peut n’être que du bruit. Bande : de 5 % à 95 % des personnes, "
    "la moitié du milieu en épais, un point à la médiane.",
    overview="Toutes les mesures",
    overview_text="Les médianes, en cm. {}.",
    overview_about="En cm. Bandes : de 5 % à 95 % des personnes, la moitié du milieu en épais, un point "
    "à la médiane. Un tiret : trop peu de personnes pour la distinguer du bruit.",
    correlations="Comment les mesures vont ensemble",
    correlations_text="Corrélation de Pearson de chaque paire de mesures, en centièmes : sous la "
    "diagonale avec seins, au-dessus sans seins. Pour {} sur {}, le bruit peut en être la cause ; "
    "elles sont hachurées. Les plus fortes des autres : {}.",
    correlations_about="Corrélations en centièmes. Sous la diagonale : avec seins ; au-dessus : sans "
    "seins. Hachuré et sans couleur : moins de deux fois son erreur type, donc peut-être du "
    "bruit seulement.",
    against="\N{MINUS SIGN}100 : l’une grande, l’autre petite",
    together="100 : grandes ensemble",
    groups={
        "Around": "Tours",
        "Across": "Largeurs",
        "Shoulder and arm": "Épaule et bras",
        "From the waist": "Depuis la taille",
        "Crotch and leg": "Entrejambe et jambe",
        "Angle": "Angle",
        "Others": "Autres",
    },
)

LANGUAGES: Mapping[str, ChartTexts] = {texts.language: texts for texts in (_ENGLISH, _FRENCH)}
