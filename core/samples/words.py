"""The words of the sample archive: headlines, sentences, names and dates in five languages.

Everything is made up. Data and the two functions that say a date in words; pages are built in
`pages`, the archive in the package itself.
"""

from dataclasses import dataclass
from datetime import date
from random import Random


@dataclass(frozen=True, slots=True)
class Language:
    """What a made-up newspaper of one language writes with."""

    code: str
    months: tuple[str, ...]
    #: how a day is written in running text; `{m}` is the month's name, `{n}` its number
    dates: tuple[str, ...]
    published: str
    updated: str
    who: tuple[str, ...]
    what: tuple[str, ...]
    where: tuple[str, ...]
    sentences: tuple[str, ...]

    def say(self, day: date, rng: Random) -> str:
        """`day` as a person of this language would write it, in one of several ways."""
        form = rng.choice(self.dates)
        month = self.months[day.month - 1]
        return form.format(d=day.day, dd=f"{day.day:02}", m=month, n=f"{day:%m}", y=day.year)

    def headline(self, rng: Random) -> str:
        words = f"{rng.choice(self.who)} {rng.choice(self.what)} {rng.choice(self.where)}"
        return words[0].upper() + words[1:]

    def sentence(self, rng: Random) -> str:
        form = rng.choice(self.sentences)
        who, what, where = rng.choice(self.who), rng.choice(self.what), rng.choice(self.where)
        text = form.format(who=who, what=what, where=where, n=rng.randint(2, 97))
        return text[0].upper() + text[1:]


def _words(text: str, by: str = "|") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(by))


LANGUAGES = (
    Language(
        "en",
        _words(
            "January February March April May June July August September October November December",
            " ",
        ),
        ("{d} {m} {y}", "{m} {d}, {y}", "{d} {m} {y}"),
        "Published",
        "Updated",
        _words("the harbour council|a group of beekeepers|the night train|two schools|the library"),
        _words("saves the old lighthouse|opens a workshop|loses an appeal|finds new money|waits"),
        _words("in the northern valleys|near the river|after a long winter|with few words"),
        (
            "{who} {what}, and {n} people came to see it.",
            "Nobody had expected that {who} {what} {where}.",
            "About {n} per cent of those asked said that they would do it again.",
            "“We counted {n} of them {where}”, said a neighbour who asked not to be named.",
            "The plan is simple: {who} {what}, the rest follows.",
        ),
    ),
    Language(
        "de",
        _words(
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            " ",
        ),
        ("{d}. {m} {y}", "{dd}.{n}.{y}"),
        "Veröffentlicht am",
        "Aktualisiert am",
        _words("der Hafenrat|ein Imkerverein|der Nachtzug|zwei Schulen|die Stadtbücherei"),
        _words("rettet den Leuchtturm|öffnet eine Werkstatt|verliert vor Gericht|sucht Geld"),
        _words("in den Tälern im Norden|am Fluss|nach langem Winter|ohne viele Worte"),
        (
            "{who} {what}, und {n} Leute kamen, um es zu sehen.",
            "Niemand hatte erwartet, was {where} geschah.",
            "Rund {n} Prozent der Befragten würden es wieder tun.",
            "„Wir haben {n} gezählt“, sagte eine Nachbarin, die ungenannt bleiben möchte.",
            "Der Plan ist einfach: {who} {what}, der Rest ergibt sich.",
        ),
    ),
    Language(
        "fr",
        _words(
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            " ",
        ),
        ("{d} {m} {y}", "{dd}/{n}/{y}"),
        "Publié le",
        "Mis à jour le",
        _words("le conseil du port|une équipe d’apiculteurs|le train de nuit|deux écoles"),
        _words("sauve le vieux phare|ouvre un atelier|perd en appel|trouve de l’argent"),
        _words("dans les vallées du nord|près du fleuve|après un long hiver|sans bruit"),
        (
            "{who} {what}, et {n} personnes sont venues le voir.",
            "Personne ne s’y attendait {where}.",
            "Environ {n} pour cent des personnes interrogées le referaient.",
            "« Nous en avons compté {n} », dit une voisine qui préfère rester anonyme.",
        ),
    ),
    Language(
        "es",
        _words(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
            "diciembre",
            " ",
        ),
        ("{d} de {m} de {y}", "{dd}/{n}/{y}"),
        "Publicado el",
        "Actualizado el",
        _words("el consejo del puerto|un grupo de apicultores|el tren nocturno|dos escuelas"),
        _words("salva el viejo faro|abre un taller|pierde el recurso|encuentra dinero"),
        _words("en los valles del norte|cerca del río|tras un largo invierno|sin ruido"),
        (
            "{who} {what}, y {n} personas vinieron a verlo.",
            "Nadie esperaba que esto ocurriera {where}.",
            "Cerca del {n} por ciento de los encuestados lo repetiría.",
            "«Contamos {n}», dijo una vecina que prefiere no dar su nombre.",
        ),
    ),
    Language(
        "it",
        _words(
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
            "dicembre",
            " ",
        ),
        ("{d} {m} {y}", "{dd}/{n}/{y}"),
        "Pubblicato il",
        "Aggiornato il",
        _words("il consiglio del porto|un gruppo di apicoltori|il treno notturno|due scuole"),
        _words("salva il vecchio faro|apre una bottega|perde in appello|trova fondi"),
        _words("nelle valli del nord|vicino al fiume|dopo un lungo inverno|senza rumore"),
        (
            "{who} {what}, e {n} persone sono venute a vederlo.",
            "Nessuno si aspettava che accadesse {where}.",
            "Circa il {n} per cento degli intervistati lo rifarebbe.",
            "«Ne abbiamo contati {n}», dice una vicina che preferisce restare anonima.",
        ),
    ),
)
AUTHORS = _words("Ida Blom|Marek Sol|Nell Achebe|Joan Pujol|Rosa Lind|Theo Baum|Aïcha Noor")
SITES = _words("harbour-post.example|talbote.example|lettres-du-nord.example|el-faro.example")
