/**
 * containerd at its Unix socket: two calls of its gRPC API, which are one HTTP/2 request each, and as
 * much of protobuf as their messages need. Sources: containerd, `api/services/containers/v1/
 * containers.proto`, `api/services/images/v1/images.proto`, `api/types/descriptor.proto`; gRPC, "gRPC
 * over HTTP2"; Protocol Buffers, "Encoding".
 */
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import type { ContainerRuntime, RunningImage } from "../../ports/container-runtime.ts";
import { parseImageReference } from "../../registry/images-in-use/image-reference.ts";
import { limits } from "../../registry/limits.ts";

const containersList = "/containerd.services.containers.v1.Containers/List";
const imagesList = "/containerd.services.images.v1.Images/List";

/** `ListContainersResponse.containers`, `ListImagesResponse.images`. */
const listed = 1;
/** `Container.image`: the name of its image when it was made. */
const containerImage = 3;
/** `Image.name` and `Image.target`. */
const imageName = 1;
const imageTarget = 3;
/** `Descriptor.digest`. */
const descriptorDigest = 2;

/** One namespace of a containerd. Kubernetes has its containers in `k8s.io`. */
export class ContainerdRuntime implements ContainerRuntime {
  readonly name: string;
  readonly #socket: string;
  readonly #namespace: string;
  readonly #timeoutMs: number;

  constructor(socket: string, namespace: string, timeoutMs: number = limits.runtimeTimeoutMs) {
    this.#timeoutMs = timeoutMs;
    this.name = `containerd at ${socket}, namespace ${namespace}`;
    this.#socket = socket;
    this.#namespace = namespace;
  }

  /** Of every container that is there: one that has ended may be started again. */
  async runningImages(): Promise<readonly RunningImage[]> {
    const session = connectHttp2("http://localhost", {
      createConnection: () => connect(this.#socket),
    });
    try {
      const broken = new Promise<never>((_, reject) => session.on("error", reject));
      const asked = async () => ({
        containers: await this.#list(session, containersList),
        images: await this.#list(session, imagesList),
      });
      const { containers, images } = await Promise.race([asked(), broken]);
      return runningOf(containers, images);
    } finally {
      session.destroy();
    }
  }

  /** The encoded items of the answer. */
  async #list(session: ClientHttp2Session, path: string): Promise<Buffer[]> {
    const answer = await this.#call(session, path);
    const items = fieldsOf(answer).filter(({ number }) => number === listed);
    if (items.length > limits.runtimeContainers) {
      throw new Error(`it has more than ${limits.runtimeContainers} containers or images`);
    }
    return items.map(({ bytes }) => bytes);
  }

  /** One unary call with an empty message, which asks for everything. */
  #call(session: ClientHttp2Session, path: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(this.#timeoutMs);
      const head = {
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
        "containerd-namespace": this.#namespace,
      };
      const stream = session.request(head, { signal });
      let status: string | undefined;
      let message = "";
      // A call that fails at once has its status in the head.
      for (const event of ["response", "trailers"] as const) {
        stream.on(event, (headers) => {
          status = headers["grpc-status"]?.toString() ?? status;
          message = headers["grpc-message"]?.toString() ?? message;
        });
      }
      const pieces: Buffer[] = [];
      let bytes = 0;
      stream.on("data", (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > limits.runtimeReplyBytes) stream.destroy(new Error("it answers too much"));
        else pieces.push(piece);
      });
      stream.on("error", (error) => {
        reject(signal.aborted ? new Error("it does not answer in time") : error);
      });
      stream.on("end", () => {
        if (status !== "0") return reject(new Error(refusal(status, message)));
        try {
          resolve(messageOf(Buffer.concat(pieces)));
        } catch (error) {
          reject(error);
        }
      });
      stream.end(Buffer.alloc(framePrefixBytes));
    });
  }
}

function refusal(status: string | undefined, message: string): string {
  if (status === undefined) return "it does not speak like containerd";
  return `it refuses with gRPC status ${status}${message === "" ? "" : `: ${message}`}`;
}

/**
 * A container knows its image by a name, the name leads to what was pulled, and that has other names,
 * under which it may have come from elsewhere. Where the name is no more, it may tell the digest itself.
 */
function runningOf(containers: readonly Buffer[], images: readonly Buffer[]): RunningImage[] {
  const digests = new Map<string, string>();
  const names = new Map<string, string[]>();
  for (const image of images) {
    const name = textOf(image, imageName);
    const target = fieldsOf(image).find(({ number }) => number === imageTarget);
    const digest = target === undefined ? "" : textOf(target.bytes, descriptorDigest);
    digests.set(name, digest);
    names.set(digest, [...(names.get(digest) ?? []), name]);
  }
  const used = new Set(containers.map((container) => textOf(container, containerImage)));
  return [...used].flatMap((name) => {
    const digest = digests.get(name) ?? parseImageReference(name).digest;
    if (digest === undefined) return [];
    const known = names.get(digest) ?? [name];
    return known.map((each) => ({ repository: parseImageReference(each).repository, digest }));
  });
}

/** gRPC: a byte that says whether it is compressed, and the length of the message. */
const framePrefixBytes = 5;

/** @throws when it is not one message, as it is */
function messageOf(frame: Buffer): Buffer {
  const isWhole =
    frame.length >= framePrefixBytes &&
    frame.readUInt8(0) === 0 &&
    frame.readUInt32BE(1) === frame.length - framePrefixBytes;
  if (!isWhole) throw malformed();
  return frame.subarray(framePrefixBytes);
}

interface Field {
  readonly number: number;
  /** Of texts and messages; empty for numbers, which nothing here asks for. */
  readonly bytes: Buffer;
}

const wireTypes = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/** The fields of a message in their order. @throws when it is none */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let position = 0;
  while (position < message.length) {
    const tag = readVarint(message, position);
    const [number, type] = [Math.floor(tag.value / 8), tag.value % 8];
    const { start, end } = extent(message, type, tag.end);
    if (end > message.length) throw malformed();
    const isBytes = type === wireTypes.lengthDelimited;
    fields.push({ number, bytes: isBytes ? message.subarray(start, end) : Buffer.alloc(0) });
    position = end;
  }
  return fields;
}

/** Where the value of a field lies. */
function extent(message: Buffer, type: number, start: number): { start: number; end: number } {
  switch (type) {
    case wireTypes.varint:
      return { start, end: readVarint(message, start).end };
    case wireTypes.fixed64:
      return { start, end: start + 8 };
    case wireTypes.fixed32:
      return { start, end: start + 4 };
    case wireTypes.lengthDelimited: {
      const length = readVarint(message, start);
      return { start: length.end, end: length.end + length.value };
    }
    default:
      throw malformed();
  }
}

const longestVarint = 10;

/** Exact for what tags and lengths can be; larger numbers are only passed over. */
function readVarint(message: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < longestVarint; index++) {
    const byte = message[start + index];
    if (byte === undefined) throw malformed();
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw malformed();
}

/** The last one of that number counts, as protobuf has it; "" where there is none. */
function textOf(message: Buffer, number: number): string {
  const field = fieldsOf(message).findLast((each) => each.number === number);
  return field?.bytes.toString() ?? "";
}

function malformed(): Error {
  return new Error("it does not speak like containerd");
}
