import "./replication-map.css";
import { currentRegion } from "../../api/call.ts";
import type { Standing } from "../../api/replication.ts";
import { replication as words } from "../../messages/replication.ts";
import { useSession } from "../../session-context.tsx";
import { conditionOf, conditionText, nameOf } from "./destinations.ts";

const [width, rowHeight, nodeWidth, nodeHeight] = [800, 72, 230, 52];
const [left, right] = [10, width - nodeWidth - 10];

interface ReplicationMapProps {
  readonly destinations: readonly Standing[];
  readonly chosen: Standing | undefined;
  readonly choose: (name: string) => void;
}

/** This registry and where it copies to. Each destination can be reached and chosen by the keyboard. */
export function ReplicationMap({ destinations, chosen, choose }: ReplicationMapProps) {
  const session = useSession();
  const account = session.kind === "in" ? session.who.account : "";
  const height = destinations.length * rowHeight;
  const middle = height / 2;
  return (
    <div className="replication-map">
      <svg viewBox={`0 0 ${width} ${height}`} role="group" aria-label={words.map}>
        {destinations.map((each, index) => (
          <path
            key={nameOf(each)}
            className={`edge ${conditionOf(each)}`}
            d={edge(middle, rowHeight * (index + 0.5))}
          />
        ))}
        <g className="node here" role="img" aria-label={words.here(currentRegion(), account)}>
          <rect x={left} y={middle - nodeHeight / 2} width={nodeWidth} height={nodeHeight} rx={8} />
          <text x={left + 12} y={middle - 4}>
            {words.hereShort}
          </text>
          <text x={left + 12} y={middle + 16}>
            {currentRegion()}
          </text>
        </g>
        {destinations.map((each, index) => (
          <DestinationNode
            key={nameOf(each)}
            destination={each}
            y={rowHeight * (index + 0.5)}
            isChosen={each === chosen}
            choose={choose}
          />
        ))}
      </svg>
    </div>
  );
}

/** From this registry's right side to a destination's left one. */
function edge(from: number, to: number): string {
  const [start, end] = [left + nodeWidth, right];
  const between = (start + end) / 2;
  return `M ${start} ${from} C ${between} ${from}, ${between} ${to}, ${end} ${to}`;
}

interface DestinationNodeProps {
  readonly destination: Standing;
  readonly y: number;
  readonly isChosen: boolean;
  readonly choose: (name: string) => void;
}

function DestinationNode({ destination, y, isChosen, choose }: DestinationNodeProps) {
  const name = nameOf(destination);
  const label = `${name} ${conditionText(destination)}`;
  const condition = conditionOf(destination);
  return (
    <g
      role="button"
      tabIndex={0}
      aria-label={label}
      aria-pressed={isChosen}
      className={`node ${condition}${isChosen ? " chosen" : ""}`}
      onClick={() => choose(name)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(name);
      }}
    >
      <rect x={right} y={y - nodeHeight / 2} width={nodeWidth} height={nodeHeight} rx={8} />
      <text x={right + 12} y={y - 4}>
        {name}
      </text>{" "}
      <text x={right + 12} y={y + 16}>
        {conditionText(destination)}
      </text>
    </g>
  );
}
