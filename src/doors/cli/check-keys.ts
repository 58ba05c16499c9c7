import type { Check } from "./check.ts";
import { CommandError } from "./client.ts";
import type { Server } from "./server.ts";
import { quoted } from "./welcome.ts";

/** Repositories that are named; of more it is told how many. */
const mostNamed = 5;
/** Repositories that are looked at for one that is sealed otherwise than the others. */
const mostLookedAt = 1_000;

/**
 * Whether the keys of KMS that seal repositories can be used for them, and whether some repositories are
 * not under such a key. Nothing where the caller may not ask.
 */
export async function checkKeys(server: Server): Promise<Check[]> {
  try {
    const keys = await server.all("entrepot:ListRepositoryKeys", "keys", {});
    if (keys.length === 0) return [];
    const broken = keys.filter(({ status }) => status === "BROKEN");
    const checks: Check[] = broken.map(({ kmsKey, reason, brokenRepositories }) => ({
      name: "key",
      status: "fail",
      detail: `${kmsKey} shuts ${named(brokenRepositories)}: ${reason}`,
      mend: mendOf(kmsKey, reason ?? ""),
    }));
    if (broken.length === 0) {
      const detail = `${keys.length} KMS keys seal repositories, and each can be used for its own`;
      checks.push({ name: "keys", status: "ok", detail });
    }
    return [...checks, ...(await checkUnlike(server))];
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}

/** The first command that helps; keys.md has the rest. */
function mendOf(kmsKey: string, reason: string): string {
  const key = quoted(kmsKey);
  if (reason.includes("pending deletion")) {
    return `aws kms cancel-key-deletion --key-id ${key} && aws kms enable-key --key-id ${key}`;
  }
  if (reason.includes("disabled")) return `aws kms enable-key --key-id ${key}`;
  if (reason.includes("does not exist")) return "restore a backup from before the key was deleted";
  return `aws kms get-key-policy --key-id ${key}   (or grant it again: docs/operations/keys.md)`;
}

/** A repository that was made without the key that the others have: that is final, so it is told of. */
async function checkUnlike(server: Server): Promise<Check[]> {
  const { repositories = [] } = await server.call("ecr:DescribeRepositories", {
    maxResults: mostLookedAt,
  });
  const unlike = repositories.filter(
    ({ encryptionConfiguration }) => encryptionConfiguration?.encryptionType === "AES256",
  );
  if (unlike.length === 0) return [];
  const names = unlike.map(({ repositoryName }) => repositoryName ?? "");
  const detail = `under no KMS key, unlike other repositories: ${named(names)}`;
  const mend = "npx entrepot rekey <repository> --to <key>   (docs/operations/rekey.md)";
  return [{ name: "encryption", status: "warn", detail, mend }];
}

function named(names: readonly string[]): string {
  const first = names.slice(0, mostNamed).join(", ");
  const more = names.length - mostNamed;
  return more > 0 ? `${first} and ${more} more` : first;
}
