import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { wordsOf } from "./json-document.ts";

interface WordListInputProps {
  readonly words: readonly string[];
  readonly change: (words: readonly string[]) => void;
  readonly placeholder?: string;
}

/** Words with spaces between them; a space that is being typed stays until the next letter. */
export function WordListInput({ words, change, placeholder }: WordListInputProps) {
  const [typed, setTyped] = useState("");
  const isSame = wordsOf(typed).join(" ") === words.join(" ");
  return (
    <Input
      value={isSame ? typed : words.join(" ")}
      placeholder={placeholder ?? ""}
      spellcheck={false}
      onChange={({ detail }) => {
        setTyped(detail.value);
        change(wordsOf(detail.value));
      }}
    />
  );
}
