"""The words by which people make an act depend on something: plain patterns, in four languages.

English first; some German, French and Spanish. A word that is missing makes no condition, one too
many costs a question.
"""

import re

from guard.model.late import late

_NOT_TOO = r"(?:it['\u2019]?s|it\s+is|that['\u2019]?s|that\s+is|this\s+is)"
_ENDS = r"(?=\s*(?:$|[,.;:!?)]|and\b|then\b|please\b|but\b|to\b))"

MARKS = late(
    r"(?<![\w'\u2019])(?P<only>(?:only|nur|erst|seulement|uniquement|s[o\u00f3]lo|solamente)\s+"
    r"(?:then\s+|dann\s*,?\s*)?)?"
    r"(?P<mark>(?P<unless>unless|except\s+(?:if|when)|es\s+sei\s+denn|au(?:\u00df|ss)er\s+wenn|\u00e0\s+moins\s+qu(?:e\b|['\u2019])"
    r"|sauf\s+si|a\s+menos\s+que|salvo\s+(?:que|si))"
    r"|if|provided(?=\s+(?:that|it|they|the|he|she|its|no)\b)(?:\s+that)?|providing(?=\s+(?:that|it|they|the)\b)(?:\s+that)?"
    r"|(?:as|so)\s+long\s+as|on\s+(?:the\s+)?condition\s+that|assuming(?:\s+that)?|supposing(?:\s+that)?"
    r"|(?<!just\s)in\s+case|in\s+the\s+event(?:\s+that|\s+of)?"
    r"|(?<=\w\s)given\s+that|depending\s+on|conditional\s+(?:up)?on|contingent\s+(?:up)?on"
    r"|(?:subject\s+to|pending)(?=\s+(?:[^\s.,;]+\s+){0,2}(?:approval|consent|agreement|availability|confirmation|review|clearance)\b)"
    r"|(?P<compared>while|where|(?:make\s+sure|ensure|verify|confirm|check)(?:\s+that)?)(?=\s)"
    r"|whenever|when|once|as\s+soon\s+as|(?<=only\s)after|(?<=wait\s)(?:until|till|for)"
    r"|(?:(?<=^)|(?<=[.;!?,]\s)|(?<=\n)|(?<=and\s))should(?=\s+(?:it|he|she|they|the|any|there|this|that|its|no|my|our)\b)"
    r"|wenn|falls|sofern|solange|sobald|vorausgesetzt(?:\s*,\s*dass)?"
    r"|si(?=\s)|s['\u2019](?=ils?\b)|quand|lorsqu(?:e\b|['\u2019])|d\u00e8s\s+qu(?:e\b|['\u2019])|\u00e0\s+condition\s+qu(?:e\b|['\u2019])"
    r"|pourvu\s+qu(?:e\b|['\u2019])|cuando|siempre\s+que)(?![\w-])",
    re.IGNORECASE,
)
"""What may open a condition."""

ALWAYS = late(
    r"unless|except\s+(?:if|when)|if|provid(?:ed|ing)(?:\s+that)?|(?:as|so)\s+long\s+as|on\s+(?:the\s+)?condition\s+that"
    r"|assuming(?:\s+that)?|supposing(?:\s+that)?|in\s+case|in\s+the\s+event(?:\s+that|\s+of)?|whenever|after|until|till|for|should"
    r"|depending\s+on|con(?:ditional|tingent)\s+(?:up)?on|subject\s+to|pending"
    r"|wenn|falls|sofern|solange|vorausgesetzt(?:\s*,\s*dass)?|es\s+sei\s+denn|au(?:\u00df|ss)er\s+wenn"
    r"|si|s['\u2019]|\u00e0\s+(?:moins|condition)\s+qu(?:e|['\u2019])|sauf\s+si|pourvu\s+qu(?:e|['\u2019])"
    r"|a\s+menos\s+que|salvo\s+(?:que|si)|siempre\s+que",
    re.IGNORECASE,
)
"""Those that always do; the others may only say when."""

REFUSED = late(r"\b(?:not|never|nicht|pas|no)\s*$", re.IGNORECASE)
"""What stands before a condition under which nothing is wanted: "but not if"."""

