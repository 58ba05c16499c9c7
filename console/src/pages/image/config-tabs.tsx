import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSearchParams } from "react-router";
import type { ImageOverview } from "../../api/search.ts";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Status } from "../../components/status.tsx";
import { Digest, sizeText, Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { AdviceList } from "./advice-list.tsx";
import { LayerFiles } from "./layer-files.tsx";
import { Treemap } from "./treemap.tsx";

const words = messages.image;

interface OverviewProps {
  readonly repository: string;
  readonly digest: string;
  readonly config: NonNullable<ImageOverview["config"]>;
}

export function OverviewTab({ repository, digest, config }: OverviewProps) {
  const { user, env, exposedPorts, labels } = config;
  const isRoot = user === "" || user === "root" || /^0(:|$)/.test(user);
  const command = [...config.entrypoint, ...config.command].join(" ");
  const rights = (
    <Status type="warning">
      <LongName>{words.rootUser}</LongName>
    </Status>
  );
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={3}
        minColumnWidth={120}
        items={[
          { label: words.platform, value: `${config.os}/${config.architecture}` },
          { label: words.user, value: isRoot ? rights : user },
          { label: words.ports, value: exposedPorts.join(", ") || "–" },
          { label: words.command, value: <code>{command || "–"}</code> },
          { label: words.directory, value: <code>{config.workingDirectory || "/"}</code> },
          { label: words.created, value: <Created at={config.created} /> },
        ]}
      />
      <AdviceList repository={repository} digest={digest} />
      <Pairs title={words.env} pairs={env.map((text) => splitAt(text, "="))} />
      <Pairs title={words.labels} pairs={Object.entries(labels)} />
    </SpaceBetween>
  );
}

/** As the image says, which may be anything. */
function Created({ at }: { at: string | undefined }) {
  const seconds = Date.parse(at ?? "") / 1000;
  if (Number.isNaN(seconds)) return <>{at ?? "–"}</>;
  return <Time seconds={seconds} />;
}

function Pairs({ title, pairs }: { title: string; pairs: readonly (readonly [string, string])[] }) {
  return (
    <ListTable
      variant="embedded"
      header={
        <Header variant="h3" counter={`(${pairs.length})`}>
          {title}
        </Header>
      }
      items={[...pairs]}
      empty="–"
      columnDefinitions={[
        { id: "name", header: "Name", cell: ([name]) => <code>{name}</code> },
        { id: "value", header: "Value", cell: ([, value]) => <code>{value}</code> },
      ]}
    />
  );
}

function splitAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

interface LayersProps extends Pick<ImageOverview, "layers"> {
  readonly repository: string;
  readonly digest: string;
}

export function LayersTab({ layers, repository, digest: image }: LayersProps) {
  const [search, setSearch] = useSearchParams();
  const opened = layers.find(({ layerDigest }) => layerDigest === search.get("layer"));
  const open = (layer: string) => {
    search.set("layer", layer);
    setSearch(search, { replace: true });
  };
  const total = layers.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0);
  const rows = layers.map(
    ({ layerDigest: digest, sizeInBytes: size, step, sharedWith }, index) => ({
      ...{ digest, size, sharedWith, number: index + 1 },
      command: step === undefined ? "" : `${step.instruction} ${step.text}`,
      share: total === 0 ? 0 : size / total,
    }),
  );
  return (
    <SpaceBetween size="m">
      <Treemap
        label={words.layers}
        parts={rows.map(({ number, size, command }) => ({
          ...{ name: `${number}`, value: size, title: `${number}: ${sizeText(size)} ${command}` },
        }))}
      />
      <ListTable
        items={rows}
        header={
          <Header
            variant="h2"
            counter={`(${rows.length})`}
            description={`${words.total}: ${sizeText(total)}`}
          >
            {words.layers}
          </Header>
        }
        ariaLabels={{ tableLabel: words.layers }}
        wrapLines
        columnDefinitions={[
          { id: "number", header: "#", cell: ({ number }) => number },
          {
            ...{ id: "command", header: words.command, minWidth: 160 },
            cell: ({ command }) => <code className="long-name">{command}</code>,
          },
          {
            ...{ id: "size", header: messages.repository.size },
            cell: ({ size }) => <span className="one-line">{sizeText(size)}</span>,
          },
          {
            ...{ id: "share", header: words.share },
            cell: ({ share }) => (
              <span className="one-line">{`${(share * 100).toFixed(1)} %`}</span>
            ),
          },
          {
            ...{ id: "shared", header: words.sharedWith, minWidth: 140 },
            cell: ({ sharedWith }) =>
              sharedWith.map((name) => (
                <div key={name}>
                  <PlaceLink to={`/r/${name}/-/images`}>
                    <LongName>{name}</LongName>
                  </PlaceLink>
                </div>
              )),
          },
          {
            ...{ id: "digest", header: messages.repository.digest },
            cell: ({ digest }) => <Digest digest={digest} />,
          },
          {
            ...{ id: "files", header: messages.files.title, minWidth: 80 },
            cell: ({ digest, number }) => (
              <Button
                variant="inline-link"
                ariaLabel={messages.files.show(number)}
                onClick={() => open(digest)}
              >
                {messages.files.choose}
              </Button>
            ),
          },
        ]}
      />
      {opened !== undefined && (
        <LayerFiles
          key={opened.layerDigest}
          {...{ repository, digest: image, layer: opened.layerDigest }}
        />
      )}
    </SpaceBetween>
  );
}
