/** How sizes, times and digests are written everywhere. */
import { messages } from "../messages.ts";
import { CopyButton } from "./copy-button.tsx";

export { sizeText } from "./size-text.ts";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const steps: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** AWS JSON writes seconds. */
export function Time({ seconds }: { seconds: number | undefined }) {
  if (seconds === undefined) return <>{messages.never}</>;
  const at = new Date(seconds * 1000);
  const ago = seconds - Date.now() / 1000;
  const [unit, size] = steps.find(([, each]) => Math.abs(ago) >= each) ?? ["second", 1];
  return (
    <time dateTime={at.toISOString()} title={at.toISOString()}>
      {relative.format(Math.round(ago / size), unit)}
    </time>
  );
}

export function shortDigest(digest: string): string {
  return digest.replace(/^(sha\d+):([0-9a-f]{12}).*$/, "$1:$2");
}

/** Where the list has room for no more: twelve digits, and all of it on hover. */
export function DigestDigits({ digest }: { digest: string }) {
  return (
    <code className="one-line" title={digest}>
      {shortDigest(digest).replace(/^sha\d+:/, "")}
    </code>
  );
}

export function Digest({ digest }: { digest: string }) {
  return (
    <span className="digest" title={digest}>
      <code>{shortDigest(digest)}</code> <CopyButton text={digest} label={`Copy ${digest}`} />
    </span>
  );
}
