/** What `entrepot doctor` found out about one thing. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  /** The command that mends it. */
  readonly mend?: string;
}
