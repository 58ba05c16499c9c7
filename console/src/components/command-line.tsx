import { CopyButton } from "./copy-button.tsx";

/** A command that people paste. */
export function CommandLine({ text }: { text: string }) {
  return (
    <div className="command">
      <pre>{text}</pre>
      <CopyButton text={text} label={`Copy ${text}`} />
    </div>
  );
}
