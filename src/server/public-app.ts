/** The public registry, as an app of its own: no route of it leads to anything private. */
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { galleryPageDoor } from "../doors/console/gallery-page-door.ts";
import { readStaticFiles } from "../doors/console/static-files.ts";
import { publicDoor } from "../doors/distribution/public-door.ts";
import type { PublicFrontOptions } from "../doors/distribution/public-front.ts";
import { galleryDoor } from "../doors/gallery/gallery-door.ts";
import { type HealthDoorOptions, healthDoor } from "../doors/health/health-door.ts";
import { type HttpAppParts, httpApp } from "../doors/listeners/http-app.ts";
import { type Deployment, publicHost } from "../registry/deployment.ts";

/** The gallery's page as its build made it; empty where it was not built. */
const builtGallery = join(import.meta.dirname, "..", "..", "console", "dist", "gallery");

export async function publicApp(
  parts: HttpAppParts,
  options: PublicFrontOptions &
    Pick<Required<PublicFrontOptions>, "connectionOf"> &
    Pick<HealthDoorOptions, "isReady">,
): Promise<ReturnType<typeof httpApp>> {
  const app = httpApp(parts);
  await app.register(publicDoor(options));
  await app.register(galleryDoor(options));
  await app.register(galleryPageDoor(readStaticFiles(builtGallery)));
  // For load balancers in front of the public port; what is measured is the operator's alone.
  await app.register(healthDoor({ isReady: options.isReady }));
  await app.ready();
  return app;
}

/** Whether the client has named the public registry's host, at whichever port. */
export function namesPublicHost(
  deployment: Pick<Deployment, "domain">,
  { headers: { host = "" } }: IncomingMessage,
): boolean {
  // Most requests are for another one, and end here.
  if (host.length < 7 || host.slice(0, 7).toLowerCase() !== "public.") return false;
  return host.replace(/:\d+$/, "").toLowerCase() === publicHost(deployment);
}
