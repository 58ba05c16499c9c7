import type { LintRule } from "../lint-finding.ts";

/** A service, by its EXPOSE, without a check of whether it still answers. */
export const noHealthCheck: LintRule = {
  id: "no-health-check",
  summary: "A service has no health check",
  check(linted) {
    const exposed = linted.inEffect("EXPOSE");
    if (exposed === undefined || linted.inEffect("HEALTHCHECK") !== undefined) return [];
    const port = /^\d+/.exec(exposed.text)?.[0] ?? "<port>";
    return [
      {
        at: exposed,
        severity: "info",
        title: "The image has no health check",
        reason:
          "Docker, Compose and Swarm cannot tell whether the service still answers. Kubernetes has probes of its own and does not look at it.",
        fix: `\`HEALTHCHECK --interval=30s --timeout=3s CMD wget -qO- http://localhost:${port}/healthz || exit 1\`, or \`HEALTHCHECK NONE\`.`,
      },
    ];
  },
};
