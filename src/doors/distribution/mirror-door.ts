import type { FastifyPluginCallback } from "fastify";
import { DistributionDoor, serveOn } from "./distribution-door.ts";
import { MirrorFront, type MirrorFrontOptions } from "./mirror-front.ts";

/** The mirror's `/v2`, as a Fastify plugin: for an app of its own, with no other door to a registry. */
export function mirrorDoor(options: MirrorFrontOptions): FastifyPluginCallback {
  const door = new DistributionDoor(options, new MirrorFront(options));
  return (server, _options, done) => {
    // Bodies stay with the request: nobody reads them.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    serveOn(server, ["/v2", "/v2/*"], (...arrived) => door.serve(...arrived));
    done();
  };
}
