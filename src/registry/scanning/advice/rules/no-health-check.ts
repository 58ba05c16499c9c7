import type { ReviewRule } from "../review-rule.ts";

/** A service that hangs still runs; only a check tells. Images that serve no port have nothing to check. */
export const noHealthCheck: ReviewRule = {
  id: "no-health-check",
  review({ config }) {
    // `NONE` is somebody's decision.
    if (config.healthcheck !== undefined || config.exposedPorts.length === 0) return [];
    const [port = ""] = config.exposedPorts[0]!.split("/");
    return [
      {
        severity: "info",
        title: "The image has no health check",
        reason: `It serves port ${port}, and Docker, Compose and Swarm cannot tell whether it still answers. Kubernetes has probes of its own and does not look at it.`,
        fix: `Add one that asks the service itself: \`HEALTHCHECK --interval=30s --timeout=3s CMD wget -qO- http://localhost:${port}/healthz || exit 1\`, or say \`HEALTHCHECK NONE\`.`,
      },
    ];
  },
};
