import type { Verdict } from "../../api/reviews.ts";
import { reviews as words } from "../../messages/reviews.ts";

/** Why an image is held back, or would be. */
export function ReasonList({ reasons }: Pick<Verdict, "reasons">) {
  return (
    <>
      {reasons.map(({ gate, code, mode, sentence }) => (
        <div key={`${gate} ${code}`}>
          {gate !== undefined && <strong>{gate}: </strong>}
          <span className="long-name">{sentence}</span>
          {mode === "report" && ` (${words.onlyReported})`}
        </div>
      ))}
    </>
  );
}
