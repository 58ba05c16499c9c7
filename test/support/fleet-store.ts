import { SystemClock } from "../../src/adapters/clock/system.ts";
import { loadConfig } from "../../src/config.ts";
import { openStore, type Store } from "../../src/store.ts";

/** The store that these settings name, for the test process itself. */
export function openFleetStore(settings: Readonly<Record<string, string>>): Promise<Store> {
  const environment = Object.fromEntries(
    Object.entries(settings).filter(([name]) => name.startsWith("ENTREPOT_")),
  );
  const fail = (error: unknown) => {
    throw error;
  };
  const clock = new SystemClock();
  return openStore(loadConfig({ environment }), { clock, onFatal: fail, warn: fail });
}
