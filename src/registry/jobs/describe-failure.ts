import { limits } from "../limits.ts";

/**
 * How an attempt failed, for whoever looks at the job: the error's own sentence and nothing of what
 * lies behind it. Of a URL, what may be a password or a signature is left out.
 */
export function describeFailure(error: unknown): string {
  const message = error instanceof Error && error.message !== "" ? error.message : "It failed";
  return message
    .replace(/(:\/\/)[^/\s@]*@/g, "$1…@")
    .replace(/(:\/\/[^\s?"'<>]*)\?[^\s"'<>]*/g, "$1?…")
    .slice(0, limits.jobErrorCharacters);
}
