import type { FastifyPluginCallback } from "fastify";

export interface HealthDoorOptions {
  /** Whether requests would be served well now. */
  readonly isReady: () => Promise<boolean>;
  /** Where absent there is no `/metrics`. */
  readonly metrics?: () => Promise<{ contentType: string; text: string }>;
}

/**
 * For load balancers and monitoring, without authentication: `/healthz`, `/readyz` and `/metrics`. The
 * first two say yes or no and nothing more (D14).
 */
export function healthDoor({ isReady, metrics }: HealthDoorOptions): FastifyPluginCallback {
  return (app, _options, done) => {
    const methods = ["GET", "HEAD"];
    app.addHook("onSend", async (request, reply) => {
      // A body that nobody reads would keep the connection for as long as the client likes.
      if (!request.raw.complete) reply.header("connection", "close");
    });
    app.route({
      method: methods,
      url: "/healthz",
      handler: async (_request, reply) => reply.type("text/plain").send("ok\n"),
    });
    app.route({
      method: methods,
      url: "/readyz",
      async handler(_request, reply) {
        const ready = await isReady();
        reply.status(ready ? 200 : 503).type("text/plain");
        return reply.send(ready ? "ok\n" : "unavailable\n");
      },
    });
    if (metrics !== undefined) {
      app.route({
        method: methods,
        url: "/metrics",
        async handler(_request, reply) {
          const { contentType, text } = await metrics();
          return reply.type(contentType).send(text);
        },
      });
    }
    done();
  };
}
