"""The published documents that packs name as the source of a figure (`source: "V12, …"`), by their short names.

A pack marks each figure as verified, recalled or assumed; a short name says where a verified one was read. Most of these
documents were read as reprints, and no figure here takes the place of the document itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Cited(NamedTuple):
    """A document in words, with where it was read."""

    zh: str
    en: str


CITED: Mapping[str, Cited] = {
    "V1": Cited(
        "《西湖区关于加快科技创新塑造经济发展新优势的若干措施》（西科〔2024〕1号），2024年1月17日，区政府网站",
        "Xihu district, measures to speed up innovation, 西科〔2024〕1号, 17 January 2024; site of the district",
    ),
    "V3": Cited("西湖区奖补文件，2024年7月9日（转载）", "Xihu district, decree of 9 July 2024; reprint"),
    "V4": Cited("西湖区奖补文件，2024年11月5日（转载）", "Xihu district, decree of 5 November 2024; reprint"),
    "V5": Cited(
        "上城区雏鹰企业认定通知，2022年4月2日，区政府网站",
        "Shangcheng district, notice on fledgling eagle companies, 2 April 2022; site of the district",
    ),
    "V7": Cited("《科技型中小企业评价办法》（两处转载）", "Measures for assessing technology SMEs; two reprints"),
    "V8": Cited(
        "《高新技术企业认定管理办法》（国科发火〔2016〕32号）第十一条（四处转载）",
        "Measures for recognising high-tech enterprises, 国科发火〔2016〕32号, Article 11; four reprints",
    ),
    "V8b": Cited(
        "《高新技术企业认定管理办法》（国科发火〔2008〕172号，已被取代；转载）",
        "The same measures in their version of 2008, 国科发火〔2008〕172号, superseded; reprint",
    ),
    "V9": Cited(
        "《高新技术企业认定管理工作指引》（国科发火〔2016〕195号）评分部分，代理机构网页",
        "Guidelines to those measures, 国科发火〔2016〕195号, the part on scoring; page of an agency",
    ),
    "V10": Cited(
        "《高新技术企业认定管理工作指引》（国科发火〔2016〕195号），转载",
        "Guidelines to those measures, 国科发火〔2016〕195号; reprint",
    ),
    "V11": Cited(
        "浙江省2024年高新技术企业证书通知，引第十三、十七、十九条（转载）",
        "Zhejiang, notice of 2024 on certificates, quoting Articles 13, 17 and 19; reprint",
    ),
    "V12": Cited(
        "浙江省高新技术企业研究开发中心认定通知，2020年（镜像）",
        "Zhejiang, notice on recognising R&D centres of high-tech enterprises, 2020; mirror",
    ),
    "V15": Cited(
        "国家众创空间备案条件（两处转载）", "Conditions for registering national makers' spaces; two reprints"
    ),
    "V17": Cited(
        "杭州高新区（滨江）实施意见，2024年6月13日（镜像；文号可能为杭高新〔2024〕10号）",
        "Hangzhou High-tech Zone (Binjiang), implementation opinion of 13 June 2024; mirror, number probably 杭高新〔2024〕10号",
    ),
    "V18": Cited(
        "杭政办函〔2025〕40号，市财政局网站", "Hangzhou, 杭政办函〔2025〕40号; site of the city's finance bureau"
    ),
    "V20": Cited(
        "金华市高新技术企业奖励名单，2023年6月30日，市科技局网站",
        "Jinhua, list of awards to high-tech enterprises, 30 June 2023; site of the city's technology bureau",
    ),
    "V28": Cited(
        "公开的杭州科技政策测算工具，2019年（民间整理，非官方文本）",
        "A public calculator of Hangzhou's technology policies, 2019; a private compilation, not an official text",
    ),
}
CODE = re.compile(r"\bV[0-9]+[a-z]?\b")
"""How a pack writes such a short name."""
