/** What pages ask of repositories and images. Shapes are those of Amazon ECR. */
import type {
  DescribeImageScanFindingsResponse,
  DescribeImagesResponse,
  DescribeRepositoriesResponse,
  ImageDetail,
  Repository,
} from "@aws-sdk/client-ecr";
import { call } from "./call.ts";
import { ask } from "./own.ts";

/** AWS JSON has seconds where the SDK makes dates. */
type Wire<T> = T extends Date ? number : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;

export type RepositoryAnswer = Wire<Repository>;
export type ImageAnswer = Wire<ImageDetail>;
export type FindingsAnswer = Wire<DescribeImageScanFindingsResponse>;

/** As many as a page of the API holds. */
export const mostInAPage = 1_000;

export async function describeRepository(
  repositoryName: string,
  signal: AbortSignal,
): Promise<RepositoryAnswer> {
  const input = { repositoryNames: [repositoryName] };
  const answer = await call<Wire<DescribeRepositoriesResponse>>(
    ...(["ecr", "DescribeRepositories", input, signal] as const),
  );
  return answer.repositories![0]!;
}

export async function describeImage(
  repositoryName: string,
  imageDigest: string,
  signal: AbortSignal,
): Promise<ImageAnswer> {
  // An archived one has a page as well.
  const filter = { imageStatus: "ANY" };
  const input = { repositoryName, imageIds: [{ imageDigest }], filter };
  const answer = await call<Wire<DescribeImagesResponse>>("ecr", "DescribeImages", input, signal);
  return answer.imageDetails![0]!;
}

export interface Manifest {
  readonly mediaType: string;
  readonly text: string;
  readonly json: ManifestJson;
}

export interface ManifestJson {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config?: Content;
  readonly layers?: readonly Content[];
  readonly manifests?: readonly (Content & { readonly platform?: Platform })[];
  readonly subject?: Content;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Content {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export async function getManifest(
  repositoryName: string,
  imageDigest: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const { imageManifest: text, imageManifestMediaType: mediaType } = await ask(
    "GetImageManifest",
    { repositoryName, imageDigest },
    signal,
  );
  return { mediaType, text, json: JSON.parse(text) as ManifestJson };
}

/** The bytes of a small layer or a config, over the presigned address that ECR gives for it. */
export async function getContent(
  repositoryName: string,
  layerDigest: string,
  signal: AbortSignal,
): Promise<string> {
  const { downloadUrl } = await call<{ downloadUrl: string }>(
    ...(["ecr", "GetDownloadUrlForLayer", { repositoryName, layerDigest }, signal] as const),
  );
  // The same server by the name that this page knows it by.
  const { pathname, search } = new URL(downloadUrl);
  const response = await fetch(`${pathname}${search}`, { signal, credentials: "omit" });
  if (!response.ok) throw new Error(`The content could not be read (${response.status}).`);
  return response.text();
}

export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join("/");
}
