import { isRoot } from "../../../../registry/scanning/advice/rules/runs-as-root.ts";
import type { LintRule } from "../lint-finding.ts";
import { foreignBase } from "../linted-dockerfile.ts";

/** Bases that say of themselves that they run as somebody. */
const unprivileged = /nonroot|rootless|unprivileged|chainguard|(^|\/)bitnami\//;

/** The last USER of the image is root, or there is none and the base is not known for one. */
export const runsAsRoot: LintRule = {
  id: "runs-as-root",
  summary: "The image runs as root",
  check(linted) {
    const user = linted.inEffect("USER");
    const [first] = linted.kept;
    const base = foreignBase(first!);
    // What a variable will be, nobody can tell.
    if (user !== undefined ? !isRoot(user.text) : unprivileged.test(base ?? "")) return [];
    const reason =
      user === undefined
        ? "No USER is in it, so that its processes are root's, unless the base image says otherwise."
        : `The last USER is \`${user.text}\`.`;
    return [
      {
        at: user ?? linted.last.from,
        severity: "high",
        title: "The image runs as root",
        reason: `${reason} What breaks out of one of them is root on the way.`,
        fix: "End the last stage with a user, best as a number, which Kubernetes can check: `USER 10001:10001`; copy what it has to write to with `COPY --chown=10001:10001`.",
      },
    ];
  },
};
