/** What is asked of a deployment with many images, one request at a time. */
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../src/registry/sha256.ts";
import { type Answer, Connection, type Request } from "../connection.ts";
import { manifestOf, RegistryClient, randomBlob } from "../registry-client.ts";
import { type KnownImage, tagOf } from "./fill.ts";
import type { Filled } from "./stores.ts";

/** What the clock sees. Rejects when the answer is not the right one. */
export type Timed = () => Promise<void>;

export interface Question {
  readonly title: string;
  /** Requests, or pushes, of one round. */
  readonly perRound: number;
  /** Everything that the clock does not see. @param index counts through all rounds */
  prepare(site: Site, index: number): Promise<Timed>;
}

const page = 100;
/** Places in the largest repository at which a listing is continued. */
const depths = 50;
/** Images that are pulled again and again. */
const pulledAgain = 100;
const smallLayerBytes = 8 * 1024;

/** One filled deployment and a client's two connections to it. */
export class Site {
  readonly filled: Filled;
  readonly #connection: Connection;
  readonly #registry: RegistryClient;
  readonly #signer: SignatureV4;
  readonly #host: string;
  readonly #tokens = new Map<string, readonly string[]>();

  constructor(filled: Filled) {
    const { target, accessKeyId, secretAccessKey } = filled;
    this.filled = filled;
    this.#host = `${target.host}:${target.port}`;
    this.#connection = new Connection(target);
    this.#registry = new RegistryClient(target);
    const credentials = { accessKeyId, secretAccessKey };
    const scope = { service: "ecr", region: "us-east-1" };
    this.#signer = new SignatureV4({ ...scope, credentials, sha256: Sha256 });
  }

  get registry(): RegistryClient {
    return this.#registry;
  }

  close(): void {
    this.#connection.close();
    this.#registry.close();
  }

  /** An operation of ECR, signed already. */
  async operation(name: string, input: object): Promise<(asked?: Request) => Promise<Answer>> {
    const body = Buffer.from(JSON.stringify(input));
    const unsigned = new HttpRequest({
      method: "POST",
      protocol: "http:",
      hostname: this.filled.target.host,
      path: "/",
      headers: {
        host: this.#host,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AmazonEC2ContainerRegistry_V20150921.${name}`,
      },
      body,
    });
    const { host, authorization, ...others } = (await this.#signer.sign(unsigned)).headers;
    const headers = { ...others, Host: host!, Authorization: authorization! };
    return (asked) => this.#connection.request("POST", "/", { ...asked, headers, body });
  }

  get(path: string): Promise<Answer> {
    return this.#connection.request("GET", path);
  }

  /** Tokens that continue a listing of the largest repository at places all over it. */
  async tokens(name: string, input: object): Promise<readonly string[]> {
    const known = this.#tokens.get(name);
    if (known !== undefined) return known;
    const beforeLast = this.filled.known.largest.images - page;
    const maxResults = Math.min(1_000, Math.floor(beforeLast / depths));
    const tokens: string[] = [];
    while ((tokens.length + 1) * maxResults <= beforeLast) {
      const rest = tokens.length === 0 ? {} : { nextToken: tokens.at(-1) };
      const ask = await this.operation(name, { ...input, maxResults, ...rest });
      const pieces: Uint8Array[] = [];
      await ask({ onBody: (piece) => pieces.push(Uint8Array.from(piece)) });
      const token = /"nextToken":"([^"]+)"/.exec(Buffer.concat(pieces).toString())?.[1];
      if (token === undefined) throw new Error(`${name} ended after ${tokens.length} pages`);
      tokens.push(token);
    }
    this.#tokens.set(name, tokens);
    return tokens;
  }
}

/** An operation of ECR whose answer names so many images. */
function asks(
  title: string,
  name: string,
  images: number,
  inputOf: (site: Site, index: number) => object | Promise<object>,
): Question {
  return {
    title,
    perRound: 300,
    async prepare(site, index) {
      const ask = await site.operation(name, await inputOf(site, index));
      return async () => require(await ask(), name, "imageDigest", images);
    },
  };
}