ELSE = late(
    r"\b(?:otherwise|or\s+else|else|(?<!if\s)(?<!whether\s)or\s+if\s+not|andernfalls|ansonsten|sonst|sinon|autrement|si\s+no"
    r"|de\s+lo\s+contrario)\b\s*,?",
    re.IGNORECASE,
)
"""What opens the other case of a condition."""

REPORTS = late(
    r"\b(?:(?:double[\s-]?)?check(?:s|ed|ing)?|see|know|say|tell|ask(?:s|ed|ing)?|confirm|verify|find\s+out|determine|assess"
    r"|wonder(?:ed|ing)?|sure|figure\s+out|test|decide|learn|report|inform|notify|alert|warn|remind|curious|look|doubt"
    r"|pr\u00fcfe|schau|sag|sage|frag|frage|v\u00e9rifie[rz]?|dis|demande|regarde|comprueba|verifica|mira|dime|pregunta)"
    r"(?:[\s-]+(?:me|us|mir|uns|moi|nous|out))?(?:\s+(?:know|again|first|exactly|bescheid))?\s*,?\s*$"
    r"|\b(?:ask|asks|asked|asking|tell|let)\s+(?:me|us)(?:\s+know)?\s*$"
    r"|\bask(?:ing)?\s+(?:[^\W\d_]+\s+){1,3}$"
    r"|\b(?:appreciate(?:d)?|grateful|great|good|nice|fantastic|awesome|helpful|lovely|splendid|useful|wonderful|thankful"
    r"|glad|happy|kind|perfect|mind|love|lot|prefer|cool|amazing)(?:\s+(?:it|that|be|very|a\s+lot|me))*\s*$"
    r"|\b(?:as|even|what|how|where|who|why|which|from|since|by|exactly|remember|regardless\s+of|no\s+matter)\s+$"
    r"|\b(?:where|what|how|who|why)\s+(?:and|or)\s+$"
    r"|\b(?:day|date|time|times|moment|reminder|reminders|alert|alerts|notification|notifications|alarm|trigger|rule|filter|webhook"
    r"|automation|event|year|month|week)\s+$"
    r"|\b(?:check|see|verify|know|determine|decide|tell|find\s+out)\b[^.;!?]{0,80}\s(?:if|whether)\b[^.;!?]{0,80}\bor\s*$"
    r"|\b(?:mention|state|explain|describe)\b(?:\s+[^\s.;!?]+){0,4}\s*$"
    r"|\b(?:let|lass)\s+(?:me|us|mich|uns)\s+(?:know|wissen)\b[^.;!?]{0,60}$",
    re.IGNORECASE,
)
"""What stands before a clause that is asked about, told of or only named."""

