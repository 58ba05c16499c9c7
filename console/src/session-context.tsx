import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { setRegion } from "./api/call.ts";
import {
  onSession,
  resume,
  type SessionState,
  sessionState,
  type Welcome,
  welcome,
} from "./api/session.ts";

export function useSession(): SessionState {
  return useSyncExternalStore(onSession, sessionState);
}

const WelcomeContext = createContext<Welcome | undefined>(undefined);

/** What the server tells of itself. */
export function useWelcome(): Welcome {
  const value = useContext(WelcomeContext);
  if (value === undefined) throw new Error("the server has not been asked yet");
  return value;
}

interface SessionProps {
  readonly waiting: ReactNode;
  readonly failed: (error: unknown, retry: () => void) => ReactNode;
  readonly children: ReactNode;
}

/** Asks the server who it is and whether somebody is signed in, before anything is shown. */
export function SessionProvider({ waiting, failed, children }: SessionProps) {
  const [told, setTold] = useState<Welcome>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    const begin = async () => {
      const answer = await welcome();
      setRegion(sessionStorage.getItem("entrepot-region") ?? answer.region);
      await resume();
      if (!isOver) setTold(answer);
    };
    setError(undefined);
    begin().catch((reason: unknown) => !isOver && setError(reason));
    return () => {
      isOver = true;
    };
  }, [round]);
  if (error !== undefined) return failed(error, () => setRound(round + 1));
  if (told === undefined) return waiting;
  return <WelcomeContext.Provider value={told}>{children}</WelcomeContext.Provider>;
}
