import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import type { RepositoryAnswer } from "../../api/ecr.ts";
import { imageOfTag, putTag, removeTag } from "../../api/image-changes.ts";
import type { ImageRow } from "../../api/search.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { DeletionPreview } from "../../components/deletion-preview.tsx";
import { EquivalentCli, EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { useSettled } from "../../components/server-list.ts";
import { Status } from "../../components/status.tsx";
import { shortDigest } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { matchesPattern } from "../repositories/tag-pattern.ts";

const words = messages.imageActions;
/** Source: OCI 1.1, "Pulling manifests". */
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

interface RetagProps {
  readonly repository: RepositoryAnswer;
  readonly image: ImageRow;
  readonly close: () => void;
}

/** Points a tag at an image, or takes one away; says first which other image loses it. */
export function Retag({ repository, image, close }: RetagProps) {
  const name = repository.repositoryName ?? "";
  const { imageDigest: digest, imageTags: tags } = image;
  const [way, setWay] = useState<"add" | "remove">("add");
  const [added, setAdded] = useState("");
  const [removed, setRemoved] = useState(tags[0] ?? "");
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const isAdding = way === "add";
  const tag = isAdding ? added : removed;
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: async () => {
      await (isAdding ? putTag(name, tag, digest) : removeTag(name, tag));
    },
    onSuccess: () => {
      succeed(isAdding ? words.tagged(tag) : words.untagged(tag));
      void queries.invalidateQueries({ queryKey: ["repository", name] });
      close();
    },
  });
  return (
    <ActionDialog
      title={words.retagTitle(tags[0] ?? shortDigest(digest))}
      action={words.retag}
      {...{ act: mutate, close, isBusy: isPending, error, isReady: tagForm.test(tag) }}
    >
      <FormField label={words.what}>
        <RadioGroup
          value={way}
          items={[
            { value: "add", label: words.add },
            { value: "remove", label: words.remove, disabled: tags.length === 0 },
          ]}
          onChange={({ detail }) => {
            setWay(detail.value === "remove" ? "remove" : "add");
            reset();
          }}
        />
      </FormField>
      {isAdding ? (
        <AddTag {...{ repository, digest, tag: added, setTag: setAdded }} />
      ) : (
        <RemoveTag {...{ name, image, tag: removed, setTag: setRemoved }} />
      )}
    </ActionDialog>
  );
}

interface TagProps {
  readonly tag: string;
  readonly setTag: (tag: string) => void;
}

interface AddTagProps extends TagProps {
  readonly repository: RepositoryAnswer;
  readonly digest: string;
}

function AddTag({ repository, digest, tag, setTag }: AddTagProps) {
  const settled = useSettled(tag);
  const isTag = tagForm.test(tag);
  return (
    <SpaceBetween size="m">
      <FormField
        label={words.tag}
        constraintText={words.tagHint}
        errorText={tag !== "" && !isTag && words.tagWrong}
      >
        <Input value={tag} onChange={({ detail }) => setTag(detail.value)} />
      </FormField>
      {isTag && settled === tag && <Move {...{ repository, digest, tag }} />}
      {isTag && (
        <EquivalentCommand
          words={["tag", "restore", repository.repositoryName ?? "", tag, digest]}
        />
      )}
    </SpaceBetween>
  );
}

interface RemoveTagProps extends TagProps {
  readonly name: string;
  readonly image: ImageRow;
}

function RemoveTag({ name, image, tag, setTag }: RemoveTagProps) {
  const { imageTags: tags, imageTagCount: count } = image;
  return (
    <SpaceBetween size="m">
      <FormField
        label={words.tag}
        constraintText={count > tags.length && words.mostTags(tags.length, count)}
      >
        <Select
          selectedOption={{ value: tag, label: tag }}
          options={tags.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => setTag(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <DeletionPreview repository={name} images={[{ imageTag: tag }]} />
      <EquivalentCli
        service="ecr"
        operation="BatchDeleteImage"
        input={{ repositoryName: name, imageIds: [{ imageTag: tag }] }}
      />
    </SpaceBetween>
  );
}

interface MoveProps {
  readonly repository: RepositoryAnswer;
  readonly digest: string;
  readonly tag: string;
}

/** What becomes of the tag and of the image that has it. */
function Move({ repository, digest, tag }: MoveProps) {
  const name = repository.repositoryName ?? "";
  const { data: held, error } = useQuery({
    queryKey: ["tag", name, tag, currentRegion()],
    queryFn: ({ signal }) => imageOfTag(name, tag, signal),
    ...{ gcTime: 0, retry: false },
  });
  if (error !== null) return null; // Whoever may not look may still put it; the server decides.
  if (held === undefined) {
    return <Status type="loading">{messages.loading}</Status>;
  }
  if (held === null) return <Box>{words.newTag(tag)}</Box>;
  const from = shortDigest(held.imageDigest ?? "");
  if (held.imageDigest === digest) return <Box>{words.hasTag(tag)}</Box>;
  if (isImmutable(repository, tag)) {
    return <Status type="error">{words.immutable(tag)}</Status>;
  }
  return (
    <div aria-live="polite">
      {words.moves(tag, from)}
      {(held.imageTags?.length ?? 0) < 2 && (
        <div>
          <Status type="warning">{words.left(from)}</Status>
        </div>
      )}
    </div>
  );
}

function isImmutable(repository: RepositoryAnswer, tag: string): boolean {
  const { imageTagMutability: mode = "", imageTagMutabilityExclusionFilters: filters } = repository;
  const isExcluded =
    filters?.some(({ filter }) => matchesPattern(filter ?? "", tag)) === true &&
    mode.endsWith("_WITH_EXCLUSION");
  return mode.startsWith("IMMUTABLE") !== isExcluded;
}
