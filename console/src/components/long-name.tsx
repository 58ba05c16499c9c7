import type { ReactNode } from "react";

/** Where a name is broken first: behind a slash or colon, between the words of `GetDownloadUrl` and `org.apache`. */
const joints = /(?<=[/:])|(?<=[a-z])(?=[A-Z])|(?<=[a-z]\.)(?=[a-z])/;

/**
 * A name without blanks that may be longer than its column goes on in the next line. Its column needs a
 * `minWidth`: the name itself asks for no room.
 */
export function LongName({ children }: { children: string | undefined }) {
  const parts = (children ?? "").split(joints);
  return <span className="long-name">{parts.map(withBreak)}</span>;
}

function withBreak(part: string, at: number): ReactNode {
  if (at === 0) return part;
  return [<wbr key={at} />, part];
}
