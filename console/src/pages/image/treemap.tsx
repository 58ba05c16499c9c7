export interface Part {
  readonly name: string;
  readonly value: number;
  readonly title: string;
}

interface Placed extends Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const [width, height] = [800, 160];

/** Areas that follow the values; each can be reached by the keyboard and says what it is. */
export function Treemap({ label, parts }: { label: string; parts: readonly Part[] }) {
  const placed = place(parts.filter(({ value }) => value > 0));
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="list" aria-label={label} className="treemap">
      {placed.map(({ name, title, x, y, width: w, height: h }) => (
        <g key={name} role="listitem" tabIndex={0} aria-label={title}>
          <title>{title}</title>
          <rect x={x} y={y} width={w} height={h} />
          {w > 24 && h > 18 && (
            <text x={x + 6} y={y + 16}>
              {name}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

/** The largest first, each time across the longer side of what is left. */
function place(parts: readonly Part[]): Placed[] {
  const sorted = [...parts].sort((a, b) => b.value - a.value);
  let left = sorted.reduce((sum, { value }) => sum + value, 0);
  let [x, y, w, h] = [0, 0, width, height];
  return sorted.map((part) => {
    const share = left === 0 ? 0 : part.value / left;
    left -= part.value;
    const isWide = w >= h;
    const placed = {
      ...{ ...part, x, y },
      width: isWide ? w * share : w,
      height: isWide ? h : h * share,
    };
    if (isWide) [x, w] = [x + placed.width, w - placed.width];
    else [y, h] = [y + placed.height, h - placed.height];
    return placed;
  });
}
