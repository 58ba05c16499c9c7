import { type IncomingMessage, STATUS_CODES } from "node:http";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";

export interface HttpAppParts {
  readonly log: FastifyBaseLogger;
  readonly isTrustedProxy: (address: string) => boolean;
  readonly idOf: (request: IncomingMessage) => string;
  /** Told of every handler's work, which may go on when the client is gone. */
  readonly began: (outcome: Promise<unknown>) => void;
}

/** What doors are registered at: it routes, and answers what no door did. */
export function httpApp({ log, isTrustedProxy, idOf, began }: HttpAppParts): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }), // `RequestLog` does it.
    childLoggerFactory: (logger) => logger, // A child for each request costs more than it tells.
    genReqId: (request) => idOf(request as IncomingMessage),
    exposeHeadRoutes: false,
    trustProxy: isTrustedProxy,
    // A URL that cannot be decoded reaches no door.
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(400, { connection: "close", "content-length": "0" }).end();
    },
  });
  // What a door did not answer in its own way: refusals of Fastify's, and bugs.
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, requestId: request.id }, "request failed");
    reply.status(status).header("connection", "close").type("text/plain");
    return reply.send(`${STATUS_CODES[status] ?? status}\n`);
  });
  // A stop waits for handlers whose client is gone already: they keep what they received.
  app.addHook("onRoute", (route) => {
    const { handler } = route;
    route.handler = (request, reply) => {
      const outcome: unknown = handler.call(app, request, reply);
      if (outcome instanceof Promise) began(outcome);
      return outcome;
    };
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.status(404).header("connection", "close").type("text/plain").send("Not Found\n"),
  );
  return app;
}
