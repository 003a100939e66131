"""The codes a product may carry, and what they are called on a page."""

TYPES = {
    "spike_mat": "Spike mat",
    "spike_set": "Mat and pillow set",
    "spike_pillow": "Spike pillow",
    "travel_mat": "Travel mat",
    "foot_mat": "Foot mat",
    "lumbar_cushion": "Lumbar cushion",
    "neck_cushion": "Neck cushion",
    "occipital_cradle": "Head cradle",
    "massage_ball": "Massage ball",
    "peanut_ball": "Double ball",
    "spiky_ball": "Spiky ball",
    "trigger_cane": "Pressure cane",
    "wall_knob": "Wall knob",
    "knobber": "Hand-held knob",
    "node_roller": "Noded roller",
    "massage_stick": "Roller stick",
    "foot_roller": "Foot roller",
    "foot_sandals": "Sandals",
    "head_massager": "Scalp massager",
    "gua_sha": "Gua sha board",
    "ear_seeds": "Ear seeds",
    "p6_band": "Wrist band",
    "li4_clip": "Hand clip",
    "acu_ring": "Finger ring",
    "magnet_pads": "Magnet pads",
    "heated_mat": "Heated mat",
    "point_pen": "Electric pen",
}
STIMULATOR_TYPE = "point_pen"
AREAS = {
    "head": "Head",
    "jaw": "Jaw",
    "neck": "Neck",
    "shoulders": "Shoulders",
    "upper_back": "Upper back",
    "lower_back": "Lower back",
    "hips": "Hips",
    "arms": "Arms",
    "hands": "Hands",
    "legs": "Legs",
    "calves": "Calves",
    "feet": "Feet",
    "abdomen": "Belly",
    "any": "Not tied to one place",
}
PAIN_KINDS = {
    "muscular_tension", "chronic_low_back", "desk_neck", "tension_headache", "foot_fatigue", "heel_arch",
    "stress_sleep", "nausea", "period_cramps", "post_sport", "glute_hip", "hand_strain", "jaw_tension", "stiffness",
}  # fmt: skip
POSITIONS = {
    "lying": "Lying down",
    "sitting": "Sitting",
    "standing": "Standing",
    "floor": "On the floor",
    "on_the_go": "On the go",
}
FIRMNESS = {1: "Very mild", 2: "Mild", 3: "Medium", 4: "Firm", 5: "Very firm"}
COVERAGE = {"whole": "A whole area at once", "spot": "One spot at a time"}
LEVELS = {"beginner": "Suits beginners", "experienced": "For people who know such tools"}
PORTABILITY = {
    1: "Stays where it is",
    2: "Can be moved, not carried about",
    3: "Rolls up or fits a large bag",
    4: "Fits a bag",
    5: "Fits a pocket",
}
DEXTERITY = {1: "None to speak of", 2: "A little", 3: "A steady grip", 4: "A strong grip and fine movements"}
HEALTH = {
    "PREG": "you are pregnant or may be",
    "BLEED": "you take blood thinners or bruise very easily",
    "SKIN": "the skin there is broken, inflamed or sunburnt",
    "FRAGILE": "your skin is thin or tears easily",
    "NEURO": "you feel less than usual where you would use it",
    "OSTEO": "you have brittle bones or break bones easily",
    "IMPL": "you have a pacemaker, a pump or another implanted device",
    "EPIL": "you have had seizures",
    "CARD": "you have a heart condition or high blood pressure that is not controlled",
    "DVT": "you had a blood clot or an inflamed vein in the last six months",
    "VARIC": "you have varicose veins in the legs",
    "SURG": "you had an operation or a broken bone in the last three months",
    "NECKI": "you have a known neck problem or had neck surgery",
    "HEATS": "you cope badly with heat",
    "COGN": "the user could not notice or say that it hurts",
    "CHILD": "the user is under 16",
}
ALLERGENS = {
    "LATEX": "natural rubber latex",
    "NICKEL": "nickel",
    "ADHESIVE": "plaster adhesive",
    "BUCKWHEAT": "buckwheat",
    "COCONUT": "coconut fibre",
    "FRAGRANCE": "fragrance or essential oils",
}
_MATERIALS = {
    "abs_plastic": "ABS plastic",
    "tpe": "TPE",
    "pvc": "PVC",
    "pvc_leather": "PVC leather",
    "eva_foam": "EVA foam",
    "coconut_fibre": "coconut fibre",
    "rubber_synthetic": "synthetic rubber",
}


def label_of(code: str) -> str:
    """A type's or material's name on a page; a code nobody listed is made readable."""
    return TYPES.get(code) or _MATERIALS.get(code) or code.replace("_", " ")
