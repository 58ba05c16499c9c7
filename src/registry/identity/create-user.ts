import type { Ports } from "../../ports/ports.ts";
import type { AccountId } from "../names.ts";
import { addEntity } from "./add-entity.ts";
import type { ResourceTag, User } from "./entity.ts";
import { holdBoundary } from "./permissions-boundary.ts";
import { newUniqueId } from "./unique-id.ts";

export interface NewUser {
  readonly account: AccountId;
  readonly name: string;
  readonly path: string;
  readonly boundary: string | undefined;
  readonly tags: readonly ResourceTag[];
}

/**
 * Makes a user that may do nothing yet and has no credentials.
 * @throws EntityAlreadyExists, LimitExceeded; NoSuchEntity and PolicyNotAttachable for its boundary
 */
export async function createUser(
  ports: Pick<Ports, "metadata" | "clock">,
  wanted: NewUser,
): Promise<User> {
  const user: User = {
    ...wanted,
    kind: "user",
    id: newUniqueId("AIDA"),
    createdAt: ports.clock.now(),
    revokedBefore: undefined,
    login: undefined,
  };
  await ports.metadata.transaction(async (change) => {
    await addEntity(change, user);
    if (user.boundary !== undefined) await holdBoundary(change, user.account, user.boundary);
  });
  return user;
}
