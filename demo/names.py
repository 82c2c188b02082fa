"""Village names: made up from the stems and endings that village names are made of, unique inside the county."""

from __future__ import annotations

from random import Random

SURNAMES = (
    "王 张 李 赵 杨 马 贾 薛 段 秦 韩 郭 范 侯 尚 柳 孟 宋 邓 邱 冯 崔 彭 姚 卢 曹 余 董 袁 任 史 贺 葛 雷 孔 常 武 康 "
    "仇 查 单 解 朴 曾 盖 欧阳 上官 司马"  # the second line is misread by every default pinyin table
).split()
STEMS = (
    "白石 黑石 红石 石榴 柳树 槐树 榆树 桃花 杏花 梨花 核桃 柿树 枣林 皂角 桐树 松林 柏树 竹园 荷花 金鸡 "
    "凤凰 卧龙 黄龙 白马 石牛 清泉 甘泉 双泉 响水 清水 流水 永兴 永安 太平 安乐 和睦 兴隆 福寿 仁义 三官 "
    "五龙 七里 八里 十里 九龙 大槐 古槐 老柳 青竹 白杨 黄栌 麦仁 谷子 砚台 石磨 石碾 水磨 油坊 瓦窑 砖窑 "
    "炭窑 驿马 烽火 望月 朝阳 向阳 栖霞 落雁 鹤鸣"
).split()
SIDES = tuple("东西南北上下前后大小新老")
ROOTS = tuple("泉柳槐杨榆桃杏梨枣石沙云岩溪塘窑仓庙碾")
ENDS = tuple("桥铺寨营坡岭沟洼湾岗坪峪崖堡店河滩庄塘井林台")
REPEATED = {("塘", "塘"), ("沙", "滩"), ("云", "台"), ("溪", "河"), ("溪", "塘"), ("碾", "台")}
ONE_END = 26  # how many names an ending may close, so that no valley is all 岭


def village_names(count: int, *, reserved: str) -> list[str]:
    """Draw that many different names; none is the reserved one."""
    rng = Random("demo county: names")
    names: dict[str, None] = {}
    used = dict.fromkeys(ENDS, 0)
    while len(names) < count:
        name = draw_name(rng)
        end = name[-2]
        if name not in names and name != reserved and used[end] <= ONE_END:
            used[end] += 1
            names[name] = None
    return list(names)


def draw_name(rng: Random) -> str:
    """A surname's settlement (仇家桥村), a thing's place (柳树湾村) or a side of one (下泉寨村)."""
    kind, end = rng.randrange(100), rng.choice(ENDS)
    if kind < 45:
        surname = rng.choice(SURNAMES)
        return f"{surname}{'家' if len(surname) == 1 else ''}{end}村"
    if kind < 82:
        return different(f"{rng.choice(STEMS)}{end}村", rng)
    root = rng.choice(ROOTS)
    if (root, end) in REPEATED:
        return draw_name(rng)
    return f"{rng.choice(SIDES)}{root}{end}村"


def different(name: str, rng: Random) -> str:
    """Draw again where the ending repeats a character of the stem."""
    return draw_name(rng) if name[-2] in name[:-2] else name
