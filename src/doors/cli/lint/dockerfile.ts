/** A `--name=value` between an instruction and its text; one without value has none. */
export interface InstructionFlag {
  readonly name: string;
  readonly value: string;
}

/** A here-document of an instruction. */
export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** Of its first line. */
  readonly line: number;
}

/** One instruction of a Dockerfile, on however many lines. */
export interface Instruction {
  /** In capitals; of `ONBUILD COPY`, `COPY`. */
  readonly name: string;
  readonly isOnBuild: boolean;
  /** From 1, of the file. */
  readonly line: number;
  readonly endLine: number;
  readonly flags: readonly InstructionFlag[];
  /** What follows name and flags, with lines that go on joined, and without comments. */
  readonly text: string;
  /** The exec form: `["node", "server.js"]`. */
  readonly json?: readonly string[];
  readonly heredocs: readonly Heredoc[];
  /** Rules that a comment right above it turns off here. */
  readonly ignored: ReadonlySet<string>;
}

/** From one FROM to the next. */
export interface Stage {
  readonly index: number;
  /** `FROM … AS name` */
  readonly name?: string;
  readonly from: Instruction;
  /** As FROM names it, with values of ARG put in; absent where one has none. */
  readonly base?: string;
  /** The earlier stage that it goes on from. */
  readonly baseStage?: Stage;
  /** After FROM. */
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly instructions: readonly Instruction[];
  /** At least one. */
  readonly stages: readonly Stage[];
}

/** A Dockerfile that no builder would take; the message is one sentence. */
export class DockerfileError extends Error {
  override readonly name = "DockerfileError";
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The last value of a flag, if it is given. */
export function flagOf({ flags }: Instruction, name: string): string | undefined {
  return flags.findLast((flag) => flag.name === name)?.value;
}
