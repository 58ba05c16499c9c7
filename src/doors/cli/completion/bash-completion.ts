import { type CompletedCommand, quotedWord } from "./completed-commands.ts";

/** For bash 4 and later; needs nothing else. Where it has no word to offer, bash offers files. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const known = commands.filter(({ words }) => words !== "").map(({ words }) => quotedWord(words));
  return `# Completion of entrepot in bash: source <(entrepot completion bash)
_entrepot() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local at="" word words="" values="" offered=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in
      ${known.join(" | ")}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${commands.map(bashCase).join("\n")}
  esac
  case " $values " in
    *" $previous "*) words="" ;;
    *) case "$current" in -*) ;; *) words="$offered" ;; esac ;;
  esac
  case "$at $previous" in
${commands.flatMap(choiceCases).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _entrepot entrepot
`;
}

/** `words` are the options, `offered` what else may stand there, `values` the options with a value. */
function bashCase({ words, below, options, choices }: CompletedCommand): string {
  const flags = options.map(({ flag }) => flag).join(" ");
  const values = options.flatMap(({ flag, takesValue }) => (takesValue ? flag : [])).join(" ");
  const offered = [...below.map(({ name }) => name), ...choices].join(" ");
  return `    ${quotedWord(words)}) words="${flags}" values="${values}" offered="${offered}" ;;`;
}

function choiceCases({ words, options }: CompletedCommand): string[] {
  return options.flatMap(({ flag, choices }) =>
    choices.length === 0
      ? []
      : `    ${quotedWord(`${words} ${flag}`)}) words="${choices.join(" ")}" ;;`,
  );
}