COURTESY = late(
    r"\s*(?:"
    r"(?:at\s+all\s+)?(?:possible|feasible)\b"
    rf"|{_NOT_TOO}\s+(?:at\s+all\s+)?(?:possible|feasible|not\s+too\s+much|no\s+trouble|ok(?:ay)?\s+(?:with|for|by)|fine\s+(?:with|by|for)"
    r"|all\s*right\s+with|convenient)\b"
    r"|you\s+(?:would|will|may|might|please|like|want|wish|prefer|need|must|could(?!n['\u2019]?t)|can(?!['\u2019]?t|not))\b(?!\s+(?:not|find|see)\b)"
    r"|you['\u2019]d\b|you(?:['\u2019]re|\s+are)\s+(?:able|so\s+kind|willing)\b|you\s+(?:don['\u2019]?t|do\s+not|wouldn['\u2019]?t)\s+mind\b"
    r"|you\s+(?:have|get|find|got)\s+(?:the\s+|a\s+|some\s+)?(?:time|chance|moment|minute|second|opportunity)\b"
    r"|you\s+(?:have|had)\s+(?:any\s+)?(?:questions?|doubts?|problems?)\b|you\s+(?:ask\s+me|know|think\s+so|see\s+fit)\b"
    r"|I\s+(?:may|might|could|remember|recall|understand|(?:am|was)\s+not\s+mistaken)\b|I['\u2019]m\s+not\s+mistaken\b|memory\s+serves\b"
    rf"|any(?:thing)?{_ENDS}|there\s+(?:is|are|were)\s+(?:any|one|some|more)(?:\s+of\s+(?:them|those|these))?{_ENDS}"
    rf"|(?:it|they|one|any)(?:\s+of\s+them)?\s+(?:does\s+|do\s+)?exists?{_ENDS}|(?:it|that|this)\s+(?:helps|suits)\b|desired\b|not\s+too\s+much\b"
    r"|m\u00f6glich\b|du\s+(?:kannst|willst|magst|m\u00f6chtest|zeit\s+hast|fertig)\b|sie\s+(?:k\u00f6nnen|m\u00f6gen|m\u00f6chten)\b|es\s+(?:dir|ihnen)\s+(?:nichts|recht)\b"
    r"|(?:es\s+)?(?:geht|passt|m\u00f6glich\s+ist)\b"
    r"|(?:c['\u2019]est\s+)?possible\b|(?:te|vous)\s+pla[i\u00ee]t\b|il\s+(?:te|vous)\s+pla[i\u00ee]t\b|ils?\s+(?:te|vous)\s+pla\w+"
    r"|(?:tu|vous)\s+(?:peux|pouvez|veux|voulez|as\s+le\s+temps|avez\s+le\s+temps)\b"
    r"|(?:es\s+)?posible\b|(?:puedes|puede|quieres|quiere|gustas)\b"
    r")",
    re.IGNORECASE,
)
"""What begins a clause that only is polite, or says what cannot be otherwise."""

STEPS = late(
    r"\s*(?:(?:you|we|I|you['\u2019]re|you['\u2019]ve|we['\u2019]re|we['\u2019]ve|I['\u2019]m|I['\u2019]ve|du|ich|wir|tu|je|vous|nous)\b"
    r"|(?:done|finished|ready|complete[d]?|possible|convenient|fertig|fini|termin\u00e9|listo)\b|[^\W\d_]+ing\b"
    r"|(?:is|are|was|were|do|does|did|will|can|should|would)\b"
    r"|(?:that|this|it|all|everything|these|those|they|(?:the|my|our|your)\s+[^\W\d_]+(?:\s+[^\W\d_]+)?)(?:['\u2019]s|\s+(?:is|are|has\s+been|have\s+been|gets?))"
    r"\s+(?:all\s+)?(?:done|finished|ready|complete[d]?|over|sorted|set|known|there|in\s+place|clear|sent|posted|created|found|read|through|live|published|up\s+and\s+running)\b)",
    re.IGNORECASE,
)
"""What begins a clause that says only that one thing comes after another."""

TIMED = late(
    r"\s*(?:(?:it['\u2019]?s|it\s+is|on|at)\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|noon|midnight|morning|evening"
    r"|january|february|march|april|june|july|august|september|october|november|december|\d{1,2}(?::\d\d|\s*(?:am|pm|o['\u2019]clock)))\b",
    re.IGNORECASE,
)
"""What begins a clause that names a day or an hour."""

EVIDENCE = late(
    r"\b(?:is|are|isn['\u2019]?t|aren['\u2019]?t|has|have|hasn['\u2019]?t|haven['\u2019]?t|gets?|becomes?|goes|drops?|falls?|rises?|reach(?:es)?"
    r"|match(?:es)?|equals?|exceeds?|hits?|turns?|agrees?|confirms?|arrives?|clears?|succeeds?|pass(?:es)?|fails?|signs?|replies|reply"
    r"|below|under|above|over|less|more|not|at\s+least|at\s+most|ist|sind|hat|haben|wird|liegt|f\u00e4llt|stimm\w+|unter|\u00fcber"
    r"|est|sont|ont|dessous|dessus|inf\u00e9rieure?|sup\u00e9rieure?|correspond\w*|est\u00e9n?|sea|baja|coincid\w+|menos|m\u00e1s)\b"
    r"|\b(?:it|that|he|she|there|balance|status)['\u2019]s\b",
    re.IGNORECASE,
)
"""What a clause of "when" says that may hold or not."""

