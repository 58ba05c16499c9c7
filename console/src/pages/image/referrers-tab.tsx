import { useQuery } from "@tanstack/react-query";
import { call, currentRegion } from "../../api/call.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { shortDigest, sizeText } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.image;

interface Referrer {
  readonly digest: string;
  readonly artifactType?: string;
  readonly mediaType: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface ReferrersProps {
  readonly repository: string;
  readonly digest: string;
}

export function ReferrersTab({ repository: repositoryName, digest }: ReferrersProps) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["repository", repositoryName, "referrers", digest, currentRegion()],
    queryFn: ({ signal }) =>
      call<{ referrers: readonly Referrer[] }>(
        ...([
          ...(["ecr", "ListImageReferrers"] as const),
          { repositoryName, subjectId: { imageDigest: digest } },
          signal,
        ] as const),
      ),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  return (
    <ListTable
      items={[...(data?.referrers ?? [])]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.noReferrers} />}
      ariaLabels={{ tableLabel: words.referrers }}
      columnDefinitions={[
        {
          ...{ id: "type", header: words.artifact, isRowHeader: true },
          cell: ({ artifactType, mediaType }) => artifactType ?? mediaType,
        },
        {
          ...{ id: "digest", header: messages.repository.digest },
          cell: ({ digest: own }) => (
            <PlaceLink to={`/r/${repositoryName}/-/i/${own}`}>{shortDigest(own)}</PlaceLink>
          ),
        },
        {
          ...{ id: "size", header: messages.repository.size },
          cell: ({ size }) => sizeText(size),
        },
        {
          ...{ id: "annotations", header: "Annotations" },
          cell: ({ annotations = {} }) =>
            Object.entries(annotations)
              .map((pair) => pair.join("="))
              .join(", "),
        },
      ]}
    />
  );
}
