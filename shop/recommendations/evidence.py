"""One honest sentence about the research on each type of product (R22). No type reaches high certainty."""

FALLBACK = "We found no research on this kind of product; choose it for how it feels."

_SPIKES = (
    "In two small studies people with long-lasting neck or back trouble used a spike pad for two weeks and rated it "
    "lower than people on a waiting list; about one in ten users found such a pad unpleasant."
)
_SPIKES_INDIRECT = (
    "What little research there is looked at larger spike pads, in small studies; nothing was found on this form."
)
_CUSHION = "Not studied by itself; massage has been studied more, with short-term results of low certainty."
_HAND_TOOL = (
    "One small study of people who pressed points on their own back by hand or with a simple tool looked promising; "
    "some were sore from pressing too hard."
)
_BALL = "Balls have hardly been studied by themselves; massage has, with short-term results of low certainty."
_ROLLING = (
    "Rolling out after sport has been studied several times and may take the edge off muscle soreness for a day or two."
)
_FEET = "Small studies on rubbing and stretching the sole of the foot gave mixed results."
_NOTHING = "No research was found on this kind of product; what you get is a sensation."

SENTENCES = {
    "spike_mat": _SPIKES,
    "spike_set": _SPIKES,
    "spike_pillow": _SPIKES,
    "travel_mat": _SPIKES_INDIRECT,
    "foot_mat": _SPIKES_INDIRECT,
    "lumbar_cushion": _CUSHION,
    "neck_cushion": _CUSHION,
    "occipital_cradle": "No good study was found on pressing points for the head; think of it as a way to lie still.",
    "massage_ball": _BALL,
    "peanut_ball": _BALL,
    "spiky_ball": _BALL,
    "trigger_cane": _HAND_TOOL,
    "wall_knob": "Not studied by itself; pressing points on one's own back has been, in one small study.",
    "knobber": _HAND_TOOL,
    "node_roller": _ROLLING,
    "massage_stick": _ROLLING,
    "foot_roller": _FEET,
    "foot_sandals": _NOTHING,
    "head_massager": _NOTHING,
    "gua_sha": "Two small studies looked at strokes by a trained person; they tell little about doing it at home.",
    "ear_seeds": "Studied mostly when placed by a trained person, in small trials; placing them oneself is untested.",
    "p6_band": "Studied mainly after operations, with low certainty; results on journeys differ.",
    "li4_clip": "No good study of a clip was found; a few looked at finger pressure on the same spot.",
    "acu_ring": _NOTHING,
    "magnet_pads": "Nine studies of magnets together found no effect beyond that of a pad without them.",
    "heated_mat": "Warmth gives some people a small ease for a short time; the studies are small.",
    "point_pen": _NOTHING,
}


def evidence_sentence(product_type: str) -> str:
    """What the research allows to be said about a type; for an unlisted one, that nothing was found."""
    return SENTENCES.get(product_type, FALLBACK)
