"""The vetoes of both years: which criterion, on which kind of branch, found by whom."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Veto:
    """A finding. `group` numbers the branch, `level` is what it holds, `score` the star's score (hundredths)."""

    group: int
    code: str
    star: str
    level: int
    score: int
    document: str
    finding: str
    reporter: str
    date: str


VETOES = (
    Veto(
        1,
        "ST-V1",
        "ecology",
        4,
        9146,
        "示环罚〔2026〕17号",
        "新增违法占用耕地 0.6 亩，已立案，复垦未验收",
        "县自然资源局",
        "2026-07-21",
    ),
    Veto(
        2,
        "WM-V1",
        "civility",
        4,
        8906,
        "示纪监〔2026〕22号",
        "高龄津贴发放把关不严，村级负有责任",
        "县纪委监委",
        "2026-08-14",
    ),
    Veto(
        3,
        "CY-V1",
        "industry",
        2,
        8207,
        "示审农〔2026〕9号",
        "年收入中 8 万元系过账，已按核实数更正",
        "县审计局",
        "2026-09-03",
    ),
    Veto(
        4,
        "ZB-V2",
        "governance",
        3,
        8762,
        "示纪审〔2026〕31号",
        "村两委成员严重违纪被立案查处",
        "县纪委监委",
        "2026-06-18",
    ),
    Veto(
        5,
        "ST-V1",
        "ecology",
        2,
        8411,
        "示环罚〔2026〕24号",
        "养殖粪污直排造成水体污染",
        "市生态环境局县分局",
        "2026-09-25",
    ),
    Veto(
        6,
        "PA-V2",
        "rule_of_law",
        1,
        8133,
        "示安委〔2026〕5号",
        "群体性事件村级处置不力，负有责任",
        "县委政法委",
        "2026-05-30",
    ),
    Veto(
        6,
        "ZB-V1",
        "governance",
        1,
        6820,
        "示组通〔2026〕15号",
        "列为软弱涣散村党组织，整顿未销号",
        "县委组织部",
        "2026-04-10",
    ),
    Veto(
        7,
        "PA-V1",
        "rule_of_law",
        2,
        8588,
        "示政法〔2026〕13号",
        "重大刑事案件村级负有责任",
        "县公安局",
        "2026-03-26",
    ),
    Veto(
        8,
        "ALL-V1",
        "all",
        0,
        9020,
        "示组通〔2026〕41号",
        "村级活动台账系事后补造，经核查属实",
        "县委组织部",
        "2026-10-19",
    ),
)
LAST_VETOES = (
    Veto(
        1,
        "CY-V1",
        "industry",
        3,
        8515,
        "示审农〔2025〕6号",
        "集体收入含过账租金 5 万元",
        "县审计局",
        "2025-08-20",
    ),
    Veto(
        2,
        "ST-V1",
        "ecology",
        2,
        8302,
        "示环罚〔2025〕11号",
        "违法占用耕地建房 1 处",
        "县自然资源局",
        "2025-09-12",
    ),
    Veto(
        3,
        "ZB-V2",
        "governance",
        2,
        8276,
        "示纪审〔2025〕19号",
        "村干部严重违纪被查处",
        "县纪委监委",
        "2025-07-08",
    ),
    Veto(
        4,
        "ZB-V1",
        "governance",
        1,
        6710,
        "示组通〔2025〕14号",
        "列为软弱涣散村党组织，整顿未销号",
        "县委组织部",
        "2025-04-11",
    ),
    Veto(
        5,
        "PA-V2",
        "rule_of_law",
        2,
        8120,
        "示安委〔2025〕8号",
        "较大安全事故，村级负有责任",
        "县应急管理局",
        "2025-06-27",
    ),
)
