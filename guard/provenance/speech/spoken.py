"""Where a person only speaks of an act: what it would do, who must agree, what is to be kept.

Surface English, German and French, as patterns that `unasked` applies sentence by sentence. What
looks like talk costs a question; "please", "then" and another verb after a comma end it.
"""

import re

from guard.model.late import late

_WORD = r"[^\W\d_]+"
_BEGINS = (
    r"(?:^|(?<=[,;:(]\s)|(?<=\band\s)|(?<=\bor\s)|(?<=\bbut\s)"
    r"|(?<=\bund\s)|(?<=\baber\s)|(?<=\bet\s))"
)
_SOMEBODY = (
    r"(?:he|she|they|every(?:one|body)|some(?:one|body)|(?-i:[A-Z][\w'\u2019-]+)"
    r"|(?:my|our|the|his|her|their)\s+[^\W\d_]+)"
)
_JEMAND = (
    r"(?:er|sie|alle|(?-i:[A-Z\u00c4\u00d6\u00dc][\w-]+)"
    r"|(?:der|die|das|mein\w*|unser\w*)\s+[^\W\d_]+)"
)
_QUELQU_UN = r"(?:ils?|elles?|(?-i:[A-Z\u00c9][\w-]+)|(?:mon|ma|mes|notre|le|la|les)\s+[^\W\d_]+)"

_STATE = (
    r"(?:(?:open|closed|shut|locked|unlocked|running|enabled|disabled|active|inactive|paused|muted|pending"
    r"|unpaid|unsent|private|unread|empty|as\s+is)\b|(?:on|off|in|out|up|down)(?=\s*(?:$|[.,;!?]|and\b)))"
)
"""Words for how something is and is left."""

