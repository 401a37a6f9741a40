"""Names of companies and people that do not exist; any likeness is by chance.

Company names are put together from signs that rarely meet in a real one. Some names hold rare characters on purpose:
a program for China has to carry them through screen, file and letter.
"""

from __future__ import annotations

import random

# Two signs make a brand; when the pairs are used up a third follows, so that no brand comes twice.
_FIRST = (
    "岫澹崧沚珣翎桁霁湉翀潆峣旻棠珩暄渟璟楹翊湛晞峤蓁嵘檀昉栩沅羽砚隰煜珏翾阡霖麓榛淳舸绎莱钧颢骞黎朔"
    "桐芷樾璇弈泓昕屹旸柏苒铎霄彧筠臻"
)
_SECOND = (
    "禾舟原尺川衡序屿籁棹畦岑渡砾樵桥庐弦梭畹曜湄杼洲陌筏棣壤舷锷泊峪轸汀垣榭楫岚埠稔隅渚阙桢榆溯漪荻"
    "塬崮湾坞圃甸畴嶂涧浔砥楔墉窗畔旌桅"
)
_THIRD = (
    "立一元合和先达中正方同科维为见远启可新行知源通极至恒因力在之向上高光能子象致成识云海天江山泰安嘉"
    "瑞博文思奇锐捷迅睿卓越腾"
)
BRANDS = len(_FIRST) * len(_SECOND) * (1 + len(_THIRD))
_SPREAD = 2_713  # without a common factor with the number of pairs (a test says so): neighbours look unrelated

_PLACES = ("杭州", "杭州", "杭州", "杭州", "浙江")
_FORMS = ("有限公司", "有限公司", "有限公司", "有限公司", "股份有限公司")

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严"
)
_GIVEN = (
    "安博晨承楚德恩方芳飞刚国海涵航昊浩恒宏鸿华慧佳建健洁杰锦静军俊凯康可兰蕾莉立丽亮琳玲龙美萌敏明娜"
    "宁培鹏琪倩强青清庆秋泉荣瑞润珊诗思涛天婷伟玮文武晓欣新鑫星旭轩学雪雅妍彦阳瑶一怡亦易毅英永勇宇雨"
    "玉远月跃云泽哲珍振志智中卓子"
)
RARE_GIVEN = ("㛃", "𠮷", "䶮")

# Names that try a program: characters outside the common planes, and a name that a spreadsheet takes for a formula.
ODD_NAMES = {17: "杭州𠮷㛃智慧医疗有限公司", 29: "=SUM求和（杭州）软件有限公司"}

REGIONS = {
    "330102": "上城区",
    "330105": "拱墅区",
    "330106": "西湖区",
    "330108": "滨江区",
    "330109": "萧山区",
    "330110": "余杭区",
    "330111": "富阳区",
    "330112": "临安区",
    "330113": "临平区",
    "330114": "钱塘区",
    "330122": "桐庐县",
    "330127": "淳安县",
    "330182": "建德市",
}


def brand(number: int) -> str:
    """The brand of the company with this number, another one for each number below BRANDS.

    Raises ValueError for a number out of range.
    """
    if not 0 <= number < BRANDS:
        raise ValueError(f"a company's number lies in 0..{BRANDS - 1}, not {number}; generate fewer companies")
    pairs = len(_FIRST) * len(_SECOND)
    round_, place = divmod(number, pairs)
    first, second = divmod(place * _SPREAD % pairs, len(_SECOND))
    return _FIRST[first] + _SECOND[second] + (_THIRD[round_ - 1] if round_ else "")


def company_name(rng: random.Random, number: int, word: str) -> str:
    """A full name, such as 杭州岫禾智能科技有限公司; different numbers give different names."""
    return rng.choice(_PLACES) + brand(number) + word + rng.choice(_FORMS)


def person_name(rng: random.Random, *, rare_per_mille: int = 5) -> str:
    """A surname and one or two given characters; about five in a thousand have a character outside common fonts."""
    surname = rng.choice(_SURNAMES)
    if rng.randrange(1000) < rare_per_mille:
        return surname + rng.choice(RARE_GIVEN)
    return surname + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))


def telephone(number: int) -> str:
    """A number of the form 0571-0xxxxxxx, which is nobody's: no Chinese subscriber number begins with 0."""
    return f"0571-0{number % 10_000_000:07d}"
