"""How likely a short run of octets is as text of an alphabet, in bits: fewer are likelier.

With few octets a detector of frequencies tells nothing, but it is still told which letters and
signs a language has most: each costs as many bits as it is rare there.
"""

import re
from functools import cache
from typing import Final

# Letters of one language, the most frequent first.
_RUSSIAN: Final = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_UKRAINIAN: Final = "оаниівтеркслудмпязьбгчйхжшюцїєщфґ"
_ALPHABETS: Final = {
    "cp1251": (_RUSSIAN, _UKRAINIAN, "аоиенртсвјкдпмулзгбчшцжљхњћђфџ"),
    "koi8_r": (_RUSSIAN,),
    "koi8_u": (_UKRAINIAN,),
    "cp1253": ("αοιετσνηυρςπκμλωίόάέγδήχθφβύξζώψϊϋΐΰ",),
    "cp1255": ("יוהלארתבשמנםדעקחפכןטגסךזצףץ",),
    "cp1256": ("اليمونرتبةعدسفهكقأحجشطصىخإذثزضغءئآظؤ",),
    "cp874": ("านรกอเง่มย้ีัวลดทสติะ์ปบคหแ็ใขจพไชโุูืผซำถธศณฉฟญภษฐฝๆฮ",),
}
# Short words that mail is named after; by their letters alone they might be of other alphabets.
_SHORT_RUSSIAN: Final = re.compile(
    r"(?<![A-Za-z\x80-\U0010ffff])(?:акты?|адрес|билет|бланк|ваш[аи]?|вопрос|вс[её]|вам|вас|где|да|дата"
    r"|день|днем|для|дом|заказ|заявка|как|ключ|код|копия|кофе|мама|меню|мне|мо[яй]|наш|нет|нам|новый"
    r"|новая|обзор|она|опрос|ответ|отч[её]т|папа|план|письмо|привет|прайс|резюме|скан|скидки|смета"
    r"|список|сч[её]та?|срочно|тест|тема|тебя|тебе|тут|урок|фото|файлы?|чай|час|чек|это)"
    r"(?![A-Za-z\x80-\U0010ffff])",
    re.IGNORECASE,
)
# Signs in most use; of Japanese its kana come first.
_SIGNS: Final = {
    "gb18030": (
        "你好谢您请收附件会议通知紧急简历付款银技支持合同测试春节"
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
        "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情"
        "明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给"
        "世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太"
        "量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
        "完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运您请查收附谢票件议知同京订单款"
        "价货客户邮编号箱发送早晚祝愿快乐再询报价厂家热线联系咨培训优惠"
    ),
    "big5hkscs": (
        "你好謝您請收附件會議通知台北灣緊急履歷付款測試銀技支援"
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方"
        "多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情"
        "明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給"
        "世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太"
        "量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象"
        "完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運您請查收附謝票議京訂單款價貨客"
        "戶郵編號箱送早晚祝願快樂詢約台灣香港"
    ),
    "cp949": (
        "이다는의에을를가하고은한로지사도서기어자나아그인있시리정대해과것들수일보니라면전주요안게부스으구성만장제여원동상공었무"
        "소치비회진오마유조중세학생우신미관적분경계국들내생모화문드용물연방행실발위결체현민산선할때바터거러당또양였김년간재말임영"
        "야와려습감합녕너네건명업견송첨참메일확드림입니다파트번호문의요청안내드립서울한국박최철호님께저희부탁예약금액결제"
        "반갑습똠펲콜카긴급배송접답변박삼성이력광법률병센터팀장담월환불택규출판초혼축"
    ),
    "euc_jp": (),
    "cp932": (),
}
_JAPANESE: Final = (
    "のいしたにとるをてはでがなかっすまれうこりんもきさくらおよだけつせそあどえちみわじめほばひふげぐごびろやゆぶむねずへべぼぜぬざぎぞ"
    "ーンスルトリイラクアドシレタジフロマコムカグテサバプメニキオウエデッュャョィェパナブミダチセハポビモズワツソケガヒボベホペゴ"
    "日本人会年一大国月中出事時分行社者間上生方前手見下的業長市場合員報件東京田山要求議送書請資料新定部円様高御当務名品先金式株世話"
    "確採緊急接面履歴連絡願致お知確認依頼注文納領収証添付返信案内予約打合登録変更完了済回答質問平素格別厚礼申川藤村佐鈴木井松通学校電番号"
)  # fmt: skip
_THAI_MARKS: Final = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
# What begins no word: Thai marks, vowels behind or before nothing, small kana; and what is between
# letters only by mistake.
_BROKEN: Final = re.compile(
    rf"(?<![\u0e01-\u0e2e{_THAI_MARKS}])[{_THAI_MARKS}\u0e30\u0e32\u0e33]"
    r"|[\u0e40-\u0e44](?![\u0e01-\u0e2e])"
    r"|(?<![\u3041-\u30fe])[っゃゅょーッャュョィェ]"
    r"|(?<=[^\W\d_])[»“”„–—…№§°€](?=[^\W\d_])"
    r"|(?<![А-џЀ-Џґ])(?:[бвгджзйклмнпрстфхцчшщ]{2,}|[БВГДЖЗЙКЛМНПРСТФХЦЧШЩ]{4,})(?![А-џґ])"
    r"|(?<![Ά-ώ])(?:[βγδζθκλμνξπρςστφχψ]{2,}|[ΒΓΔΖΘΚΛΜΝΞΠΡΣΤΦΧΨ]{4,})(?![Ά-ώ])"
    r"|(?<=[ά-ώа-ёєіїґ])[Α-ΫА-ЯЁЄІЇҐ]"
    r"|(?<=[A-Za-z])(?=[\u0370-\u06ff\u0e00-\u0e7f])|(?<=[\u0370-\u06ff\u0e00-\u0e7f])(?=[A-Za-z])"
)
# What can stand in few places: Thai marks, and letters that end words.
_EASED: Final = re.compile(
    rf"[{_THAI_MARKS}]|[םןךףץ](?![א-ת])|ς(?![\u0370-\u03ff])|ة(?![\u0621-\u064a])"
)
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
_SHARED: Final = frozenset("«»“”„‘’–—…№§°€\xa0、。，！？（）：「」・～【】『』")
# Windows-1252 as it is not read: signs before or between letters, but for quotes and apostrophes.
_ODD_SIGNS: Final = re.compile(
    r"[\x80-\x83\x85-\x8b\x8d\x8f\x90\x95\x98-\x9b\x9d\xa2-\xaa\xac-\xbe\xd7\xf7](?=[A-Za-z\xc0-\xff])"
    r"|(?<=[A-Za-z\xc0-\xff])[\x84\x91\x93](?=[A-Za-z])|\x94(?=[A-Za-z])"
    r"|[\x81\x90\x98]|[\x8d\x8f\x9d](?![A-Za-z\xc0-\xff])"
    r"|[\x80-\xff](?=[\[\\\]^_`{|}~@])"
)
_RUNS: Final = re.compile("[\x80-\xff]+")

