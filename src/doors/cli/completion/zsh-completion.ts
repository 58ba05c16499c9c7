import { type CompletedCommand, quotedWord } from "./completed-commands.ts";

/** For zsh with compinit. Where it has no word to offer, zsh offers files. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const known = commands.filter(({ words }) => words !== "").map(({ words }) => quotedWord(words));
  return `#compdef entrepot
# Completion of entrepot in zsh: source <(entrepot completion zsh)
_entrepot() {
  local at="" word previous="\${words[CURRENT-1]}"
  local -a offered flags values
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
      (${known.join("|")}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${commands.map(zshCase).join("\n")}
  esac
  case "$at $previous" in
${commands.flatMap(choiceCases).join("\n")}
  esac
  if (( \${values[(Ie)$previous]} )); then _files
  elif [[ "$PREFIX" == -* ]]; then _describe -o option flags
  elif (( \${#offered} )); then _describe command offered
  else _files; fi
}
compdef _entrepot entrepot
`;
}

function zshCase({ words, below, options, choices }: CompletedCommand): string {
  const offered = [
    ...below.map(({ name, meaning }) => described(name, meaning)),
    ...choices.map(quotedWord),
  ];
  const flags = options.map(({ flag, meaning }) => described(flag, meaning));
  const values = options.flatMap(({ flag, takesValue }) => (takesValue ? flag : []));
  const lists = { offered, flags, values };
  const set = Object.entries(lists).map(([name, list]) => `${name}=(${list.join(" ")})`);
  return `    (${quotedWord(words)}) ${set.join("; ")} ;;`;
}

function choiceCases({ words, options }: CompletedCommand): string[] {
  return options.flatMap(({ flag, choices }) =>
    choices.length === 0
      ? []
      : `    (${quotedWord(`${words} ${flag}`)}) compadd -- ${choices.join(" ")}; return ;;`,
  );
}

/** What stands before the first colon is the word. */
function described(word: string, meaning: string): string {
  return quotedWord(`${word.replaceAll(":", "\\:")}:${meaning}`);
}
