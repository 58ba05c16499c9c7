import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { currentRegion } from "../../api/call.ts";
import { type Content, describeImage, getManifest, platformText } from "../../api/ecr.ts";
import { getImageOverview } from "../../api/search.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { Page } from "../../components/page.tsx";
import { Digest, shortDigest } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { ActivityTab } from "./activity-tab.tsx";
import { LayersTab, OverviewTab } from "./config-tabs.tsx";
import { FindingsTab } from "./findings-tab.tsx";
import { ImageFacts } from "./image-facts.tsx";
import { PackagesTab } from "./packages-tab.tsx";
import { PullBox } from "./pull-box.tsx";
import { RawTab } from "./raw-tab.tsx";
import { ReferrersTab } from "./referrers-tab.tsx";

const words = messages.image;

interface ImagePageProps {
  readonly repository: string;
  readonly digest: string;
}

export default function ImagePage({ repository, digest }: ImagePageProps) {
  const [search, setSearch] = useSearchParams();
  const image = useQuery({
    queryKey: ["repository", repository, "image", digest, currentRegion()],
    queryFn: ({ signal }) => describeImage(repository, digest, signal),
  });
  const top = useManifest(repository, digest);
  const children = (top.data?.json.manifests ?? []).filter(isRunnable);
  const chosen = children.find((child) => child.digest === search.get("platform")) ?? children[0];
  const own = useManifest(repository, chosen?.digest ?? digest, top.data !== undefined);
  const shown = chosen?.digest ?? digest;
  const overview = useQuery({
    queryKey: ["repository", repository, "overview", shown, currentRegion()],
    queryFn: ({ signal }) => getImageOverview(repository, shown, signal),
    enabled: top.data !== undefined,
  });
  const error = image.error ?? top.error ?? own.error ?? overview.error;
  const tag = image.data?.imageTags?.[0];
  const tab = search.get("tab") ?? "overview";
  const choose = (name: string, value: string) => {
    search.set(name, value);
    setSearch(search, { replace: true });
  };
  const manifest = own.data;
  return (
    <Page
      title={`${repository}:${tag ?? shortDigest(digest)}`}
      description={<Digest digest={digest} />}
    >
      <SpaceBetween size="m">
        <PlaceLink to={`/r/${repository}/-/images`}>{repository}</PlaceLink>
        {error !== null && <ErrorNotice error={error} retry={() => void top.refetch()} />}
        {chosen !== undefined && (
          <PlatformSelect {...{ children, chosen, choose: (value) => choose("platform", value) }} />
        )}
        <ImageFacts image={image.data} />
        <PullBox {...{ repository, digest, tag }} />
        {manifest === undefined && error === null ? (
          <Box>{messages.loading}</Box>
        ) : (
          <Container>
            <Tabs
              activeTabId={tab}
              onChange={({ detail }) => choose("tab", detail.activeTabId)}
              tabs={[
                {
                  ...{ id: "overview", label: words.overview },
                  content: overview.data?.config !== undefined && (
                    <OverviewTab {...{ repository, digest: shown, config: overview.data.config }} />
                  ),
                },
                {
                  ...{ id: "layers", label: words.layers },
                  content: overview.data && (
                    <LayersTab {...{ repository, digest: shown, layers: overview.data.layers }} />
                  ),
                },
                {
                  ...{ id: "packages", label: messages.packages.title },
                  content: <PackagesTab {...{ repository, digest: shown }} />,
                },
                {
                  ...{ id: "findings", label: words.findings },
                  content: <FindingsTab {...{ repository, digest: shown }} />,
                },
                {
                  ...{ id: "referrers", label: words.referrers },
                  content: <ReferrersTab {...{ repository, digest }} />,
                },
                {
                  ...{ id: "activity", label: messages.activity.title },
                  content: <ActivityTab {...{ repository, digest }} />,
                },
                {
                  ...{ id: "raw", label: words.raw },
                  content: manifest && <RawTab {...{ repository, manifest }} />,
                },
              ]}
            />
          </Container>
        )}
      </SpaceBetween>
    </Page>
  );
}

function useManifest(repository: string, digest: string, enabled = true) {
  return useQuery({
    queryKey: ["manifest", repository, digest, currentRegion()],
    ...{ enabled, staleTime: Number.POSITIVE_INFINITY },
    queryFn: ({ signal }) => getManifest(repository, digest, signal),
  });
}

type Child = Content & { readonly platform?: Parameters<typeof platformText>[0] };

/** Attestations stand in an index as a platform that is unknown. */
function isRunnable({ platform }: Child): boolean {
  return platform !== undefined && platform.os !== "unknown";
}

interface PlatformSelectProps {
  readonly children: readonly Child[];
  readonly chosen: Child;
  readonly choose: (digest: string) => void;
}

function PlatformSelect({ children, chosen, choose }: PlatformSelectProps) {
  const optionOf = ({ platform, digest }: Child) => ({
    ...{ value: digest, label: platform === undefined ? digest : platformText(platform) },
  });
  return (
    <FormField label={words.platform}>
      <Select
        selectedOption={optionOf(chosen)}
        options={children.map(optionOf)}
        onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
