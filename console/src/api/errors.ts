/** What the server refused, or what kept a request from it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** As the API names it, `RepositoryNotFoundException`. */
  readonly code: string;
  readonly status: number;
  readonly requestId: string;

  constructor(code: string, message: string, status: number, requestId: string) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
  }
}

/** The server did not answer at all. */
export const unreachable = "Unreachable";

export async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("x-amzn-requestid") ?? "";
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const told = body.__type ?? body.code ?? response.headers.get("x-amzn-errortype") ?? "";
  const code = String(told).split(/[#:]/).at(-1) || `HTTP ${response.status}`;
  const message = String(body.message ?? body.Message ?? response.statusText);
  return new ApiError(code, message, response.status, String(body.requestId ?? requestId));
}