_COMMONEST: Final = 3.2  # bits, of the most frequent letter
_LETTERS: Final = 6.5  # more, of the rarest one
_COMMONEST_SIGN: Final = 5.5
_SIGN_STEP: Final = 0.012
_SELDOM_SIGN: Final = 14.0
_RARE_SIGN: Final = 16.0
_RARE_SYLLABLE: Final = 19.0
_LEVEL_ONE: Final = frozenset(bytes((lead,)) for lead in range(0xB0, 0xD8))
_CAPITAL: Final = 1.5
_MORE_CAPITALS: Final = 0.3
_SHARED_BITS: Final = 5.0
_NEVER: Final = 16.0
_LATIN: Final = 3.0  # of an accent between letters without one
_BESIDE: Final = 4.0  # more for one beside another
_MORE_BESIDE: Final = 6.0  # more for a third, and so on
_ODD: Final = 6.0
_MISPLACED: Final = 8.0
_EASIER: Final = 2.5
_KNOWN: Final = 7.0
# Alphabets that are sent undeclared less often than others.
_SELDOM: Final = {
    "koi8_r": 1.5, "koi8_u": 4.0, "cp1253": 3.0, "cp1255": 2.0, "cp1256": 2.5, "cp874": 4.0,
    "gb18030": 1.0, "big5hkscs": 2.0, "cp949": 2.0, "euc_jp": 2.0, "cp932": 1.0,
}  # fmt: skip


def likeliest(sample: bytes) -> str | None:
    """The charset of an alphabet or of East Asian signs that is likelier than Latin ones, or None.

    Args:
        sample: words with octets beyond ASCII, few of them.
    """
    best, fewest = None, _latin(sample)
    for codec in (*_ALPHABETS, *_SIGNS):
        text = _strict(sample, codec)
        bits = fewest if text is None else _bits(text, codec)
        if bits < fewest:
            best, fewest = codec, bits
    return best


def _latin(sample: bytes) -> float:
    text = sample.decode("latin-1")
    bits = _ODD * len(_ODD_SIGNS.findall(text))
    for run in _RUNS.findall(text):
        bits += _LATIN * len(run) + _BESIDE * (len(run) > 1) + _MORE_BESIDE * max(0, len(run) - 2)
    return bits


def _strict(sample: bytes, codec: str) -> str | None:
    try:
        return sample.decode(codec)
    except UnicodeDecodeError:
        return None


@cache
def _tables(codec: str) -> tuple[dict[str, float], ...]:
    if codec in _ALPHABETS:
        return tuple(
            {
                letter: _COMMONEST + _LETTERS / len(letters) * rank
                for rank, letter in enumerate(letters)
            }
            for letters in _ALPHABETS[codec]
        )
    signs = dict.fromkeys(_SIGNS[codec] or _JAPANESE)
    return ({sign: _COMMONEST_SIGN + _SIGN_STEP * rank for rank, sign in enumerate(signs)},)


def _bits(text: str, codec: str) -> float:
    broken = _MISPLACED * len(_BROKEN.findall(text)) - _EASIER * len(_EASED.findall(text))
    told = min(_of_language(text, table, codec) for table in _tables(codec))
    known = _KNOWN * len(_SHORT_RUSSIAN.findall(text))
    return told + broken - known + _SELDOM.get(codec, 0)


def _of_language(text: str, table: dict[str, float], codec: str) -> float:
    if not any(sign in table or _in_use(sign, codec) for sign in text.lower()):
        return float("inf")
    bits, before = 0.0, ""
    for sign in _BEYOND_ASCII.findall(text):
        small = sign.lower()
        if small in table:
            bits += table[small]
            if small != sign:
                bits += _MORE_CAPITALS if before.isupper() else _CAPITAL
        elif sign in _SHARED:
            bits += _SHARED_BITS
        else:
            bits += _rare(sign, codec)
        before = sign
    return bits


def _rare(sign: str, codec: str) -> float:
    if codec not in _SIGNS or not sign.isalpha():
        return _NEVER
    if codec == "cp949":
        return _RARE_SYLLABLE
    return _SELDOM_SIGN if _in_use(sign, codec) else _RARE_SIGN


def _in_use(sign: str, codec: str) -> bool:
    """Whether it is one of the ideographs in use, of GB 2312's first level."""
    return codec == "gb18030" and sign.encode(codec)[:1] in _LEVEL_ONE
