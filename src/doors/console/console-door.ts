import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { SignInOptions } from "./session-route.ts";
import { signInRoutes } from "./sign-in.ts";
import { signOnRoutes } from "./sign-on.ts";
import type { StaticFiles } from "./static-files.ts";
import { pageHeaders, sendStatic } from "./static-reply.ts";

export interface ConsoleDoorOptions extends SignInOptions {
  /** Those of the build; empty where there is none. */
  readonly files: StaticFiles;
}

const notBuilt = `<!doctype html><html lang="en"><title>Entrepot</title><h1>The console is not built</h1>
<p>The registry serves, but its console was not built. Stop it and run <code>npm start</code>, which
builds what is missing, or <code>npm run build:console</code>.</p></html>`;

/** `/console/`: the web console's files, and signing in to it. All its data comes by the public API. */
export function consoleDoor(options: ConsoleDoorOptions): FastifyPluginCallback {
  return (app, _options, done) => {
    app.addHook("onSend", async (request, reply) => {
      reply.headers(pageHeaders);
      // Over plain HTTP browsers do not heed it, and complain.
      if (request.protocol === "https") reply.header("cross-origin-opener-policy", "same-origin");
    });
    app.route({
      method: "GET",
      url: "/console",
      handler: (_request, reply) => reply.redirect("/console/", 308),
    });
    app.route({
      method: ["GET", "HEAD"],
      url: "/console/*",
      handler: async (request, reply) => sendFile(options.files, request, reply),
    });
    signInRoutes(app, options);
    signOnRoutes(app, options);
    done();
  };
}

function sendFile(files: StaticFiles, request: FastifyRequest, reply: FastifyReply) {
  const name = (request.params as { "*": string })["*"];
  const file = files.get(name);
  if (file?.isHashed) {
    reply.header("cache-control", "public, max-age=31536000, immutable");
    return sendStatic(file, request, reply);
  }
  // A file that an older page asks for is gone; everything else is a place within the console.
  if (file === undefined && name.startsWith("assets/")) return reply.callNotFound();
  const page = file ?? files.get("index.html");
  reply.header("cache-control", "no-store");
  if (page === undefined) {
    return reply.status(503).type("text/html; charset=utf-8").send(Buffer.from(notBuilt));
  }
  return sendStatic(page, request, reply);
}
