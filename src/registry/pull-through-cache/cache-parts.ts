import type { Ports } from "../../ports/ports.ts";
import type { Deployment } from "../deployment.ts";
import type { Organization } from "../identity/organization.ts";

/** What fetching needs: the deployment's own ports, in nobody's name. */
export interface CacheParts {
  readonly ports: Ports;
  readonly organization: Organization;
  readonly deployment: Pick<
    Deployment,
    "domain" | "peerAccounts" | "peers" | "regions" | "upstreams"
  >;
}
