"""The privacy guarantee of the open dataset, in numbers and in sentences."""

from dataclasses import dataclass

from dressform.opendata import budget
from dressform.opendata.codebook import MIN_FLAG_COUNT, OFFERED
from dressform.policy.category import Text

LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"

RHO = budget.RHO
"""The lifetime budget of an account in zero-concentrated differential privacy."""
MU = budget.round_up(budget.mu(), 3)
"""The same as Gaussian differential privacy."""
PAIRS = tuple((budget.round_up(budget.epsilon(delta), 2), delta) for delta in (1e-6, 1e-9))
"""The same as epsilon with its delta."""
MAX_ADVANTAGE_PERCENT = budget.round_up(100 * budget.advantage(), 1)
"""True alarms minus false alarms, in 100, of the best test whether a person took part."""
MAX_ACCURACY_PERCENT = 50 + MAX_ADVANTAGE_PERCENT / 2
"""The accuracy when taking part has a prior probability of one half."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The noisy count of people that an edition with a number of measurements needs.

    Only people whose flag has at least MIN_FLAG_COUNT people are counted.
    """

    codebook: str
    people: int
    measurements: int


GATES = tuple(Gate(book.name, book.gate, len(book.items)) for book in OFFERED)
MOST_OF_ONE = max(book.max_values for book in OFFERED)
"""Measurements that an account gives; drawn at random when it has more."""


PEOPLE_OF_A_FLAG = MIN_FLAG_COUNT

ABOUT = Text(
    "Body measurements for drafting patterns, for everyone and any purpose. Nothing in it is about "
    "a real person: it is made from sums with noise, to which each member who agreed gives once in life.",
    "Des mesures du corps pour tracer des patrons, pour tout le monde et tout usage. Rien n'y parle "
    "de personne : tout est fait de sommes bruitées, auxquelles chaque membre qui l'accepte "
    "contribue une fois dans sa vie.",
)
GUARANTEE = Text(
    "A person who knows the data of everyone else, and wants to tell from all that is ever "
    "published whether you took part, has true alarms minus false alarms of at most 14.6 points: "
    "if that was as likely as not beforehand, "
    "they are right in at most 57.3 of 100 tries, where tossing a coin is right in 50.",
    "Quelqu'un qui connaît les données de toutes les autres personnes, et veut savoir par tout ce "
    "qui sera jamais publié si vous avez participé, a au plus 14,6 points de vraies alertes de plus "
    "que de fausses : si c'était aussi probable que non au départ, il a raison au plus 57,3 fois "
    "sur 100, là où pile ou face a raison 50 fois.",
)
PUBLISHED = Text(
    "There are editions to download.",
    "Il y a des éditions à télécharger.",
)
NOT_ENOUGH = Text(
    "Not enough people yet: an edition appears when there are 500 whose bodies have breasts, or 500 "
    "whose bodies have not, by a count with noise. Until then those who agreed wait.",
    "Pas encore assez de monde : une édition paraît à partir de 500 personnes dont le corps a des "
    "seins, ou de 500 dont le corps n'en a pas, d'après un compte bruité. D'ici là, qui a accepté "
    "attend.",
)
