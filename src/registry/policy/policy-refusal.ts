import type { PolicyFailure } from "./policy-document.ts";

/** Stops the reading of a policy that is none. Never leaves this folder: `parsePolicy` catches it. */
export class PolicyRefusal extends Error {
  readonly fault: PolicyFailure["fault"];
  readonly path: string;
  readonly detail: string | undefined;

  constructor(fault: PolicyFailure["fault"], sentence: string, path: string, detail?: string) {
    super(sentence);
    this.fault = fault;
    this.path = path;
    this.detail = detail;
  }
}

/** IAM's sentence for all that is not even the grammar of a permissions policy. */
export const syntaxErrors = "Syntax errors in policy.";
/** IAM's sentence for what its older parser refuses. */
export const legacyParsing = "The policy failed legacy parsing";
