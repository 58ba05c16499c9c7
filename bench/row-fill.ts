/** SQL that fills the schema with images, as pushes over a long time would leave them. */

/** What images look like. */
export interface Shape {
  readonly images: number;
  readonly repositories: number;
  /** References to layers in a manifest. */
  readonly layers: number;
  /** Of those, layers that no image before had. */
  readonly newLayers: number;
  /** Plaintext. */
  readonly manifestBytes: number;
  readonly configBytes: number;
}

const registry = "'123456789012', 'eu-central-1'";
const manifestType = "'application/vnd.oci.image.manifest.v1+json'";
const configType = "'application/vnd.oci.image.config.v1+json'";
const layerType = "'application/vnd.oci.image.layer.v1.tar+gzip'";
const now = "1795270091747";
/** A sealed object has a header, a nonce and a tag around one small frame. */
const sealBytes = 44;
const wrappedKeyBytes = 65;

/** Each with what it fills. Keys are spread evenly, as digests and ids are, and come in any order. */
export function statements(shape: Shape): [what: string, sql: string][] {
  const images = `generate_series(1, ${shape.images}) n`;
  const ofImages = { images, repository: repositoryOf("n", shape), shape };
  return [
    ["bytes", bytesFunction],
    ["repository", repositories(shape)],
    ["object", objects(ofImages)],
    ["object_content", contents(ofImages)],
    ["layer", layers(ofImages)],
    ["image", imageRows(ofImages)],
    ["manifest_reference", references(ofImages)],
    ["tag", tags(ofImages)],
  ];
}

interface Parts {
  /** Of a `from`: numbers `n`. */
  readonly images: string;
  /** The id of the repository of image `n`. */
  readonly repository: string;
  readonly shape: Shape;
}

/** Sealed bytes do not compress, so these must not either. */
const bytesFunction = `create function sealed(seed text, size int) returns bytea language sql immutable as $$
  select substring(string_agg(sha512((seed || i)::bytea), ''::bytea) for size)
    from generate_series(0, size / 64) i $$`;

function repositoryOf(image: string, { repositories }: Shape): string {
  return `(md5('repository' || (${image} % ${repositories})))::uuid::text`;
}

function digest(kind: string, number: string): string {
  return `'sha256:' || md5('${kind}' || ${number}) || md5(${number} || '${kind}')`;
}

function object(kind: string, number: string): string {
  return `md5('object' || '${kind}' || ${number})`;
}

/** The number of layer `j` of image `n`: a new one, or one that the repository has since its first image. */
function layerNumber({ layers, newLayers, repositories }: Shape): string {
  const own = `n::text || '.' || j`;
  return `case when j > ${layers - newLayers} then ${own}
    else 'base' || (n % ${repositories}) || '.' || j end`;
}

function repositories({ images, repositories: count }: Shape): string {
  return `insert into repository
    (account, region, name, id, created_at, tag_mutability, exclusion_filters, scan_on_push,
      encryption_type, image_count, size_bytes)
    select ${registry}, 'team-' || (n % 97) || '/service-' || n, ${repositoryOf("n", { repositories: count } as Shape)},
      ${now}, 'MUTABLE', '[]', 0, 'AES256', ${Math.round(images / count)}, 123456789
    from generate_series(0, ${count - 1}) n`;
}

function objects({ images, shape }: Parts): string {
  const kept = (kind: string, sizeBytes: number) =>
    `select ${object(kind, "n")}, ${digest(kind, "n")}, ${sizeBytes}, 'metadata', '' from ${images}`;
  const stored = (number: string, from: string) =>
    `select ${object("layer", number)}, ${digest("layer", number)}, 20002521, 'blobs',
      substr(md5(${number}), 1, 16) || ':20003097' from ${from}`;
  return `insert into object
    (account, region, id, domain, digest, size_bytes, sealed_bytes, wrapped_key, state, placement,
      layout, created_at, place)
    select ${registry}, id, 'AES256', digest, size, size + ${sealBytes},
      sealed(id, ${wrappedKeyBytes}), 'live', placement, size::text, ${now}, place
    from (${kept("manifest", shape.manifestBytes)}
      union all ${kept("config", shape.configBytes)}
      union all ${stored("number", newLayerNumbers(images, shape))}
      union all ${stored("number", baseLayerNumbers(shape))}
    ) every(id, digest, size, placement, place)`;
}

function newLayerNumbers(images: string, { layers, newLayers }: Shape): string {
  return `(select n, n::text || '.' || j as number
    from ${images}, generate_series(${layers - newLayers + 1}, ${layers}) j) fresh`;
}

function baseLayerNumbers({ repositories: count, layers, newLayers }: Shape): string {
  return `(select n, 'base' || n || '.' || j as number
    from generate_series(0, ${count - 1}) n, generate_series(1, ${layers - newLayers}) j) base`;
}

function contents({ images, shape }: Parts): string {
  const content = (kind: string, sizeBytes: number) =>
    `select ${registry}, ${object(kind, "n")}, sealed('${kind}' || n, ${sizeBytes + sealBytes})
      from ${images}`;
  return `insert into object_content (account, region, object, content)
    ${content("manifest", shape.manifestBytes)} union all ${content("config", shape.configBytes)}`;
}

function layers({ images, repository, shape }: Parts): string {
  const layer = (number: string, from: string) =>
    `select ${repository}, ${digest("layer", number)}, ${object("layer", number)}, 20002521, ${layerType}
      from ${from}`;
  return `insert into layer
    (account, region, repository, digest, object, size_bytes, media_type, linked_at, leased_until)
    select ${registry}, repository, digest, object, size, type, ${now}, ${now}
    from (select ${repository}, ${digest("config", "n")}, ${object("config", "n")},
        ${shape.configBytes}, ${configType} from ${images}
      union all ${layer("number", newLayerNumbers(images, shape))}
      union all ${layer("number", baseLayerNumbers(shape))}
    ) every(repository, digest, object, size, type)`;
}

function imageRows({ images, repository, shape }: Parts): string {
  return `insert into image
    (account, region, repository, digest, media_type, config_media_type, manifest_bytes, size_bytes,
      pushed_at, pulled_at, state, object, tag_count)
    select ${registry}, ${repository}, ${digest("manifest", "n")}, ${manifestType}, ${configType},
      ${shape.manifestBytes}, 123456789, ${now}, ${now}, 'ACTIVE', ${object("manifest", "n")}, 1
    from ${images}`;
}

function references({ images, repository, shape }: Parts): string {
  const head = `${registry}, ${repository}, ${digest("manifest", "n")}`;
  return `insert into manifest_reference
    (account, region, repository, image, position, kind, digest, media_type, size_bytes)
    select ${head}, 0, 'config', ${digest("config", "n")}, ${configType}, ${shape.configBytes}
      from ${images}
    union all
    select ${head}, j, 'layer', ${digest("layer", `(${layerNumber(shape)})`)}, ${layerType}, 20002521
      from ${images}, generate_series(1, ${shape.layers}) j`;
}

/** One tag for each image, and its history. */
function tags({ images, repository }: Parts): string {
  const head = `${registry}, ${repository}, 'v1.' || n || '.0-' || substr(md5(n::text), 1, 7)`;
  return `
    insert into tag (account, region, repository, tag, digest, moved_at)
      select ${head}, ${digest("manifest", "n")}, ${now} from ${images};
    insert into tag_history (account, region, repository, tag, sequence, digest, at)
      select ${head}, 1, ${digest("manifest", "n")}, ${now} from ${images}`;
}
