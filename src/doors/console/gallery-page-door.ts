import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { StaticFiles } from "./static-files.ts";
import { pageHeaders, sendStatic } from "./static-reply.ts";

/**
 * `/gallery` and all below it: the public gallery's page, for everybody. All that it shows comes from
 * `/gallery-api/`. Without a build there is no such page.
 */
export function galleryPageDoor(files: StaticFiles): FastifyPluginCallback {
  return (app, _options, done) => {
    const page = (request: FastifyRequest, reply: FastifyReply) => {
      const found = files.get("index.html");
      if (found === undefined) return reply.callNotFound();
      return sendStatic(
        found,
        request,
        reply.headers(pageHeaders).header("cache-control", "no-cache"),
      );
    };
    for (const url of ["/gallery", "/gallery/*"]) {
      app.route({ method: ["GET", "HEAD"], url, handler: async (...asked) => page(...asked) });
    }
    app.route({
      method: ["GET", "HEAD"],
      url: "/gallery-assets/*",
      handler: async (request, reply) => {
        const file = files.get((request.params as { "*": string })["*"]);
        if (!file?.isHashed) return reply.callNotFound();
        reply.headers(pageHeaders).header("cache-control", "public, max-age=31536000, immutable");
        return sendStatic(file, request, reply);
      },
    });
    done();
  };
}
