import { Argument, type Command } from "commander";
import type { CommandBuilder } from "../command-builder.ts";
import { bashCompletion } from "./bash-completion.ts";
import { completedCommands } from "./completed-commands.ts";
import { fishCompletion } from "./fish-completion.ts";
import { zshCompletion } from "./zsh-completion.ts";

const scripts = { bash: bashCompletion, fish: fishCompletion, zsh: zshCompletion };

export function addCompletionCommand(program: Command, builder: CommandBuilder): void {
  const shells = Object.keys(scripts);
  program
    .command("completion")
    .description("print a script by which a shell completes commands and options")
    .allowExcessArguments(false)
    .addArgument(new Argument("<shell>", "the shell that loads it").choices(shells))
    .addHelpText(
      "after",
      `
To load it at each start of the shell:
  bash   source <(entrepot completion bash)                  in ~/.bashrc
  zsh    source <(entrepot completion zsh)                   in ~/.zshrc, below compinit
  fish   entrepot completion fish > ~/.config/fish/completions/entrepot.fish`,
    )
    .action((shell: keyof typeof scripts) => {
      builder.terminal.out.write(scripts[shell](completedCommands(program)));
    });
}
