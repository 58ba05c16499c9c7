import type { Config } from "../config.ts";
import type { Ports } from "../ports/ports.ts";
import { type Organization, openOrganization } from "../registry/identity/organization.ts";

/** The organization as work in the background needs it: opened once, when it is asked for. */
export function openedOrganization(ports: Ports, config: Config): () => Promise<Organization> {
  let opened: Promise<Organization> | undefined;
  // The start has made it, where it was not there.
  return async () => {
    opened ??= openOrganization(ports, config, true);
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
}
