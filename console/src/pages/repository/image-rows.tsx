import Box from "@cloudscape-design/components/box";
import type { TableProps } from "@cloudscape-design/components/table";
import { platformText } from "../../api/ecr.ts";
import type { ImageRow } from "../../api/search.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { LongName } from "../../components/long-name.tsx";
import { SeverityCounts } from "../../components/severity.tsx";
import { Status } from "../../components/status.tsx";
import { DigestDigits, shortDigest, sizeText, Time } from "../../components/values.tsx";
import { scanState } from "../../messages/scans.ts";
import { messages } from "../../messages.ts";

const words = messages.repository;

/** An image, or what is folded under one: an image that it lists, a kind of artifact about it. */
export interface Row {
  readonly key: string;
  /** What it is called by. */
  readonly title: string;
  /** What to look at. */
  readonly digest: string;
  readonly platform: string;
  readonly size?: number;
  readonly place: string;
  readonly folded: readonly Row[];
  /** Absent of a row that is folded under another. */
  readonly image?: ImageRow;
}

export function rowOf(image: ImageRow): Row {
  const { imageDigest: digest, imageTags, imageSizeInBytes: size } = image;
  const children = image.children.map((child) => ({
    ...{ key: `${digest} ${child.imageDigest}`, digest, size: child.imageSizeInBytes },
    title: child.platform === undefined ? shortDigest(child.imageDigest) : nameOf(child.platform),
    platform: child.platform === undefined ? "" : nameOf(child.platform),
    ...{ place: `?platform=${child.imageDigest}`, folded: [] },
  }));
  const referrers = image.referrers.map(({ artifactType = "", count }) => ({
    ...{ key: `${digest} ${artifactType}`, digest, platform: "" },
    title: `${count} × ${artifactType || words.attached}`,
    ...{ place: "?tab=referrers", folded: [] },
  }));
  return {
    ...{ key: digest, title: imageTags[0] ?? shortDigest(digest), digest, size, place: "", image },
    platform: image.platform === undefined ? "" : nameOf(image.platform),
    folded: [...children, ...referrers],
  };
}

function nameOf(platform: Parameters<typeof platformText>[0]): string {
  return platformText(platform);
}

export function columnsOf(name: string): TableProps.ColumnDefinition<Row>[] {
  return [
    {
      ...{ id: "tags", header: words.imageTags, isRowHeader: true, minWidth: 150 },
      cell: ({ image, digest, place, title }) => (
        <>
          <PlaceLink to={`/r/${name}/-/i/${digest}${place}`}>
            {image === undefined ? <LongName>{title}</LongName> : <Tags image={image} />}
          </PlaceLink>
          {image !== undefined && (
            <div className="digest">
              <DigestDigits digest={digest} /> <CopyButton text={digest} label={`Copy ${digest}`} />
            </div>
          )}
        </>
      ),
    },
    {
      ...{ id: "type", header: words.type },
      cell: ({ image, platform }) => {
        const type = platform || (image === undefined ? "" : kindOf(image));
        return type !== "" && <LongName>{type}</LongName>;
      },
    },
    {
      ...{ id: "size", header: words.size, sortingField: "SIZE" },
      cell: ({ size }) => size !== undefined && <Size bytes={size} />,
    },
    {
      ...{ id: "unique", header: messages.repositories.unique },
      cell: ({ image }) => image !== undefined && <Size bytes={image.uniqueSizeInBytes} />,
    },
    {
      ...{ id: "pushed", header: words.pushed, sortingField: "PUSHED" },
      cell: ({ image }) => image !== undefined && <Time seconds={image.imagePushedAt} />,
    },
    {
      ...{ id: "pulled", header: words.pulled, sortingField: "PULLED" },
      cell: ({ image }) => image !== undefined && <Time seconds={image.lastRecordedPullTime} />,
    },
    {
      ...{ id: "severity", header: words.severity, sortingField: "SEVERITY" },
      cell: ({ image }) => image !== undefined && <ScanCell image={image} />,
    },
    {
      ...{ id: "status", header: words.status },
      cell: ({ image }) =>
        image !== undefined && (
          <>
            <StatusCell image={image} />
            {image.signed && <div>{words.signedYes}</div>}
          </>
        ),
    },
  ];
}

function Size({ bytes }: { bytes: number | undefined }) {
  return <span className="one-line">{sizeText(bytes)}</span>;
}

function Tags({ image: { imageTags, imageTagCount } }: { image: ImageRow }) {
  if (imageTags.length === 0) return <Box color="text-status-inactive">{words.untagged}</Box>;
  const more = imageTagCount - imageTags.length;
  return <LongName>{`${imageTags.join(", ")}${more > 0 ? words.moreTags(more) : ""}`}</LongName>;
}

function StatusCell({ image: { imageStatus, hold } }: { image: ImageRow }) {
  if (hold === undefined) return <>{imageStatus.toLowerCase()}</>;
  return <Status type="warning">{hold.toLowerCase()}</Status>;
}

/** Unscanned and failed look different from nothing found. */
function ScanCell({ image }: { image: ImageRow }) {
  const status = image.imageScanStatus?.status;
  const counts = image.findingSeverityCounts;
  if (status === undefined) return <>{words.notScanned}</>;
  if (status !== "COMPLETE" && status !== "ACTIVE") return <>{scanState(status)}</>;
  if (counts === undefined || Object.keys(counts).length === 0) return <>{words.noFindings}</>;
  return <SeverityCounts counts={counts} />;
}

function kindOf({ artifactMediaType = "", imageManifestMediaType }: ImageRow): string {
  if (/index|manifest\.list/.test(imageManifestMediaType)) return "index";
  if (artifactMediaType === "" || /container\.image|oci\.image\.config/.test(artifactMediaType)) {
    return "image";
  }
  return artifactMediaType.replace(/^application\/vnd\./, "");
}
