import Alert from "@cloudscape-design/components/alert";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { call } from "../../api/call.ts";
import type { RepositoryAnswer } from "../../api/ecr.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import {
  EncryptionFields,
  encryptionInput,
  firstEncryption,
  isWhole,
} from "../repositories/encryption-fields.tsx";
import { mutabilityDraft, mutabilityInput } from "../repositories/mutability-fields.tsx";
import { NameField, nameShape } from "../repositories/name-field.tsx";
import { copyImages, type NotCopied } from "./copy-images.ts";

const words = messages.copyRepository;

interface CopyRepositoryProps {
  readonly stored: RepositoryAnswer;
  readonly close: () => void;
}

/** What a repository is encrypted by cannot be changed: another one takes its images. */
export function CopyRepository({ stored, close }: CopyRepositoryProps) {
  const [name, setName] = useState("");
  const [encryption, setEncryption] = useState(firstEncryption);
  const input = {
    repositoryName: name,
    ...mutabilityInput(mutabilityDraft(stored)),
    ...encryptionInput(encryption),
  };
  const { mutate, isPending, error, count, failures } = useCopy(stored, input, close);
  return (
    <ActionDialog
      {...{ title: words.title, action: words.action, close, error }}
      act={() => mutate()}
      isBusy={isPending}
      isReady={nameShape.test(name) && isWhole(encryption)}
    >
      <span>{words.text}</span>
      {failures.length > 0 && (
        <Alert type="warning" header={words.failures}>
          {failures.map(({ digest, reason }) => (
            <div key={digest}>
              {shortDigest(digest)}: {reason}
            </div>
          ))}
        </Alert>
      )}
      <NameField name={name} change={setName} />
      <EncryptionFields draft={encryption} change={setEncryption} />
      <div aria-live="polite">
        {(isPending || count > 0) && (
          <Status type={isPending ? "in-progress" : "info"}>{words.progress(count)}</Status>
        )}
      </div>
      <EquivalentCli service="ecr" operation="CreateRepository" input={input} />
    </ActionDialog>
  );
}

/**
 * Makes the repository and fills it. What this dialog made is filled on when it is tried again; any other
 * one that is there already stays as it is, since its tags would move.
 */
function useCopy(stored: RepositoryAnswer, input: { repositoryName: string }, close: () => void) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const [count, setCount] = useState(0);
  const [failures, setFailures] = useState<readonly NotCopied[]>([]);
  const made = useRef(new Set<string>());
  const over = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    over.current = controller;
    return () => controller.abort();
  }, []);
  const from = stored.repositoryName ?? "";
  const { repositoryName: to } = input;
  const copy = async () => {
    if (!made.current.has(to)) await call("ecr", "CreateRepository", input);
    made.current.add(to);
    let done = 0;
    const copied = (now: number) => {
      done = now;
      setCount(now);
    };
    const left = await copyImages(from, to, { signal: over.current.signal, copied });
    return { left, done };
  };
  const { mutate, isPending, error } = useMutation({
    mutationFn: copy,
    onSuccess({ left, done }) {
      setFailures(left);
      void queries.invalidateQueries({ queryKey: ["repositories"] });
      if (left.length > 0) return;
      succeed(words.done(done, to));
      close();
      navigate(`/r/${to}/-/images`);
    },
  });
  return { mutate, isPending, error, count, failures };
}
