"""Numbers as bars that a courier's scanner reads: Code 128 (ISO/IEC 15417), set B."""

from itertools import accumulate

_WIDTHS = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232
    122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122
    321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113
    213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422
    121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111
    241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121
    412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412
    211214 211232 2331112
""".split()
"""Of each value, the widths of its bars and spaces in turn."""

_START, _STOP = 104, 106
_QUIET = 10


def values(text: str) -> list[int]:
    """What is drawn: a start, the characters (printable ASCII), a check, a stop."""
    said = [_START, *(ord(each) - 32 for each in text)]
    check = (said[0] + sum(place * value for place, value in enumerate(said))) % 103
    return [*said, check, _STOP]


def drawn(text: str, height: int = 40) -> str:
    """The bars as an SVG, with the white that has to be around them."""
    widths = [int(width) for value in values(text) for width in _WIDTHS[value]]
    ends = [_QUIET, *(_QUIET + end for end in accumulate(widths))]
    bars = "".join(
        f"M{left} 0h{width}v{height}h-{width}z"
        for left, width in list(zip(ends, widths, strict=False))[::2]
    )
    across = ends[-1] + _QUIET
    return (
        f'<svg viewBox="0 0 {across} {height}" width="{across}" height="{height}" role="img"'
        f' aria-label="{text}" shape-rendering="crispEdges"><path d="{bars}"/></svg>'
    )
