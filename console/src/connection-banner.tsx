import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { isConnectionLost, onConnection, tellConnection } from "./api/connection.ts";
import { welcome } from "./api/session.ts";
import { messages } from "./messages.ts";

const words = messages.connection;
const firstWaitMs = 1_000;
const mostWaitMs = 30_000;

/**
 * While the server does not answer: says so, and asks again after pauses that grow. What could not be read
 * is read once it is back.
 */
export function ConnectionBanner() {
  const isLost = useSyncExternalStore(onConnection, isConnectionLost);
  return isLost ? <Lost /> : null;
}

function Lost() {
  const queries = useQueryClient();
  const [isSure, setSure] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const wasGone = useRef(false);
  const ask = useCallback(async () => {
    setAsking(true);
    const isBack = await welcome().then(
      () => true,
      () => false,
    );
    setAsking(false);
    if (!isBack) {
      wasGone.current = true;
      return setSure(true);
    }
    tellConnection(false);
    // A request that failed alone would do so again: its page says so, and nothing is said above it.
    if (!wasGone.current) return;
    void queries.invalidateQueries({ predicate: ({ state }) => state.status === "error" });
  }, [queries]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let waitMs = firstWaitMs;
    const again = async () => {
      await ask();
      timer = setTimeout(again, waitMs);
      waitMs = Math.min(2 * waitMs, mostWaitMs);
    };
    void again();
    return () => clearTimeout(timer);
  }, [ask]);
  if (!isSure) return null;
  return (
    <Alert
      type="warning"
      header={words.lost}
      action={
        <Button loading={isAsking} onClick={() => void ask()}>
          {messages.retry}
        </Button>
      }
    >
      {words.lostText}
    </Alert>
  );
}
