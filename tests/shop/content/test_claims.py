"""The claims linter (R20-R23): what it must find, and the honest sentences it must leave alone."""

import pytest

from shop.content.claims import find_claims, text_of

CLAIMS = (
    "Cures back pain.",
    "Treats migraine and tension headaches",
    "This mat relieves back pain fast.",
    "A natural and safe alternative to opioids",
    "Reduces inflammation, improves circulation",
    "Activates the body's natural healing",
    "Clinically proven to work.",
    "Effective against tension headache",
    "Stop taking your medicine today.",
    "You can throw away your painkillers.",
    "It detoxifies the body and removes toxins.",
    "Say goodbye to back pain!",
    "No more headaches.",
    "Be pain-free in 14 days",
    "Works better than ibuprofen.",
    "Drug-free pain relief for everyone",
    "Helps with arthritis",
    "The perfect mat for back pain.",
    "Ease your chronic neck pain.",
    "Boosts blood flow and releases endorphins.",
    "Doctor-recommended.",
    "Prevents migraines",
    "Your pain will simply disappear.",
    "Lowers blood pressure",
    "Use the mat instead of painkillers.",
    "An alternative to medication.",
    "Lasting relief from sciatica",
    "The best remedy for insomnia",
    "Melts away tension",
    "Anti-inflammatory effect",
    "No side effects at all",
    "Strengthens the immune system.",
    "Unblocks your energy, balances your qi",
    "Doctors treat back pain with our mat.",
    "Corrects your posture.",
)

DODGES = (
    "It does not only relieve pain, it heals.",
    "No side effects, and treats everything.",
    "Nothing relieves back pain like our mat.",
    "Why not cure your back pain today?",
    "Not a mattress: it heals.",
    "Do not suffer: relieve your headaches.",
    "You will not believe how it heals!",
    "cu\u00adres anxiety",
    "cu\u200bres anxiety",
    "<b>cu</b>res anxiety",
    "**Cures** anxiety",
    "_cures_ anxiety",
    "pain&nbsp;relief",
    "CURES ANXIETY",
    "anti\u2011inflammatory",
)

HONEST = (
    "This is not a medical treatment.",
    "It is not a cure and does not treat any disease.",
    "No cure, no promise of healing.",
    "This product is not intended to diagnose, treat, cure or prevent any disease.",
    "Our tools do not treat, cure, heal or relieve anything.",
    "It heals nothing.",
    "There is no evidence that magnets heal anything.",
    "We do not claim that our cushions heal.",
    "In two small studies people with long-term back pain rated it lower than people on a waiting list.",
    "Any ease may be short-lived; about one in ten found it unpleasant.",
    "Massage may ease back pain for a short time.",
    "Warmth gives some people a small short-term ease.",
    "May take the edge off muscle soreness.",
    "Some evidence, mostly of low certainty, for acupressure given by a therapist.",
    "Studied mainly after operations; results on journeys differ.",
    "Murphy SL et al. Self-administered acupressure for chronic low back pain: a randomized controlled pilot trial.",
    "Fits the lower back while sitting; mild pressure.",
    "Sore neck and lower back pain are common.",
    "A healthy retreat near the health centre.",
    "Secure payment, procured goods, a manicure.",
    "Treat yourself to ten quiet minutes.",
    "Never stop or change a prescribed medicine without asking your doctor.",
    "Do not stop taking your medicine.",
    "It does not replace a prescribed medicine or a doctor.",
    "Acupressure is not an alternative to medicine.",
    "Ask the treating team first.",
    "Please seek emergency treatment.",
    "Wait until the skin has healed.",
    "If you have poor circulation, ask your doctor first.",
    "Anti-inflammatory drugs such as ibuprofen have side effects.",
    "Does acupressure cure back pain? No. It is a sensation.",
    "We treat your data confidentially. Your statutory remedies are not affected.",
    "Painkillers reduce pain for some hours.",
    "Stop if the pain grows, and see a doctor about it.",
    "Unexplained weight loss needs a doctor.",
    "Heat-treated beech, cured resin, cost-effective shipping, effective from Monday.",
)

ABROAD = (
    ("de", "Heilt Rückenschmerzen"),
    ("de", "Lindert Nackenschmerzen und fördert die Durchblutung."),
    ("de", "Klinisch bewiesen"),
    ("de", "Eine Alternative zu Medikamenten"),
    ("de_AT", "Wirkt entzündungshemmend"),
    ("de", "Heilt nicht nur den Rücken"),
    ("fr", "Soulage le mal de dos"),
    ("fr", "Guérit les douleurs"),
    ("fr", "Une alternative naturelle aux médicaments"),
    ("es", "Alivia el dolor de espalda"),
    ("es", "Cura la migraña"),
    ("es", "Clínicamente probado"),
    ("pl", "Detox"),
    ("it", "Antinfiammatorio"),
    ("xx", "Cures back pain"),
    ("de", "Cures back pain"),
)

HONEST_ABROAD = (
    ("de", "Kein Heilmittel. Es heilt keine Krankheit und ersetzt keine Behandlung."),
    ("de", "Das ist keine medizinische Behandlung. Wir behandeln Ihre Daten vertraulich."),
    ("fr", "Ce n'est pas un traitement médical. Cela ne guérit pas."),
    ("fr", "Traitement des données"),
    ("es", "No es un tratamiento médico. No cura ni trata enfermedades."),
)


@pytest.mark.parametrize("text", CLAIMS + DODGES)
def test_a_promise_is_found_however_it_is_dressed(text):
    assert find_claims(text)


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_sentence_passes(text):
    assert text_of(find_claims(text), text) == ""


@pytest.mark.parametrize(("locale", "text"), ABROAD)
def test_a_promise_is_found_in_other_languages_and_in_those_without_a_list(locale, text):
    assert find_claims(text, locale=locale)


@pytest.mark.parametrize(("locale", "text"), HONEST_ABROAD)
def test_an_honest_sentence_passes_in_other_languages(locale, text):
    assert text_of(find_claims(text, locale=locale), text) == ""


def test_a_claim_says_where_it_stands_and_why_it_must_go():
    text = "A pretty mat.\nIt <b>cu</b>res <i>everything</i>."

    (claim,) = find_claims(text)

    assert text[claim.start : claim.end] == claim.words == "cu</b>res"
    assert claim.rule == "cure"
    assert text_of((claim,), text, name="mat.md").startswith("mat.md:2: “cu</b>res”: promises a cure")


def test_a_long_hostile_text_is_read_in_reasonable_time():
    assert find_claims("relieve " * 4000 + "not " * 4000) == ()
