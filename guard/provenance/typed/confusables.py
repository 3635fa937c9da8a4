"""Letters that look alike: from Unicode's own table, those of the alphabets that mix with Latin.

Derived from confusables.txt, version 13.0.0, of UTS 39: single characters of Latin, Cyrillic,
Greek, Armenian, Cherokee, Coptic and Lisu, and what each is taken for. Characters that NFKC turns
into others are left out. Plain data; `guard.provenance.result.lookalike` says what is done with it.
"""

# UNICODE LICENSE V3
#
# COPYRIGHT AND PERMISSION NOTICE
#
# Copyright © 1991-2020 Unicode, Inc.
#
# NOTICE TO USER: Carefully read the following legal agreement. BY DOWNLOADING, INSTALLING, COPYING
# OR OTHERWISE USING DATA FILES, AND/OR SOFTWARE, YOU UNEQUIVOCALLY ACCEPT, AND AGREE TO BE BOUND
# BY, ALL OF THE TERMS AND CONDITIONS OF THIS AGREEMENT. IF YOU DO NOT AGREE, DO NOT DOWNLOAD,
# INSTALL, COPY, DISTRIBUTE OR USE THE DATA FILES OR SOFTWARE.
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of data files and
# any associated documentation (the "Data Files") or software and any associated documentation (the
# "Software") to deal in the Data Files or Software without restriction, including without
# limitation the rights to use, copy, modify, merge, publish, distribute, and/or sell copies of the
# Data Files or Software, and to permit persons to whom the Data Files or Software are furnished to
# do so, provided that either (a) this copyright and permission notice appear with all copies of
# the Data Files or Software, or (b) this copyright and permission notice appear in associated
# Documentation.
#
# THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
# IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR
# PURPOSE AND NONINFRINGEMENT OF THIRD PARTY RIGHTS.
#
# IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY
# CLAIM, OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM
# LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS
# ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA FILES OR
# SOFTWARE.
#
# Except as contained in this notice, the name of a copyright holder shall not be used in
# advertising or otherwise to promote the sale, use or other dealings in these Data Files or
# Software without prior written authorization of the copyright holder.

