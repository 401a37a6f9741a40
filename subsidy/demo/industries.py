"""Industries of the generated district: a hand-typed part of GB/T 4754-2017, with what shapes a company in them."""

from __future__ import annotations

from dataclasses import dataclass

REVISION = "GB/T 4754-2017"

# Shape of the R&D intensity: the two parameters of a beta distribution, whose mean is a/(a+b).
LIGHT = (2, 60)  # about 3 %
MIDDLE = (3, 45)  # about 6 %
HEAVY = (4, 34)  # about 11 %
DEEP = (5, 20)  # about 20 %


@dataclass(frozen=True)
class Industry:
    """One class: its code and name, the words that company names in it end with, how often and how research-heavy."""

    code: str
    name: str
    words: tuple[str, ...]
    weight: int
    research: tuple[int, int]


_SOFTWARE = ("软件", "信息技术", "数据科技", "云计算")
_AI = ("智能科技", "人工智能", "智算科技", "认知科技")
_CHIP = ("微电子", "半导体", "集成电路", "芯片技术")
_BIO = ("生物科技", "生物医药", "基因科技", "医药科技")
_MEDICAL = ("医疗科技", "医疗器械", "健康科技", "诊断技术")
_MACHINE = ("智能装备", "机器人", "自动化", "精密机械")
_MATERIAL = ("新材料", "纳米科技", "材料科技", "膜技术")
_ENERGY = ("新能源", "节能科技", "储能技术", "电力科技")
_GREEN = ("环境科技", "环保技术", "水务科技", "生态科技")
_SPACE = ("航空科技", "航天技术", "卫星科技", "空天科技")
_ELECTRONIC = ("电子科技", "光电技术", "通信技术", "传感技术")
_CULTURE = ("数字文化", "文化科技", "动漫科技", "数字传媒")
_SERVICE = ("技术服务", "检测技术", "科技服务", "工程技术")

