import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import type { Principal } from "../identity/principal.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";

/**
 * What a download URL stands for: one layer of one repository, in this life of it, asked for by one
 * principal. Rights are judged anew when it is used (I6).
 */
export interface DownloadClaims {
  readonly registry: Registry;
  readonly repository: { readonly id: string; readonly name: RepositoryName };
  readonly digest: Digest;
  readonly accessKeyId: string;
  /** Milliseconds since the epoch, as is the next. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const purpose = "layer-download";
// Far above any token that is minted, far below what would be work to refuse.
const tokenCharacters = 2048;

/**
 * The last segment of a download URL; it needs no further credentials for
 * `limits.downloadUrlLifeMs`. Source: ECR, GetDownloadUrlForLayer.
 */
export function mintDownloadToken(
  ports: Pick<Ports, "keys" | "clock">,
  repository: Repository,
  digest: Digest,
  principal: Principal,
): string {
  const issuedAt = ports.clock.now();
  const claims: DownloadClaims = {
    registry: repository.registry,
    repository: { id: repository.id, name: repository.name },
    digest,
    accessKeyId: principal.accessKeyId,
    issuedAt,
    expiresAt: issuedAt + limits.downloadUrlLifeMs,
  };
  return sealToken(ports.keys.secret(purpose), claims);
}

/**
 * What the token stands for, or `undefined` when this deployment did not mint it or its time is over.
 * The caller still has to find the principal, see whether it is still good for what was issued then,
 * ask `authorize`, and check that the repository of that name has the same id.
 */
export function openDownloadToken(
  ports: Pick<Ports, "keys" | "clock">,
  token: string,
): DownloadClaims | undefined {
  if (token.length > tokenCharacters) return undefined;
  const claims = openSealedToken(ports.keys.secrets(purpose), token) as DownloadClaims | undefined;
  if (claims === undefined || claims.expiresAt <= ports.clock.now()) return undefined;
  return claims;
}
