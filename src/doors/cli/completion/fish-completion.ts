import { type CompletedCommand, type CompletedOption, quotedWord } from "./completed-commands.ts";

/** For fish 3 and later. Where it has no word to offer, fish offers files. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const known = commands.filter(({ words }) => words !== "").map(({ words }) => quotedWord(words));
  return `# Completion of entrepot in fish: entrepot completion fish > ~/.config/fish/completions/entrepot.fish
set -g __entrepot_commands ${known.join(" ")}
function __entrepot_at
    set -l at
    for word in (commandline -opc)[2..-1]
        set -l next (string join -- ' ' $at $word)
        contains -- $next $__entrepot_commands; and set -a at $word
    end
    test "$at" = "$argv[1]"
end
complete -c entrepot -e
${commands.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ words, below, options, choices }: CompletedCommand): string[] {
  const begin = `complete -c entrepot -n "__entrepot_at '${words}'"`;
  const offered = [...below, ...choices.map((name) => ({ name, meaning: "" }))];
  return [
    ...offered.map(
      ({ name, meaning }) => `${begin} -f -a ${quotedWord(name)} -d ${fishQuoted(meaning)}`,
    ),
    ...options.map((option) => `${begin} ${optionOf(option)}`),
  ];
}

function optionOf({ flag, meaning, takesValue, choices }: CompletedOption): string {
  const value =
    choices.length > 0 ? `-x -a ${quotedWord(choices.join(" "))}` : takesValue ? "-r" : "";
  return [`-l ${flag.slice(2)}`, value, `-d ${fishQuoted(meaning)}`].filter(Boolean).join(" ");
}

/** Within single quotes, fish has two escapes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
