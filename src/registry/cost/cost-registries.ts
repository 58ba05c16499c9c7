import type { Ports } from "../../ports/ports.ts";
import type { AccountId, Region, Registry } from "../names.ts";
import { costLimits } from "./cost-limits.ts";

/** Registries that may cost something: of one account, or of all, by account and region. */
export async function costRegistries(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId | undefined,
): Promise<readonly Registry[]> {
  const limit = costLimits.registriesAtOnce;
  const found: Registry[] = [];
  let after: Registry | undefined =
    account === undefined ? undefined : { account, region: "" as Region };
  while (found.length < costLimits.registries) {
    const page: readonly Registry[] = await metadata.costs.registries({ after, limit });
    const wanted = page.filter((each) => account === undefined || each.account === account);
    found.push(...wanted);
    after = page.at(-1);
    if (page.length < limit || wanted.length < page.length) break;
  }
  return found;
}
