/** The mirror of other registries, as an app of its own: no route of it leads to anything else. */
import { mirrorDoor } from "../doors/distribution/mirror-door.ts";
import type { MirrorFrontOptions } from "../doors/distribution/mirror-front.ts";
import { type HealthDoorOptions, healthDoor } from "../doors/health/health-door.ts";
import { type HttpAppParts, httpApp } from "../doors/listeners/http-app.ts";

export async function mirrorApp(
  parts: HttpAppParts,
  options: MirrorFrontOptions &
    Pick<Required<MirrorFrontOptions>, "connectionOf"> &
    Pick<HealthDoorOptions, "isReady">,
): Promise<ReturnType<typeof httpApp>> {
  const app = httpApp(parts);
  await app.register(mirrorDoor(options));
  await app.register(healthDoor({ isReady: options.isReady }));
  await app.ready();
  return app;
}
