import { useSyncExternalStore } from "react";

/** A phone, upright: where Cloudscape, too, puts columns below one another. */
const narrow = matchMedia("(max-width: 688px)");

function follow(changed: () => void): () => void {
  narrow.addEventListener("change", changed);
  return () => narrow.removeEventListener("change", changed);
}

/** Whether the window has no room for the columns of a table. */
export function useNarrow(): boolean {
  return useSyncExternalStore(follow, () => narrow.matches);
}
