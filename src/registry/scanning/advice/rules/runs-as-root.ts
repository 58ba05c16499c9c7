import type { ReviewRule } from "../review-rule.ts";

/** Root in a container is root of whatever the container is let at. */
export const runsAsRoot: ReviewRule = {
  id: "runs-as-root",
  review({ config }) {
    if (!isRoot(config.user)) return [];
    const reason =
      config.user === ""
        ? "The image names no user, so that its processes are root's."
        : `The image says that its processes are those of the user \`${config.user}\`, who is root.`;
    return [
      {
        severity: "high",
        title: "The image runs as root",
        reason: `${reason} What breaks out of one of them is root on the way.`,
        fix: "Make a user, give it what it has to write to, and end the Dockerfile with it, best as a number, which Kubernetes can check: `USER 10001:10001`.",
      },
    ];
  },
};

/** `USER`, as image-spec 1.1 has it: `user`, `uid`, each with a group behind a colon. */
export function isRoot(user: string): boolean {
  const [name = ""] = user.trim().split(":");
  return name === "" || name === "root" || /^0+$/.test(name);
}
