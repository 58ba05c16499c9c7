import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Organization } from "../identity/organization.ts";
import { createRepository } from "../repositories/create-repository.ts";
import { findRepository } from "../repositories/find-repository.ts";
import {
  createByTemplate,
  type MadeRepository,
  type MissingRepository,
} from "./create-by-template.ts";

/**
 * Makes the repository as the template for it says, and with ECR's defaults where none is for it: for
 * what makes repositories with or without templates. Source: ECR, "Repository creation templates".
 * @param allowed rejects where whoever needs it may not have it made without a template
 * @throws what `createByTemplate` and `allowed` throw
 */
export async function createUnasked(
  ports: Ports,
  organization: Organization,
  missing: MissingRepository,
  allowed: () => Promise<void>,
): Promise<MadeRepository> {
  const { registry, name } = missing;
  const made = await createByTemplate(ports, organization, missing);
  if (made !== undefined) return made;
  await allowed();
  try {
    const repository = await createRepository(ports, {
      ...{ registry, name, scanOnPush: false },
      ...{ tagMutability: { mode: "MUTABLE", exclusionFilters: [] } },
      ...{ encryption: { type: "AES256" }, resourceTags: new Map() },
    });
    return { repository, isNew: true };
  } catch (error) {
    if (!isRegistryError(error, "RepositoryAlreadyExists")) throw error;
    return { repository: await findRepository(ports, registry, name), isNew: false };
  }
}
