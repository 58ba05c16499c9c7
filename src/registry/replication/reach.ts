import type { PeerRegistries } from "../../ports/peer-registry.ts";
import type { Deployment } from "../deployment.ts";
import type { Organization } from "../identity/organization.ts";

/** Where copies can go. */
export interface Reach {
  readonly regions: Deployment["regions"];
  readonly peers: PeerRegistries;
  /** Whose images each peer takes. */
  readonly peerAccounts: NonNullable<Deployment["peerAccounts"]>;
  /** Who is trusted where a template makes a repository. */
  readonly organization: () => Promise<Organization>;
  /** How long can be undone what is deleted because it was elsewhere. */
  readonly trashMs: number;
}
