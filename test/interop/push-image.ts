import { type Blob, mediaTypes, type TestImage } from "./image.ts";
import type { InteropRegistry } from "./registry.ts";

export interface PushTarget {
  readonly repository: string;
  /** What `aws ecr get-login-password` prints. */
  readonly password: string;
  readonly tag: string;
}

/** Pushes an image over plain HTTP as clients do, one whole blob after the other. */
export async function pushImage(
  registry: InteropRegistry,
  { repository, password, tag }: PushTarget,
  image: TestImage,
): Promise<void> {
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  const base = `${registry.url("plain HTTP")}/v2/${repository}`;
  const send = async (method: string, url: string, type: string, content?: Blob["content"]) => {
    const body = content === undefined ? {} : { body: Uint8Array.from(content) };
    const headers = { authorization, "content-type": type };
    const answer = await fetch(url, { method, headers, ...body });
    if (answer.ok) return answer;
    throw new Error(`${method} ${url} was answered ${answer.status}: ${await answer.text()}`);
  };
  const bytes = "application/octet-stream";
  for (const { digest, content } of [image.config, ...image.layers]) {
    const started = await send("POST", `${base}/blobs/uploads/`, bytes);
    const upload = new URL(started.headers.get("location") ?? "", base);
    upload.searchParams.set("digest", digest);
    await send("PUT", upload.href, bytes, content);
  }
  await send("PUT", `${base}/manifests/${tag}`, mediaTypes.manifest, image.manifest.content);
}
