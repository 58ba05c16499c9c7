import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { messages } from "../messages.ts";
import { copyText } from "./copy-text.ts";

/** Says whether it could copy. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [told, setTold] = useState("");
  const copy = async () => {
    const done = await copyText(text);
    setTold(done ? messages.copied : messages.copyFailed);
    setTimeout(() => setTold(""), 2_000);
  };
  return (
    <span>
      <Button variant="inline-icon" iconName="copy" ariaLabel={label} onClick={copy} />
      <output aria-live="polite">{told}</output>
    </span>
  );
}
