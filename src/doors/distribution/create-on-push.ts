import { auditError } from "../../registry/audit/audit-error.ts";
import { createOnPush } from "../../registry/creation-templates/create-on-push.ts";
import { creationAudit } from "../../registry/creation-templates/creation-audit.ts";
import { isRegistryError } from "../../registry/errors.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Pushes; and once more where the repository was not there and a template has made it. A push into a
 * repository that is there costs no more than without.
 * @throws what the push throws, and what `createOnPush` does
 */
export async function createdOnPush<T>(exchange: Exchange, push: () => Promise<T>): Promise<T> {
  try {
    return await push();
  } catch (error) {
    if (!isRegistryError(error, "RepositoryNotFound")) throw error;
    if (!(await create(exchange))) throw error;
    return push();
  }
}

/** False where no template is for it. What is made has a record of its own beside the push's. */
async function create(exchange: Exchange): Promise<boolean> {
  const { environment, registry, name, unrecorded } = exchange;
  const { ports, organization } = environment;
  const audit = creationAudit(ports, exchange, "createdOnPush");
  // The push's own record goes with the push, which is still to come.
  const recorded = { ...ports, metadata: audit.over(unrecorded) };
  try {
    const made = await createOnPush(recorded, organization, exchange, { registry, name });
    if (made?.isNew === true) audit.end();
    return made !== undefined;
  } catch (error) {
    audit.end(auditError(error));
    throw error;
  }
}
