import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion } from "../../api/call.ts";
import { describeImages } from "../../api/ecr.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Empty } from "../../components/page.tsx";
import { Digest, Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import type { TabProps } from "./repository-page.tsx";

const words = messages.repository;

interface Move {
  readonly imageDigest?: string;
  readonly movedAt: number;
}

export function HistoryTab({ name }: TabProps) {
  const [tag, setTag] = useState<string>();
  const images = useQuery({
    queryKey: ["repository", name, "images", currentRegion()],
    queryFn: ({ signal }) => describeImages(name, signal),
  });
  const tags = (images.data?.imageDetails ?? []).flatMap(({ imageTags = [] }) => imageTags).sort();
  const chosen = tag ?? tags[0];
  return (
    <SpaceBetween size="m">
      <FormField label={words.imageTags}>
        <Select
          filteringType="auto"
          selectedOption={chosen === undefined ? null : { value: chosen, label: chosen }}
          options={tags.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => setTag(detail.selectedOption.value ?? "")}
        />
      </FormField>
      {chosen === undefined ? (
        <Empty title={words.historyNone} />
      ) : (
        <Moves name={name} tag={chosen} />
      )}
    </SpaceBetween>
  );
}

function Moves({ name, tag }: { name: string; tag: string }) {
  const queries = useQueryClient();
  const { fail, succeed } = useNotices();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["repository", name, "history", tag, currentRegion()],
    queryFn: ({ signal }) =>
      call<{ moves: readonly Move[] }>(
        ...([
          "entrepot",
          "ListTagHistory",
          { repositoryName: name, imageTag: tag },
          signal,
        ] as const),
      ),
  });
  const { mutate, isPending: isMoving } = useMutation({
    mutationFn: (imageDigest: string) =>
      call("entrepot", "RestoreTag", { repositoryName: name, imageTag: tag, imageDigest }),
    onSuccess: () => {
      succeed(words.saved);
      void queries.invalidateQueries({ queryKey: ["repository", name] });
    },
    onError: fail,
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const moves = data?.moves ?? [];
  return (
    <Table
      items={[...moves]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.historyNone} />}
      ariaLabels={{ tableLabel: words.tabs.history }}
      columnDefinitions={[
        {
          ...{ id: "at", header: words.movedAt },
          cell: ({ movedAt }) => <Time seconds={movedAt} />,
        },
        {
          ...{ id: "to", header: words.to },
          cell: ({ imageDigest }) =>
            imageDigest === undefined ? "removed" : <Digest digest={imageDigest} />,
        },
        {
          ...{ id: "back", header: "" },
          cell: ({ imageDigest }) =>
            imageDigest !== undefined && imageDigest !== moves[0]?.imageDigest ? (
              <Button loading={isMoving} onClick={() => mutate(imageDigest)}>
                Point back here
              </Button>
            ) : null,
        },
      ]}
    />
  );
}