_GAP = r"\s{1,3}"
BUT = late(
    r"\b(?:any|all|every|each|anything|everything|every(?:one|body)|none|alle[ns]?|jede[nrsm]?|alles"
    r"|tou(?:te?)?s|chaque)\b"
    rf"[^.;!?\n]{{0,60}}?\s(?P<value>(?:but|bis{_GAP}auf){_GAP}(?P<next>{_WORD})?)",
    re.IGNORECASE,
)
"""Words that take something out of all there is: "all of them but the last"."""
_MAY = r"(?:should|must|may|can|could|will|shall)"
_AT_END = r"(?=\s*(?:[.,;!?]|$|and\b|but\b))"
_PLAIN = (
    r"(?:(?!\b(?:where|who|when|while|if|how|note|says?|saying|tell|write|comment|remind|inform)\b)"
    r"[^.,;!?\n])"
)
STAYS = late(
    rf"{_BEGINS}(?P<value>\S{_PLAIN}{{0,60}}?){_GAP}(?:"
    rf"(?:(?:{_MAY}|ha(?:s|ve){_GAP}to|(?:is|are){_GAP}to){_GAP})?"
    rf"(?:stays?|remains?|bleibt|bleiben|reste(?:nt)?){_GAP}"
    rf"(?![a-z]{{1,8}}[-_]?\d)(?!(?:in|at|with|until|till|for|from|to|on{_GAP}the|by|there|here|bei|bis|zu|chez|avec)\b)"
    rf"|(?:{_MAY}|(?:has|have|is|are|ought){_GAP}to){_GAP}(?:stay|remain|be{_GAP}(?:kept|left|spared))"
    rf"{_AT_END}|(?P<own>stays|remains|(?:is|are){_GAP}(?:staying|remaining|kept|off[\s-]limits)){_AT_END})",
    re.IGNORECASE,
)
"""Words by which something is to go on being as it is: "the barn stays locked", "it may stay"."""
_NAME = (
    r"(?!(?:tell|inform|notify|remind|message|text|e?-?mail|write|say|note|reply|answer|post|comment|ping)\s)"
    r"(?:[a-z]+\s+)?(?-i:[A-Z])[\w'\u2019-]*(?:\s+(?-i:[A-Z])[\w'\u2019-]*){0,2}"
)
BACKS = late(
    rf"(?:{_BEGINS}|(?<=\()|\b(?:because|since|as)\s)(?P<value>(?:(?:as|because|since)\s+)?{_NAME}"
    r"(?:\s+(?:has|had|already|just|also|both))*\s+(?:says?|said|asks?|asked|wants?|wanted|told\s+(?:me|us)|knows|agree[sd]?"
    r"|approve[sd]|okayed|confirm(?:s|ed)|insist(?:s|ed)|suggest(?:s|ed)|request(?:s|ed)|recommend(?:s|ed)"
    r"|is\s+(?:fine|ok|okay|happy)))"
    r"(?:\s+(?:so|it|that|this|me|us|(?:for|to|on|with|about)\s+(?:it|this|that|me|us)))?(?=\s*(?:[.,;!?)]|$))",
    re.IGNORECASE,
)
"""Who is only said to stand behind a request: "add Tom, Eve said so"."""
NOBODY = late(
    r"\b(?:nobody|no[\s-]one|none\s+of|niemand(?:em|en)?)\b(?!\s+(?:knows?|cares?|is|was|has)\b)"
    r"|(?<!is )(?<!['\u2019]s )(?<!are )(?<!was )(?<!have )(?<!has )(?<!see )(?<!find )(?<!found )"
    r"(?<!got )"
    r"(?<!with )(?<!for )(?<!if )(?<!there )(?<!costs )\bnothing\b"
    r"(?!\s+(?:but|except|other|else|more|less|special|new|wrong|important|urgent)\b)"
    r"|\b(?:stop|halt|pause)\s+(?:right\s+|just\s+)?(?:before|short\s+of)\b",
    re.IGNORECASE,
)
"""Words that leave an act to nobody, or stop before it."""
KEEPS = late(
    r"\b(?:keep|retain|preserve|spare|behalte?n?|garde[rz]?|conserve[rz]?)\s+"
    r"(?!(?:an?|me|us|him|her|them|it|track|going|notes?|in|on|up|to|mich|uns|es|eine?n?|moi|nous|une?)\b)"
    r"(?![^.;!?\n]{0,60}\b(?:informed|posted|updated|loop|date|short|brief|simple|polite|under|below|at|in|on"
    r"|within|for|as|auf|im|bei|dans|sous|\u00e0)\b)"
    r"|\b(?:keep|leave)\s+(?=(?:only\s+)?(?:the|all|any|my|our|those|these)\s+(?:[a-z-]+\s+){0,3}(?:ones|others)\b)"
    r"|\bleave\s+(?=[^.,;!?\n]{1,60}?\s(?:alone|untouched|unchanged|as\s+(?:it|they)\b|where\b|in\s+place))"
    rf"|\bleave\s+(?!an?\b)(?=[^.,;!?\n]{{1,60}}?\s{_STATE})"
    r"|\blass(?:e|t|en\s+sie)?\s+(?=[^.,;!?\n]{1,60}?\s(?:stehen|liegen|unver\u00e4ndert|in\s+ruhe)\b)",
    re.IGNORECASE,
)
"""Words that leave as it is what comes after them."""
HELD = late(
    r"\b(?:stop|halt|pause)\s+(?:right\s+|just\s+)?(?:before|short\s+of)\s+(?:it|that|this|you|the\s+(?:end|last))\b"
    r"|\b(?:ask|consult|(?:double-)?check\s+with|confirm\s+with)\s+(?:me|us)\s+"
    r"(?:first|beforehand|before(?=\s*(?:$|[.,;!?)])))"
    r"|\bfrag(?:e|t|en\s+sie)?\s+(?:mich|uns)\s+(?:vorher|zuerst|erst|zuvor|davor)\b"
    r"|\bdemande[rz]?[\s-](?:moi|nous)\s+(?:d['\u2019]abord|avant)\b"
    r"|\b(?:only|not|unless|until|till|once|after|when|if|as\s+soon\s+as|provided(?:\s+that)?)\s+(?:if\s+|when\s+|after\s+|once\s+)?"
    rf"{_SOMEBODY}(?:['\u2019]s|\s+(?:has|have|had|both|also|all|really))?\s+"
    r"(?:agree[sd]?|approve[sd]?|consent(?:s|ed)?|okay(?:s|ed)?|confirm(?:s|ed)|sign(?:s|ed)?\s+off|sa(?:ys?|id)\s+(?:yes|ok|okay|so)"
    r"|is\s+(?:ok|okay|fine|happy)\s+with|gives?\s+(?:\w+\s+){0,2}(?:ok|okay|go|go-ahead|permission|consent|blessing))\b"
    rf"|\b(?:wenn|sobald|falls|nachdem|erst|bis)\s+{_JEMAND}\s+(?:{_WORD}\s+){{0,2}}?"
    r"(?:zustimm\w*|zugestimmt|einverstanden|freigibt|freigegeben|genehmigt|best\u00e4tigt)\b"
    rf"|\b(?:si|quand|d\u00e8s\s+que|apr\u00e8s\s+que|une\s+fois\s+que?)\s+{_QUELQU_UN}\s+"
    r"(?:(?:est|sont)\s+d['\u2019]accord|accepte(?:nt)?|approuve(?:nt)?|valide(?:nt)?|a\s+(?:accept\u00e9|approuv\u00e9|valid\u00e9|confirm\u00e9))\b",
    re.IGNORECASE,
)
"""Words that hold back what their sentence says until somebody says more."""
TALKS = late(
    rf"{_BEGINS}(?:what|why|how|was|warum|wieso|weshalb|wie|que|quoi|pourquoi|comment|qu['\u2019]est-ce)\b[^.,;!?\n]{{0,60}}?,?"
    r"\s\b(?:if|when|wenn|falls|si|quand)\s+(?:I|we|you|one|ich|wir|man|du|je|nous|on|tu|vous|j['\u2019])\b"
    rf"|{_BEGINS}(?:suppos(?:e|ing)|imagine[rz]?|assume|let['\u2019]?s\s+(?:say|assume|pretend)|pretend|hypothetically|theoretically"
    r"|what\s+if|angenommen|nehmen\s+wir\s+an|stell\s+dir\s+vor|supposons|et\s+si)\b"
    r"|\b(?:it\s+(?:is|was|would\s+be|might\s+be)|it['\u2019]s|it['\u2019]d\s+be)\s+(?:not\s+|too\s+)?(?:a\s+)?"
    r"(?:safe|unsafe|wise|unwise|risky|dangerous|legal|illegal|mistake|bad\s+idea|wrong|foolish|late|early)\s+to\b"
    r"|\b(?:best|easiest|right|safest|proper|fastest|cheapest|only)\s+way\s+to\b"
    r"|\b(?:instructions?|tutorial|guide|steps)\s+(?:on\s+how\s+)?to\b"
    r"|\bprepare(?:\s+(?:everything|all|yourself|things))?\s+to\b|\bget\s+(?:everything\s+)?ready\s+to\b",
    re.IGNORECASE,
)
"""Words after which an act is only spoken of."""
WONDERS = late(
    r"^\s*(?:(?:so|and|but|also|ok|okay|hi|hey|hello)\b,?\s+)?"
    r"(?:(?:can|could|may|might|must|shall|should|will|would|do|kann|muss|darf|soll(?:te)?|puis|dois)[\s-]+(?:I|we|ich|wir|man|je)\b"
    r"(?!\s+(?:have(?!\s+to\b)|get|ask|trouble|bother|forget|miss|fail|be|not)\b)"
    r"|(?:is|would|was)\s+it\s+(?:be\s+)?(?:ok|okay|fine|safe|wise|possible|right|legal|allowed|necessary|a\s+(?:good|bad)\s+idea)\b"
    r"|ist\s+es\s+(?:ok|okay|sicher|klug|m\u00f6glich|erlaubt|n\u00f6tig)\b|est-ce\s+que\s+(?:je|nous|on)\b)",
    re.IGNORECASE,
)
"""How a question begins that wants no deed, also where nobody wrote its mark."""
BEFORE = late(
    r"\b(?:before|bevor|ehe|avant\s+(?:de|que)|avant\s+d['\u2019])\s*(?=\w)", re.IGNORECASE
)
ASKS_ME = late(
    r"\b(?:ask|consult|(?:double-)?check\s+with|confirm\s+with|warn)\s+(?:me|us)\b|\blet\s+(?:me|us)\s+know\b"
    r"|\b(?:tell|notify|inform)\s+(?:me|us)(?=\s*(?:$|[.,;!?]|before\b|first\b))"
    r"|\b(?:frag|warn)(?:e|t|en\s+sie)?\s+(?:mich|uns)\b|\bsag\s+(?:mir|uns)\s+(?:bescheid|vorher)\b"
    r"|\b(?:demande[rz]?|pr\u00e9viens|pr\u00e9venez)[\s-](?:moi|nous)\b",
    re.IGNORECASE,
)
"""With both, what is named after the first waits for the person: "before you pay Bob, ask me"."""
ABOUT = late(
    r"\b(?:explain(?:ing)?|discuss(?:ing)?|(?<!you )(?<!please )consider(?:ing)?|describe"
    r"|(?:think|thinking|thought|talk|talking|wondering)\s+(?:of|about)|tell\s+me\s+(?:more\s+)?about|advice\s+on|advise\s+(?:me\s+)?(?:on|against)|opinion\s+(?:of|on|about)"
    r"|(?:risks?|dangers?|consequences?|effects?|downsides?|benefits?|implications?|impact|legality|point|cons)\s+of"
    rf"|warn(?:\s+{_WORD})?\s+(?:about|against))\s+(?:{_WORD}ly\s+)?(?P<act>{_WORD}ing)\b"
    rf"|{_BEGINS}(?P<subject>{_WORD}ing)\s+[^.,;!?\n]{{1,60}}?\s(?:is|was|isn['\u2019]t|would|will|could|might|may|seems?|means|costs?|takes?"
    r"|requires?|can)\b",
    re.IGNORECASE,
)
"""An act by its gerund that is spoken of, if it is one."""
REFUSES = late(
    r"(?<!\bI )(?<!\bwe )(?<!\bhe )(?<!\bshe )(?<!\bthey )(?<!\bwho )"
    r"\b(?:do\s+not|don['\u2019]?t|never|not\s+to|without)\s+"
    rf"(?:(?:{_WORD}ly|yet|just|even|ever)\s+)?(?P<verb>{_WORD})"
    rf"|\b(?:nicht|ohne\s+(?:{_WORD}\s+)?zu)\s+(?:{_WORD}\s+)?(?P<verbum>{_WORD}en)\b"
    rf"|\b(?:ne\s+|n['\u2019])(?:l['\u2019]|les?\s+|la\s+)?(?P<verbe>{_WORD})\s+(?:pas|jamais)\b",
    re.IGNORECASE,
)
"""A verb that the person refuses: "don't send it"."""
WRONG = late(
    r"(?<![^\s,;])(?P<value>[^\s,;]{1,120})\s+(?:is|was|ist|war|est|\u00e9tait)\s+(?:an?\s+|ein\s+|une?\s+)?"
    r"(?:old\s+)?(?:typo|mistake|wrong|incorrect|outdated|falsch|veraltet|tippfehler|fausse?|erreur)\b",
    re.IGNORECASE,
)
"""A value of which the person says that it is wrong."""
UNDONE = late(
    r"\b(?:undo|revert|reverse|roll\s?back|prevent|block|stop|verhindere?|emp\u00eache[rz]?)\s+"
    rf"(?:(?:the|my|your|our|any|all|last|that|this|his|her|die|das|den|la|le)\s+)*(?:accidental\s+|planned\s+)?(?P<act>{_WORD})",
    re.IGNORECASE,
)
"""An act that is undone or stopped."""
SPARED = late(
    r"\b(?P<by>prevent|stop|keep|protect|block|guard|save|sch\u00fctze?)\s+[^.;!?,\n]{1,60}?\s+(?P<act>(?:from|vor)\s+"
    rf"(?:being\s+|getting\s+|the\s+|dem\s+|der\s+)?(?P<verb>{_WORD}))",
    re.IGNORECASE,
)
"""An act from which something is spared."""
