/** Whether the server answers, as far as the last request to it tells. */
import { ApiError } from "./errors.ts";

let isLost = false;
const listeners = new Set<() => void>();

export function isConnectionLost(): boolean {
  return isLost;
}

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellConnection(lost: boolean): void {
  if (lost === isLost) return;
  isLost = lost;
  for (const listener of listeners) listener();
}

/** No answer, or one of a proxy before it, or of a server that is about to stop. */
export function isOutage(error: unknown): boolean {
  return error instanceof ApiError && [0, 502, 503, 504].includes(error.status);
}
