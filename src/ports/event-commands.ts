/** Programs that the operator lets rules start. Nobody else names one. */
export interface EventCommands {
  /** Their names. */
  readonly names: ReadonlySet<string>;
  /**
   * Runs the program with the text on its standard input, in an environment of nothing but PATH, and
   * resolves to how it ended: within its bounds of time and output, whatever it does. `undefined`, at
   * once, where as many run as may: nothing was started.
   */
  run(name: string, input: string, signal: AbortSignal): Promise<CommandEnd | undefined>;
}

export type CommandEnd =
  | { readonly ok: true }
  /** What went wrong, for whoever owns the rule; and the end of what the program said, for the operator. */
  | { readonly ok: false; readonly reason: string; readonly said: string };
