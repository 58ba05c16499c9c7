import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { type BarSpan, barAt, isSameSpan, movedSpan, spanBetween, wholeSpan } from "./brush.ts";
import { colours } from "./colours.ts";

export interface Bar {
  readonly key: number;
  readonly value: number;
  /** How much of the value is marked. */
  readonly marked: number;
  /** What the bar is, and what it stands for. */
  readonly title: string;
}

interface BrushHistogramProps {
  readonly label: string;
  readonly handleLabels: Readonly<Record<keyof BarSpan, string>>;
  readonly hintId: string;
  readonly bars: readonly Bar[];
  /** Nothing can be chosen: these are not the bars that were asked for. */
  readonly isBusy: boolean;
  readonly choose: (span: BarSpan) => void;
  /** Takes away what was chosen before. */
  readonly clear: () => void;
}

const ends = ["first", "last"] as const;
const height = 100;

/**
 * Bars of which a span is chosen: by dragging over them with mouse or finger, a click for a single one, or by
 * two handles that the arrow keys move, Enter and Esc.
 */
export function BrushHistogram(props: BrushHistogramProps) {
  const { label, handleLabels, hintId, bars, isBusy, choose, clear } = props;
  const plot = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState<BarSpan>();
  const [begun, setBegun] = useState<number>();
  const whole = wholeSpan(bars.length);
  const span = draft ?? whole;
  const reset = () => {
    setDraft(undefined);
    setBegun(undefined);
  };
  // What is chosen of some bars is nothing of others.
  const drawn = `${bars[0]?.key} ${bars.at(-1)?.key} ${bars.length}`;
  useEffect(reset, [drawn]);
  const placeOf = ({ clientX }: PointerEvent) => {
    const { left = 0, width = 1 } = plot.current?.getBoundingClientRect() ?? {};
    return barAt((clientX - left) / width, bars.length);
  };
  const press = (event: PointerEvent<HTMLDivElement>) => {
    if (isBusy || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    setBegun(place);
    setDraft(spanBetween(place, place));
  };
  const move = (event: PointerEvent) => {
    if (begun !== undefined) setDraft(spanBetween(begun, placeOf(event)));
  };
  const release = (event: PointerEvent) => {
    if (begun === undefined) return;
    choose(spanBetween(begun, placeOf(event)));
    setBegun(undefined);
  };
  const type = (end: keyof BarSpan) => (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && draft !== undefined && !isBusy) choose(draft);
    else if (event.key === "Escape" && draft === undefined) clear();
    else if (event.key === "Escape") reset();
    else {
      const moved = movedSpan(span, end, event.key, bars.length);
      if (moved === undefined) return;
      setDraft(isSameSpan(moved, whole) ? undefined : moved);
    }
    event.preventDefault();
  };
  const percent = (place: number) => `${(100 * place) / bars.length}%`;
  return (
    <div role="group" aria-label={label} aria-describedby={hintId} className="brush">
      <div
        ref={plot}
        className="brush-plot"
        onPointerDown={press}
        onPointerMove={move}
        onPointerUp={release}
        onPointerCancel={reset}
      >
        <Bars bars={bars} span={span} />
        {draft !== undefined && (
          <div
            className="brush-span"
            style={{ left: percent(span.first), width: percent(span.last + 1 - span.first) }}
          />
        )}
      </div>
      {ends.map((end) => (
        <div
          key={end}
          role="slider"
          tabIndex={0}
          className="brush-handle"
          aria-label={handleLabels[end]}
          aria-valuemin={0}
          aria-valuemax={whole.last}
          aria-valuenow={span[end]}
          aria-valuetext={bars[span[end]]?.title}
          aria-disabled={isBusy}
          style={{ left: percent(end === "first" ? span.first : span.last + 1) }}
          onKeyDown={type(end)}
        />
      ))}
    </div>
  );
}

/** The same is told by the handles, and by a table. */
function Bars({ bars, span }: Pick<BrushHistogramProps, "bars"> & { readonly span: BarSpan }) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  // Whatever is there can be seen.
  const heightOf = (value: number) => (value === 0 ? 0 : Math.max(2, (height * value) / most));
  return (
    <svg
      viewBox={`0 0 ${bars.length} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="brush-bars"
    >
      {bars.map(({ key, value, marked, title }, at) => {
        const isIn = at >= span.first && at <= span.last;
        const [whole, part] = [heightOf(value), heightOf(marked)];
        return (
          <g key={key} opacity={isIn ? 1 : 0.35}>
            <title>{title}</title>
            <rect x={at} y={0} width={1} height={height} fill="transparent" />
            <rect
              {...{ x: at + 0.1, y: height - whole, width: 0.8, height: whole }}
              style={{ fill: colours.bars }}
            />
            <rect
              {...{ x: at + 0.1, y: height - part, width: 0.8, height: part }}
              style={{ fill: colours.critical }}
            />
          </g>
        );
      })}
    </svg>
  );
}