OPENERS = frozenset(
    {"unless", "once", "whenever", "provided", "assuming", "otherwise", "only"}
    | {"si", "wenn", "falls", "sofern", "sobald", "solange", "sonst"}
    | {"quand", "lorsque", "sinon", "cuando", "siempre"}
)
"""Words that open what a request depends on, and are no verbs."""

_NUMBER = (
    r"(?:[\u20ac$\u00a3]\s?)?(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)(?:\s?(?P<unit>[\u20ac$\u00a3%]"
    r"|(?!(?:or|liegt|ist|betr\u00e4gt)\b)[^\W\d_]+))?"
)
_LESS = (
    r"(?:under|below|(?:less|lower|fewer|smaller|cheaper)\s+than"
    r"|unter|(?:weniger|kleiner|niedriger)\s+als|en\s+dessous\s+de"
    r"|inf\u00e9rieure?\s+\u00e0|moins\s+de|menos\s+de|por\s+debajo\s+de"
    r"|menor\s+(?:que|de|a)|<)"
)
_MORE = (
    r"(?:over|above|(?:more|greater|higher|larger|bigger)\s+than"
    r"|exceed(?:s|ed|ing)?|\u00fcber|(?:mehr|gr\u00f6\u00dfer"
    r"|h\u00f6her)\s+als|plus\s+de|au[\s-]dessus\s+de|sup\u00e9rieure?\s+\u00e0"
    r"|m\u00e1s\s+de|mayor\s+(?:que|de|a)|>)"
)
_MOST = (
    r"(?:at\s+most|(?:no|not)\s+more\s+than|up\s+to|h\u00f6chstens"
    r"|maximal|au\s+plus|como\s+m\u00e1ximo|<=)"
)
_LEAST = (
    r"(?:at\s+least|(?:no|not)\s+(?:less|fewer)\s+than|mindestens"
    r"|au\s+moins|al\s+menos|por\s+lo\s+menos|>=)"
)
_EQUAL = (
    r"(?:exactly|equals?(?:\s+to)?|equal\s+to|genau|exactement"
    r"|exactamente|=)"
)
COMPARES = late(
    rf"(?P<of>.*?)\s*\b(?:(?P<lt>{_LESS})|(?P<gt>{_MORE})|(?P<le>{_MOST})|(?P<ge>{_LEAST})|(?P<eq>{_EQUAL}))\s*"
    rf"{_NUMBER}(?:\s+(?:liegt|ist|betr\u00e4gt))?",
    re.IGNORECASE,
)
COMPARED = late(
    rf"(?P<of>.*?)\s{_NUMBER}\s+or\s+(?:(?P<le>less|fewer|lower|under|below)|(?P<ge>more|higher|above|over|greater))",
    re.IGNORECASE,
)
NOT = late(
    r"n['\u2019]t\b|\b(?:not|never|no\s+longer|nicht|kein\w*|pas|ne|n['\u2019]est|no)\b",
    re.IGNORECASE,
)
STATES = late(
    r"(?P<of>.+?)\s+(?P<be>(?:is|are|was|were|has|have)(?P<no>n['\u2019]t)?|ist|sind|wurde|est|sont|est\u00e1)\s+"
    r"(?P<not>(?:not|nicht|pas|no)\s+)?(?:(?:yet|already|still|currently|been|marked|set\s+to|in|as|noch|schon|bereits|encore|d\u00e9j\u00e0)\s+)*"
    r"(?P<not2>(?:not|nicht|pas)\s+)?(?:(?:yet|been|already)\s+)*"
    r"[\"'\u201c\u2018]?(?P<word>[^\W\d_]+(?:[\x20_-][^\W\d_]+)?)[\"'\u201d\u2019]?(?:\s+(?:yet|already|state|status))?",
    re.IGNORECASE,
)
_SUBJECTS = """
it its it's they their them this that these those he she his her the a an my our of
in on total value es er sie il elle ella la le el lo der die das den den's does do is
are was has have been be stays remains costs cost comes falls drops rises goes gets
amounts to
"""
ITS = frozenset(_SUBJECTS.split())
"""Words of a subject that name no field."""
