/**
 * The endpoints of OCI Distribution 1.1, each with the ECR actions that its caller must be allowed.
 * Source: ECR, operation to IAM action.
 */
import { deleteBlob, getBlob } from "./blobs.ts";
import type { Exchange } from "./exchange.ts";
import { getCatalog, getReferrers, getTags } from "./lists.ts";
import { deleteManifest, getManifest, putManifest, putManifestWire } from "./manifests.ts";
import type { Shape } from "./parse-path.ts";
import {
  deleteUpload,
  getUpload,
  patchUpload,
  postActions,
  postUpload,
  putActions,
  putUpload,
} from "./uploads.ts";
import { apiVersion, type WireOverrides } from "./wire-errors.ts";

type Method = "DELETE" | "GET" | "HEAD" | "PATCH" | "POST" | "PUT";

export interface Endpoint {
  readonly methods: readonly Method[];
  readonly shape: Shape;
  /**
   * All of these, the first of which names the request in audit and metrics; with `either`, one
   * suffices. `null`: a valid token does.
   */
  readonly actions: readonly string[] | ((exchange: Exchange) => readonly string[]) | null;
  readonly either?: true;
  readonly isGuardedByHandler?: true;
  readonly wire?: WireOverrides;
  handle(exchange: Exchange): Promise<void>;
}

async function getBase({ request, response }: Exchange): Promise<void> {
  const headers = ["Content-Type", "application/json; charset=utf-8", "Content-Length", "2"];
  response.writeHead(200, [...apiVersion, ...headers]);
  response.end(request.method === "HEAD" ? undefined : "{}");
}

const read = ["GET", "HEAD"] as const;
const pull = ["ecr:BatchGetImage"];
const part = ["ecr:UploadLayerPart"];
const remove = ["ecr:BatchDeleteImage"];

export const endpoints: readonly Endpoint[] = [
  { methods: read, shape: "base", actions: null, handle: getBase },
  {
    methods: read,
    shape: "catalog",
    actions: ["ecr:DescribeRepositories"],
    isGuardedByHandler: true, // It asks for each name whether the caller may know of it.
    handle: getCatalog,
  },
  { methods: read, shape: "manifest", actions: pull, handle: getManifest },
  {
    methods: ["PUT"],
    shape: "manifest",
    actions: ["ecr:PutImage"],
    wire: putManifestWire,
    handle: putManifest,
  },
  { methods: ["DELETE"], shape: "manifest", actions: remove, handle: deleteManifest },
  { methods: ["GET"], shape: "blob", actions: ["ecr:GetDownloadUrlForLayer"], handle: getBlob },
  {
    methods: ["HEAD"],
    shape: "blob",
    actions: ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"],
    either: true,
    handle: getBlob,
  },
  { methods: ["DELETE"], shape: "blob", actions: remove, handle: deleteBlob },
  { methods: ["POST"], shape: "uploads", actions: postActions, handle: postUpload },
  { methods: ["PATCH"], shape: "upload", actions: part, handle: patchUpload },
  { methods: ["PUT"], shape: "upload", actions: putActions, handle: putUpload },
  { methods: read, shape: "upload", actions: part, handle: getUpload },
  { methods: ["DELETE"], shape: "upload", actions: part, handle: deleteUpload },
  { methods: read, shape: "tags", actions: ["ecr:ListImages"], handle: getTags },
  { methods: read, shape: "referrers", actions: pull, handle: getReferrers },
];

const byShape = new Map<Shape, Map<string, Endpoint>>();
for (const endpoint of endpoints) {
  const methods = byShape.get(endpoint.shape) ?? new Map<string, Endpoint>();
  for (const method of endpoint.methods) methods.set(method, endpoint);
  byShape.set(endpoint.shape, methods);
}

export function findEndpoint(shape: Shape, method: string): Endpoint | undefined {
  return byShape.get(shape)?.get(method);
}

/** The Allow header of a shape. */
export function allowedMethods(shape: Shape): string {
  return [...(byShape.get(shape)?.keys() ?? [])].join(", ");
}
