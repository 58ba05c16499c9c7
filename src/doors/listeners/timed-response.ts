import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from "node:http";

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** An answer that knows when its head went out. */
export class TimedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  /** By `performance.now()`; `undefined` while nothing was sent. */
  headAt: number | undefined;

  // Node itself calls this for a head that nobody wrote.
  override writeHead(status: number, reason?: string, headers?: Headers): this;
  override writeHead(status: number, headers?: Headers): this;
  override writeHead(status: number, second?: string | Headers, headers?: Headers): this {
    this.headAt ??= performance.now();
    if (typeof second === "string" || headers !== undefined) {
      return super.writeHead(status, typeof second === "string" ? second : undefined, headers);
    }
    return super.writeHead(status, second);
  }
}

/** When its head went out, as far as that is known. */
export function headAt(response: ServerResponse): number | undefined {
  return response instanceof TimedResponse ? response.headAt : undefined;
}
