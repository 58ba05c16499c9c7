import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { ApiError } from "../api/errors.ts";
import { sessionState } from "../api/session.ts";
import { messages } from "../messages.ts";

const denied = /not authorized to perform: (\S+)(?: on resource: (\S+))?/;

/** What went wrong, in place: the rest of the page stays. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { code, words, requestId } = explain(error);
  return (
    <Alert
      type="error"
      header={code}
      action={retry && <Button onClick={retry}>{messages.retry}</Button>}
    >
      {words}
      {requestId !== "" && (
        <Box variant="small" display="block">
          {messages.requestId}: {requestId}
        </Box>
      )}
    </Alert>
  );
}

export function explain(error: unknown): { code: string; words: string; requestId: string } {
  if (!(error instanceof ApiError)) {
    return { code: "Error", words: error instanceof Error ? error.message : "", requestId: "" };
  }
  const { code, message, requestId } = error;
  const [, action, resource = "*"] = denied.exec(message) ?? [];
  const state = sessionState();
  if (action !== undefined && state.kind === "in") {
    const words = messages.errors.notAllowed(state.who.arn, action, resource.replace(/[.,]$/, ""));
    return { code, words, requestId };
  }
  const words = code === "Unreachable" || code === "SessionEnded" ? messages.errors[code] : message;
  return { code, words, requestId };
}