INDUSTRIES: tuple[Industry, ...] = (
    Industry("C1491", "营养食品制造", ("食品科技", "营养科技"), 3, LIGHT),
    Industry("C2614", "有机化学原料制造", _MATERIAL, 3, LIGHT),
    Industry("C2641", "涂料制造", _MATERIAL, 2, LIGHT),
    Industry("C2651", "初级形态塑料及合成树脂制造", _MATERIAL, 3, LIGHT),
    Industry("C2661", "化学试剂和助剂制造", _MATERIAL, 4, MIDDLE),
    Industry("C2664", "文化用信息化学品制造", _MATERIAL, 1, MIDDLE),
    Industry("C2710", "化学药品原料药制造", _BIO, 5, MIDDLE),
    Industry("C2720", "化学药品制剂制造", _BIO, 6, HEAVY),
    Industry("C2740", "中成药生产", _BIO, 3, LIGHT),
    Industry("C2761", "生物药品制造", _BIO, 10, DEEP),
    Industry("C2762", "基因工程药物和疫苗制造", _BIO, 6, DEEP),
    Industry("C2770", "卫生材料及医药用品制造", _MEDICAL, 4, LIGHT),
    Industry("C3062", "玻璃纤维增强塑料制品制造", _MATERIAL, 2, LIGHT),
    Industry("C3091", "石墨及碳素制品制造", _MATERIAL, 2, MIDDLE),
    Industry("C3240", "有色金属合金制造", _MATERIAL, 2, LIGHT),
    Industry("C3421", "金属切削机床制造", _MACHINE, 3, LIGHT),
    Industry("C3491", "工业机器人制造", _MACHINE, 8, HEAVY),
    Industry("C3492", "特殊作业机器人制造", _MACHINE, 4, HEAVY),
    Industry("C3493", "增材制造装备制造", _MACHINE, 3, HEAVY),
    Industry("C3562", "半导体器件专用设备制造", _CHIP, 4, HEAVY),
    Industry("C3581", "医疗诊断、监护及治疗设备制造", _MEDICAL, 8, HEAVY),
    Industry("C3585", "机械治疗及病房护理设备制造", _MEDICAL, 3, MIDDLE),
    Industry("C3591", "环境保护专用设备制造", _GREEN, 5, MIDDLE),
    Industry("C3612", "新能源车整车制造", _ENERGY, 1, MIDDLE),
    Industry("C3742", "航天器及运载火箭制造", _SPACE, 2, DEEP),
    Industry("C3744", "航空相关设备制造", _SPACE, 3, HEAVY),
    Industry("C3825", "光伏设备及元器件制造", _ENERGY, 5, MIDDLE),
    Industry("C3841", "锂离子电池制造", _ENERGY, 4, MIDDLE),
    Industry("C3911", "计算机整机制造", _ELECTRONIC, 2, LIGHT),
    Industry("C3912", "计算机零部件制造", _ELECTRONIC, 3, MIDDLE),
    Industry("C3914", "工业控制计算机及系统制造", _ELECTRONIC, 5, HEAVY),
    Industry("C3915", "信息安全设备制造", _ELECTRONIC, 5, HEAVY),
    Industry("C3921", "通信系统设备制造", _ELECTRONIC, 6, HEAVY),
    Industry("C3940", "雷达及配套设备制造", _ELECTRONIC, 3, HEAVY),
    Industry("C3963", "智能无人飞行器制造", _SPACE, 4, HEAVY),
    Industry("C3972", "半导体分立器件制造", _CHIP, 4, HEAVY),
    Industry("C3973", "集成电路制造", _CHIP, 6, DEEP),
    Industry("C3976", "光电子器件制造", _ELECTRONIC, 6, HEAVY),
    Industry("C3983", "敏感元件及传感器制造", _ELECTRONIC, 6, HEAVY),
    Industry("C4011", "工业自动控制系统装置制造", _MACHINE, 8, HEAVY),
    Industry("C4014", "实验分析仪器制造", _ELECTRONIC, 5, HEAVY),
    Industry("C4021", "环境监测专用仪器仪表制造", _GREEN, 4, MIDDLE),
    Industry("D4415", "风力发电", _ENERGY, 1, LIGHT),
    Industry("D4416", "太阳能发电", _ENERGY, 2, LIGHT),
    Industry("I6319", "其他电信服务", _ELECTRONIC, 3, LIGHT),
    Industry("I6432", "互联网生活服务平台", _SOFTWARE, 8, MIDDLE),
    Industry("I6440", "互联网安全服务", _SOFTWARE, 7, HEAVY),
    Industry("I6450", "互联网数据服务", _SOFTWARE, 10, HEAVY),
    Industry("I6511", "基础软件开发", _SOFTWARE, 10, DEEP),
    Industry("I6513", "应用软件开发", (*_SOFTWARE, *_AI), 60, HEAVY),
    Industry("I6520", "集成电路设计", _CHIP, 16, DEEP),
    Industry("I6531", "信息系统集成服务", _SOFTWARE, 24, MIDDLE),
    Industry("I6532", "物联网技术服务", ("物联科技", *_AI), 14, HEAVY),
    Industry("I6550", "信息处理和存储支持服务", (*_SOFTWARE, *_AI), 12, HEAVY),
    Industry("I6572", "动漫、游戏数字内容服务", _CULTURE, 8, MIDDLE),
    Industry("M7310", "自然科学研究和试验发展", _SERVICE, 5, DEEP),
    Industry("M7320", "工程和技术研究和试验发展", (*_SERVICE, *_AI), 16, DEEP),
    Industry("M7340", "医学研究和试验发展", _BIO, 12, DEEP),
    Industry("M7452", "检测服务", _SERVICE, 5, MIDDLE),
    Industry("M7461", "环境保护监测", _GREEN, 4, MIDDLE),
    Industry("M7484", "工程设计活动", _SERVICE, 4, MIDDLE),
    Industry("M7512", "生物技术推广服务", _BIO, 5, MIDDLE),
    Industry("M7514", "节能技术推广服务", _ENERGY, 4, MIDDLE),
    Industry("N7721", "水污染治理", _GREEN, 3, LIGHT),
)

BY_CODE = {industry.code: industry for industry in INDUSTRIES}