ALIKE = {
    "!": "\u01c3", "&": "\ua778", "'": "`\u055a\u055d\ua78c", "''": '"', "'B": "\u0181",
    "'D": "\u018a", "'P": "\u01a4", "'T": "\u01ac", "'Y": "\u01b3", ",": "\ua4f9", "-": "\u2cba",
    "-.": "\ua4fe", ".": "\ua4f8", ".,": "\ua4fb", "..": "\ua4fa", "/": "\u2cc6\U0001d23a",
    "2": "\u01a7\u03e8\ua644\ua75a", "3": "\u01b7\u021c\u0417\u04e0\u2ccc\ua76a\ua7ab\U0001d206",
    "4": "\u13ce", "5": "\u01bc", "6": "\u0431\u13ee\u2cd2", "7": "\U0001d212",
    "8": "\u0222\u0223", "9": "\u2cca\ua76e", ":": "\u0589\ua4fd", "<": "\U0001d236",
    "=": "\ua4ff", ">": "\U0001d237", "?": "\u0241\u0294\u13ae", "A": "\u0391\u0410\u13aa\ua4ee",
    "AA": "\ua732", "AE": "\u00c6\u04d4", "AO": "\ua734", "AU": "\ua736", "AV": "\ua738\ua73a",
    "AY": "\ua73c", "B": "\u0392\u0412\u13f4\ua4d0\ua7b4", "C": "\u0421\u13df\u2ca4\ua4da",
    "C'": "\u0187", "D": "\u13a0\ua4d3", "E": "\u0395\u0415\u13ac\ua4f0",
    "F": "\u03dc\ua4dd\ua798\U0001d213", "G": "\u050c\u13c0\u13f3\ua4d6", "G'": "\u0193",
    "H": "\u0397\u041d\u13bb\u2c8e\ua4e7", "J": "\u037f\u0408\u13ab\ua4d9\ua7b2",
    "K": "\u039a\u041a\u13e6\u2c94\ua4d7", "K'": "\u0198", "L": "\u13de\u2cd0\ua4e1\U0001d22a",
    "M": "\u039c\u03fa\u041c\u13b7\u2c98\ua4df", "N": "\u039d\u2c9a\ua4e0",
    "O": "0\u039f\u041e\u0555\u2c9e\ua4f3", "O'": "\u01a0\u13a4", "OE": "\u0152",
    "OO": "\ua698\ua74e", "P": "\u03a1\u0420\u13e2\u2ca2\ua4d1",
    "R": "\u01a6\u13a1\u13d2\ua4e3\U0001d216", "S": "\u0405\u054f\u13d5\u13da\ua4e2",
    "T": "\u03a4\u0422\u13a2\u2ca6\ua4d4", "T3": "\ua728", "U": "\u054d\ua4f4",
    "V": "\u0474\u13d9\ua4e6\U0001d20d", "W": "\u051c\u13b3\u13d4\ua4ea",
    "X": "\u03a7\u0425\u2cac\ua4eb\ua7b3", "Y": "\u03a5\u0423\u04ae\u13a9\u13bd\u2ca8\ua4ec",
    "Z": "\u0396\u13c3\ua4dc\U000102f5", "\\": "\U0001d20f\U0001d23b", "\\\\": "\u2cf9",
    "a": "\u0251\u03b1\u0430", "aa": "\ua733", "ae": "\u00e6\u04d5", "ao": "\ua735",
    "au": "\ua737", "av": "\ua739\ua73b", "ay": "\ua73d", "b": "\u0184\u042c\u13cf",
    "bl": "\u042b", "c": "\u0441\u1d04\u2ca5\uabaf", "d": "\u0501\u13e7\ua4d2", "dz": "\u02a3",
    "e": "\u0435\u04bd\uab32", "f": "\u0584\u1e9d\ua799\uab35", "g": "\u018d\u0261\u0581\u1d83",
    "h": "\u04bb\u0570\u13c2", "i": "\u0131\u0269\u026a\u03b9\u0456\u04cf\u13a5\ua647\uab75",
    "j": "\u03f3\u0458", "l": "1I|\u0196\u01c0\u0399\u0406\u04c0\u2c92\ua4f2", "lO": "\u042e",
    "ll": "\u01c1", "ls": "\u02aa", "lz": "\u02ab", "n": "\u0578\u057c",
    "o": "\u03bf\u03c3\u043e\u0585\u1d0f\u1d11\u2c9f\uab3d", "o'": "\u01a1", "oe": "\u0153",
    "oo": "\ua699\ua74f", "p": "\u03c1\u0440\u2ca3", "q": "\u051b\u0563\u0566",
    "r": "\u0433\u1d26\u2c85\uab47\uab48\uab81", "r'": "\u0491", "rn": "m",
    "s": "\u01bd\u0455\ua731\uabaa", "tf": "\ua777", "ts": "\u02a6",
    "u": "\u028b\u03c5\u057d\u1d1c\ua79f\uab4e\uab52", "ue": "\u1d6b", "uo": "\uab63",
    "v": "\u03bd\u0475\u1d20\uaba9", "w": "\u026f\u0461\u051d\u0561\u1d21\uab83", "x": "\u0445",
    "y": "\u0263\u028f\u03b3\u0443\u04af\u1d8c\u1eff\uab5a", "z": "\u1d22\uab93",
    "2\u0335": "\u01bb", "3\u0326": "\u0498", "A\u0306": "\u01cd", "A\u030a": "\u0226",
    "C\u0326": "\u00c7\u04aa", "D\u0335": "\u00d0\u0110\u0189", "E\u0306": "\u011a",
    "E\u0338": "\u0246", "F\u0326": "\u0191", "G\u0306": "\u01e6", "G\u0335": "\u01e4",
    "H\u0326": "\u04c7\u04c9", "H\u0329": "\u04a2\u2c67", "H\u0335": "\u0126", "I\u0306": "\u01cf",
    "J\u0335": "\u0248", "K\u0329": "\u049a\u2c69", "K\u0335": "\u049e\ua740", "L\u0338": "\u0141",
    "M\u0326": "\u04cd", "N\u0326": "\u019d", "O\u0306": "\u01d1", "O\u0308": "\u0150",
    "O\u0335": "\u019f\u0398\u03b8\u0472\u04e8\u13be\u13eb\ua74a\U0001d21a", "O\u0338": "\u00d8",
    "O\u0338\u0301": "\u01fe", "T\u0327": "\u021a", "T\u0328": "\u01ae", "T\u0329": "\u04ac",
    "T\u0335": "\u0166", "T\u0338": "\u023e", "U\u0306": "\u01d3", "U\u0335": "\u0244\u13cc",
    "X\u0329": "\u04b2", "Y\u0335": "\u024e\u04b0", "Z\u0326": "\u0224", "Z\u0335": "\u01b5",
    "a\u0306": "\u01ce", "a\u030a": "\u0227", "b\u0304": "\u0182\u0183\u0411", "b\u0314": "\u0253",
    "b\u0335": "\u0180\u0462\u0463\u048c\u048d", "c\u0326": "\u00e7\u04ab", "c\u0338": "\u023c",
    "d\u021d": "\u02a4", "d\u0291": "\u02a5", "d\u0304": "\u018c", "d\u0314": "\u0257",
    "d\u0328": "\u0256", "d\u0335": "\u0111", "e\u0306": "\u011b", "e\u0328": "\u04bf",
    "e\u0338": "\u0247", "f\u014b": "\u02a9", "f\u0326": "\u0192", "f\u0334": "\u1d6e",
    "g\u0306": "\u01e7", "g\u0314": "\u0260", "g\u0327": "\u01f5", "g\u0335": "\u01e5",
    "h\u0314": "\u0266\u13f2\ua695", "h\u0335": "\u0127\u045b", "i\u0306": "\u01d0",
    "i\u0335": "\u0268\u1d7b\u1d7c", "j\u0335": "\u0249", "k\u0314": "\u0199", "l\u021d": "\u026e",
    "l\u0328": "\u026d", "l\u0334": "\u026b", "l\u0335": "\u0197\u019a", "l\u0338": "\u0142",
    "n\u0328": "\u0273", "n\u0329": "\u019e\u03b7", "n\u0334": "\u1d70", "o\u0306": "\u01d2",
    "o\u031b": "\uab74", "o\u0335": "\u0275\u0473\u04e9\ua74b\uab8e\uabbb",
    "o\u0338": "\u00f8\uab3e", "o\u1d07": "\u0276", "p\u0314": "\u01a5", "p\u0335": "\u1d7d",
    "q\u0314": "\u02a0", "rn\u0326": "\u0271", "rn\u0334": "\u1d6f", "r\u0328": "\u027d",
    "r\u0329": "\u027c", "r\u0334": "\u1d72", "r\u0335": "\u024d\u0493", "s\u0328": "\u0282",
    "s\u0334": "\u1d74", "t\u021d": "\ua729", "t\u0255": "\u02a8", "t\u0283": "\u02a7",
    "t\u0314": "\u01ad", "t\u0334": "\u1d75", "t\u0335": "\u0167", "u\u0306": "\u01d4",
    "u\u0335": "\u1d7e\uab9c", "w\u0326": "\ua761", "w\u0486\u0487": "\u047d", "y\u0314": "\u01b4",
    "y\u0335": "\u024f\u04b1", "z\u0326": "\u0225", "z\u0328": "\u0290", "z\u0334": "\u1d76",
    "z\u0335": "\u01b6", "\u00de": "\u03f7", "\u00df": "\u03b2\u13f0\ua7b5",
    "\u00fe": "\u01bf\u03f8", "\u0138": "\u03ba\u043a\u1d0b\u2c95\uabb6", "\u0138\u0329": "\u049b",
    "\u0138\u0335": "\u049f", "\u0185": "\u044c\uab9f", "\u0185i": "\u044b",
    "\u0186": "\u03fd\ua4db", "\u018e": "\ua4f1", "\u018f": "\u04d8",
    "\u0190": "\u0510\u13cb\U0001d221", "\u01a8": "\u03e9\u1d24\ua645", "\u01a9": "\u03a3",
    "\u01ab": "\u0163\u021b\u13bf", "\u01dd": "\u0259\u04d9", "\u01ddo": "\u1d14",
    "\u01ddo\u0335": "\uab42", "\u01ddo\u0338": "\uab41", "\u01f6": "\u050a",
    "\u021d": "\u0292\u04e1\u2ccd\ua76b", "\u0237": "\u0575", "\u0242": "\uab7e",
    "\u0245": "\u039b\u041b\ua4e5", "\u0245\u0326": "\u04c5", "\u024b": "\u1d90",
    "\u0254": "\u037b\u1d10\u2184", "\u0254e": "\uab62", "\u0254\u0338": "\uab3f",
    "\u025c": "\u0437\u1d08", "\u025c\u0326": "\u0499", "\u0262": "\u050d\u13fb\uab90",
    "\u0270": "\u057a", "\u0272": "\u0146", "\u0278": "\u03c6\u0444\u2cab",
    "\u027e\u0334": "\u1d73", "\u0280": "\uab71\uaba2", "\u0283": "\uab4d",
    "\u028a\u0335": "\u1d7f", "\u028c": "\u1d27", "\u028d": "\u043c\u1d0d\uab87",
    "\u028d\u0326": "\u04ce", "\u0298": "\ua668", "\u0299": "\u0432\u13fc", "\u029a": "\ua79d",
    "\u029c": "\u043d\uab8b", "\u029c\u0326": "\u04c8\u04ca", "\u029c\u0329": "\u04a3",
    "\u029f": "\u2cd1\uabae", "\u0393": "\u0413\u13b1\u2c84", "\u0393'": "\u0490",
    "\u0393\u0335": "\u0492", "\u0394": "\u2c86", "\u03a0": "\u041f\u2ca0",
    "\u03a6": "\u0424\u0553\u2caa", "\u03a8": "\u0470\u2cae", "\u03bb": "\u2c96",
    "\u03c0": "\u043f\u1d28", "\u03c2": "\u03db", "\u03c7": "\u2cad\uab53\uab55",
    "\u03c8": "\u0471", "\u03c9": "\u2cb1\ua64d\ua7b7", "\u03d7": "\u2ce4", "\u03ec": "\u2cdc",
    "\u0416\u0329": "\u0496", "\u0418": "\u0376\U0001d20b", "\u0418\u0300": "\u0419",
    "\u0418\u0326\u0300": "\u048a", "\u0428": "\u2cbc", "\u042al": "\ua650",
    "\u0436\u0329": "\u0497", "\u0438\u0306": "\u045d", "\u0438\u0326\u0306": "\u048b",
    "\u043b": "\u1d2b", "\u043b\u0326": "\u04c6", "\u0448": "\u2cbd", "\u0459": "\uab60",
    "\u0460": "\u13c7\U0001d222", "\u0460\u0486\u0487": "\u047c", "\u04b6": "\u04cb",
    "\u04b7": "\u04cc", "\u04bc\u0328": "\u04be", "\u04fe": "\U0001d202",
    "\u0548": "\ua4f5\U0001d245", "\u13ef": "\u1ff6", "\u1d00": "\uab7a", "\u1d05": "\uab70",
    "\u1d07": "\uab7c", "\u1d0a": "\uab7b", "\u1d0e": "\u0377\u0438", "\u1d18": "\u1d29\uabb2",
    "\u1d19": "\u044f", "\u1d1b": "\u03c4\u0442\uab72", "\u1d1b\u0329": "\u04ad",
    "\u1e9f": "\u03b4\u056e", "\u2c6f": "\ua4ef\U0001d217", "\u2c75": "\u0370\u13a8\u13b0",
    "\u2c76": "\uab80", "\u2ce8": "\U000101a0", "\ua4d5": "\ua7b1\U0001d21c", "\ua4e4": "\ua79e",
    "\ua4f6": "\U0001d215\U0001d22b", "\ua64c": "\ua7b6", "\ua727": "\ua795", "\ua73e": "\u03ff",
    "\ua73f": "\u037d", "\ua779": "\ua77a", "\ua792": "\u0404\u2c88",
    "\ua793": "\u025b\u03b5\u0454\u0511\u2c89\uab9b", "\ua7fb": "\U0001d230", "\uab51": "\u1e43",
}  # fmt: skip
"""What is seen -> the characters that are taken for it."""