/** A GET on `/v2/` whose answer has `word` so many times. */
function gets(
  title: string,
  word: string,
  times: number,
  pathOf: (site: Site, index: number) => string,
): Question {
  return {
    title,
    perRound: 300,
    async prepare(site, index) {
      const path = pathOf(site, index);
      return async () => require(await site.get(path), path, word, times);
    },
  };
}

function require(answer: Answer, what: string, word: string, times: number): void {
  const found = answer.text.split(`"${word}`).length - 1;
  if (answer.status === 200 && found === times) return;
  throw new Error(`${what} answered ${answer.status}, with ${found} "${word}": ${answer.text}`);
}

const ofLargest = ({ filled }: Site) => ({
  repositoryName: filled.known.largest.repository,
  maxResults: page,
});
const tagged = { filter: { tagStatus: "TAGGED" } };

async function deep(site: Site, index: number, name: string, input: object): Promise<object> {
  const all = { repositoryName: site.filled.known.largest.repository, ...input };
  const tokens = await site.tokens(name, all);
  return { ...ofLargest(site), ...input, nextToken: tokens[(index * 7) % tokens.length] };
}

/** Those that are pulled again and again come first, the others are pulled at most once. */
function known(site: Site, index: number): KnownImage {
  const { images } = site.filled.known;
  return images[index % images.length]!;
}

function manifestPath({ repository, tag }: KnownImage): string {
  return `/v2/${repository}/manifests/${tag}`;
}

const tagsPath = ({ filled }: Site) => `/v2/${filled.known.largest.repository}/tags/list?n=${page}`;

const push: Question = {
  title: "push of a small image",
  perRound: 200,
  async prepare(site, index) {
    const { repository, config } = known(site, index);
    const layer = randomBlob(smallLayerBytes);
    const manifest = manifestOf(config, [layer]);
    return async () => {
      await site.registry.pushBlob(repository, layer);
      await site.registry.pushManifest(repository, `pushed-${index}`, manifest);
    };
  },
};

export const questions: readonly Question[] = [
  asks("DescribeImages, first page", "DescribeImages", page, ofLargest),
  asks("DescribeImages, page deep inside", "DescribeImages", page, (site, index) =>
    deep(site, index, "DescribeImages", {}),
  ),
  asks("DescribeImages by digest", "DescribeImages", 1, (site, index) => {
    const { repository, digest } = known(site, index);
    return { repositoryName: repository, imageIds: [{ imageDigest: digest }] };
  }),
  asks("DescribeImages of an image with 1,000 tags", "DescribeImages", 1, ({ filled }) => {
    const { repository, digest } = filled.known.manyTags;
    return { repositoryName: repository, imageIds: [{ imageDigest: digest }] };
  }),
  asks("ListImages of tagged ones, first page", "ListImages", page, (site) => ({
    ...ofLargest(site),
    ...tagged,
  })),
  asks("ListImages of tagged ones, page deep inside", "ListImages", page, (site, index) =>
    deep(site, index, "ListImages", tagged),
  ),
  gets("tags/list?n=100, first page", "build-", page, tagsPath),
  gets("tags/list?n=100, page deep inside", "build-", page, (site, index) => {
    const { images } = site.filled.known.largest;
    const last = Math.floor(((index * 7) % depths) * ((images - page - 1) / depths));
    return `${tagsPath(site)}&last=${tagOf(last)}`;
  }),
  gets("manifest GET by tag, in memory", "schemaVersion", 1, (site, index) =>
    manifestPath(known(site, index % pulledAgain)),
  ),
  {
    ...gets("manifest GET by tag, for the first time", "schemaVersion", 1, (site, index) =>
      manifestPath(known(site, pulledAgain + index)),
    ),
    perRound: 100,
  },
  push,
];
