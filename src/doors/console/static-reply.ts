import type { FastifyReply, FastifyRequest } from "fastify";
import type { StaticFile } from "./static-files.ts";

/** No script or style but the page's own files, and in nobody's frame (D17). */
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Of every answer below a page. */
export const pageHeaders = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** In the encoding that the client takes. */
export function sendStatic(file: StaticFile, request: FastifyRequest, reply: FastifyReply) {
  reply.header("vary", "accept-encoding").type(file.type);
  const accepted = request.headers["accept-encoding"] ?? "";
  if (file.br !== undefined && /\bbr\b/.test(String(accepted))) {
    return reply.header("content-encoding", "br").send(file.br);
  }
  if (file.gzip !== undefined && /\bgzip\b/.test(String(accepted))) {
    return reply.header("content-encoding", "gzip").send(file.gzip);
  }
  return reply.send(file.plain);
}
