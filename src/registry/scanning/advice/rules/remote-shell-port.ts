import type { ReviewRule } from "../review-rule.ts";

const services = new Map([
  ["22", "SSH"],
  ["23", "Telnet"],
  ["2375", "Docker's API without TLS"],
  ["3389", "remote desktops"],
  ["5900", "VNC"],
]);

/** A way in beside the service itself: to be kept, patched and given keys. */
export const remoteShellPort: ReviewRule = {
  id: "remote-shell-port",
  review({ config }) {
    return config.exposedPorts.flatMap((exposed) => {
      const [port = ""] = exposed.split("/");
      const service = services.get(port);
      if (service === undefined) return [];
      return [
        {
          severity: "medium" as const,
          title: `The image serves ${service} on port ${port}`,
          reason:
            "It is a way into the container that has keys and vulnerabilities of its own, and that logs of the platform do not see.",
          fix: "Leave it out: `docker exec` and `kubectl exec` open a shell where one is needed.",
        },
      ];
    });
  },
};
