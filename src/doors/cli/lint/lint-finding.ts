import type { AdviceSeverity } from "../../../registry/scanning/advice/advice.ts";
import type { Instruction } from "./dockerfile.ts";
import type { LintedDockerfile } from "./linted-dockerfile.ts";

/** What a reviewer would say of a line. */
export interface LintFinding {
  /** The rule's, the same as of advice on images where both look for the same: `runs-as-root`. */
  readonly id: string;
  readonly severity: AdviceSeverity;
  readonly title: string;
  readonly reason: string;
  /** May have several lines, where it writes a Dockerfile. */
  readonly fix: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
}

/** What a rule says of an instruction. */
export interface RuleFinding extends Omit<LintFinding, "id" | "line" | "endLine"> {
  readonly at: Instruction;
}

/** One thing that is looked for in a Dockerfile. */
export interface LintRule {
  readonly id: string;
  /** For tools that list rules: a sentence without what it found. */
  readonly summary: string;
  check(dockerfile: LintedDockerfile): readonly RuleFinding[];
}
